"""Who is told of what a verb did: declared beside the verbs of a register, written with their events.

    tells(Ticket, "assign", Tell(ToldKind.NEW_JOB, "DSP-11", lambda step: [step.row.assignee_id]))

Of one event a person is told once, by what is declared first, and who watches the record after all others. Nobody is
told of the own doing, nor who does not work in the record's estate: disabled accounts and the system neither.

Of what the resident is told whose record it is stands beside it; who has chosen no way for it is told nothing.

    tells_residents(Ticket, "finish", TellResident(ResidentKind.DONE))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.call import Call
from models.hanging import HANGING, hangs, registers_of
from models.operations.core.ways_out import CHUNK, ToResident, send_out, send_to_residents, take_back
from models.outbox import Outgoing
from models.policy import may
from models.roles import Role
from models.rules import known_rule
from models.staff import Actor, Staff, StaffAssignment, actor_for
from models.told import UNSEEN, Told, ToldKind, Watcher


class People:
    """Who works where, asked once for each estate."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, list[tuple[int, Role, int | None]]] = {}
        self._working: dict[int, set[int]] = {}
        self._actors: dict[int, Actor] = {}

    def working(self, estate_id: int) -> set[int]:
        """All who work in the estate; disabled accounts left out."""
        if estate_id not in self._working:
            self._working[estate_id] = set(self.of(estate_id))
        return self._working[estate_id]

    def watching(self, rows: Sequence[Any]) -> dict[tuple[str, int] | None, list[int]]:
        """Register and id -> who watches the record that *rows* are or hang on; *rows* are of one table."""
        found: dict[tuple[str, int] | None, list[int]] = {}
        ids: dict[str, set[int]] = {}
        for register, record_id in filter(None, map(about, rows)):
            ids.setdefault(register, set()).add(record_id)
        for register in ids.keys() & _WATCHABLE:
            wanted = sorted(ids[register])
            for start in range(0, len(wanted), CHUNK):
                theirs = Watcher.register == register, Watcher.record_id.in_(wanted[start : start + CHUNK])
                query = select(Watcher.record_id, Watcher.staff_id).where(*theirs).order_by(Watcher.id)
                for record_id, who in self._session.execute(query):
                    found.setdefault((register, record_id), []).append(who)
        return found

    def may_read(self, staff_id: int, row: Any) -> bool:
        """Whether that person may read *row*."""
        if staff_id not in self._actors:
            self._actors[staff_id] = actor_for(self._session, self._session.get_one(Staff, staff_id))
        return may(self._actors[staff_id], "read", row)

    def of(self, estate_id: int, roles: Iterable[Role] = Role, team_id: int | None = None) -> list[int]:
        """Those who have one of *roles* in the estate, in that team where one is given; disabled accounts left out."""
        if estate_id not in self._known:
            query = select(StaffAssignment.staff_id, StaffAssignment.role, StaffAssignment.team_id)
            query = query.join(Staff, Staff.id == StaffAssignment.staff_id).order_by(StaffAssignment.id)
            working = StaffAssignment.ended_at.is_(None), Staff.disabled_at.is_(None), Staff.username != "system"
            found = self._session.execute(query.where(StaffAssignment.estate_id == estate_id, *working))
            self._known[estate_id] = [(row.staff_id, row.role, row.team_id) for row in found]
        held = set(roles)
        return [person for person, role, team in self._known[estate_id] if role in held and team_id in {None, team}]


@dataclass(frozen=True)
class Step:
    """What a verb did to one record, which has its new columns already."""

    row: Any
    before: Mapping[str, Any] | None
    """The columns that became something else, as they were; None for a new record."""
    session: Session
    people: People

    def changed(self, *names: str) -> bool:
        """Whether the record is new, or one of these columns became something else."""
        return self.before is None or not self.before.keys().isdisjoint(names)

    def now(self, name: str) -> list[int | None]:
        """Whom the column *name* names, where that is new."""
        return [getattr(self.row, name)] if self.changed(name) else []

    def before_it(self, name: str) -> list[int | None]:
        """Whom the column *name* named before, where that is another one now."""
        return [(self.before or {}).get(name)]

    def leads(self) -> list[int]:
        """The leads of the record's team."""
        return self.people.of(self.row.estate_id, {Role.LEAD}, self.row.team_id) if self.row.team_id else []

    def supervisors(self) -> list[int]:
        """The supervisors of the record's estate; where there are none, its managers."""
        estate_id = self.row.estate_id
        return self.people.of(estate_id, {Role.SUPERVISOR}) or self.people.of(estate_id, {Role.MANAGER})


@dataclass(frozen=True)
class Tell:
    """Of what kind it is, by which rule, and whom it concerns; None among these is nobody."""

    kind: LabelledEnum
    rule: str
    whom: Callable[[Step], Iterable[int | None]]


NO_NEWS = ("recount",)
"""Of these steps nobody is told who only watches: a limit that counts otherwise is no step on the matter."""
_WATCHED = Tell(ToldKind.WATCHED, known_rule("WATCH"), lambda _step: ())
_WATCHABLE = frozenset(table.name for table in registers_of(Base.metadata.tables[Watcher.__tablename__]))

TELLS: dict[tuple[str, str], tuple[Tell, ...]] = {}
"""Register and verb -> who is told."""


def tells(model: type[Base], verb: str, *declared: Tell) -> None:
    """Declare whom *verb* of *model* tells. Raises ValueError for a rule that there is not, or a second declaration."""
    for each in declared:
        known_rule(each.rule)
    if TELLS.setdefault((model.__tablename__, verb), declared) is not declared:
        raise ValueError(f"whom {verb} of {model.__tablename__} tells is declared twice")


def about(row: Any) -> tuple[str, int] | None:
    """On which record a message about *row* hangs, register and id: itself or, of a follow-up, its matter."""
    if _is_told_of(row):
        return row.__tablename__, row.id
    return (row.register, row.record_id) if hangs(row.__table__) else None


def _is_told_of(row: Any) -> bool:
    return Told.__tablename__ in row.__table__.info.get(HANGING, ())


def tell(call: Call, verb: str, rows: Sequence[Base], events: Sequence[int], before: Mapping[int, Any]) -> None:
    """Write what is declared of *verb*, for each of *rows* with its event; *before*: id -> columns as they were."""
    declared = TELLS.get((rows[0].__tablename__, verb), ()) if rows else ()
    _settle(call, rows, before)
    people = People(call.session)
    _tell_residents(call, verb, rows, events, before, people)
    watching = people.watching(rows) if before and verb not in NO_NEWS else {}
    if not declared and not watching:
        return
    messages: list[dict[str, Any]] = []
    for row, event in zip(rows, events, strict=True):
        step = Step(row, before.get(row.id), call.session, people)
        named: dict[int, Tell] = {}
        for each in declared:
            named.update((who, each) for who in each.whom(step) if who is not None and who not in named)
        watchers = watching.get(about(row), ())
        named.update((who, _WATCHED) for who in watchers if who not in named and people.may_read(who, row))
        named.pop(call.actor.staff_id, None)
        working = people.working(step.row.estate_id) if named else set()
        for who, each in named.items():
            if who in working:
                messages.append(message(call, row, each.kind, each.rule, f"event:{event}", who))
    write_messages(call.session, messages)


@dataclass(frozen=True)
class TellResident:
    """Of what kind it is, and of which steps the resident whom the record names is told."""

    kind: LabelledEnum
    when: Callable[[Step], object] = lambda step: True
    rows: Callable[[Step], Iterable[Any]] = lambda step: (step.row,)
    """Whose residents are told: that of the row itself, or of others that the step is about."""


TELLS_RESIDENTS: dict[tuple[str, str], tuple[TellResident, ...]] = {}
"""Register and verb -> of what the record's resident is told."""


def tells_residents(model: type[Base], verb: str, *declared: TellResident) -> None:
    """Declare of what *verb* tells the resident of a record of *model* (``model.resident_by`` names who that is).

    Of one event of the first that holds. Raises ValueError for a second declaration, or a record without resident.
    """
    if not model.resident_by:
        raise ValueError(f"{model.__tablename__} does not say whose its records are")
    if TELLS_RESIDENTS.setdefault((model.__tablename__, verb), declared) is not declared:
        raise ValueError(f"what {verb} of {model.__tablename__} tells residents is declared twice")


def _tell_residents(
    call: Call, verb: str, rows: Sequence[Any], events: Sequence[int], before: Mapping[int, Any], people: People
) -> None:
    declared = TELLS_RESIDENTS.get((rows[0].__tablename__, verb), ()) if rows else ()
    letters = []
    for row, event in zip(rows, events, strict=True) if declared else ():
        step = Step(row, before.get(row.id), call.session, people)
        holds = next((each for each in declared if each.when(step)), None)
        if holds is not None:
            letters += [ToResident(each, holds.kind, f"event:{event}") for each in holds.rows(step)]
    send_to_residents(call, letters)


def _settle(call: Call, rows: Sequence[Any], before: Mapping[int, Any]) -> None:
    """What was told of a record that is closed or decided now waits for nobody any more."""
    settled = [row.id for row in rows if _is_told_of(row) and _is_over(row, before.get(row.id) or {})]
    for start in range(0, len(settled), CHUNK):
        here = Told.register == rows[0].__tablename__, Told.record_id.in_(settled[start : start + CHUNK]), UNSEEN
        seen = update(Told).where(*here).values(seen_at=call.now, updated_at=call.now)
        call.session.execute(seen.execution_options(synchronize_session=False))


def _is_over(row: Any, was: Mapping[str, Any]) -> bool:
    """Whether the columns that *was* names have ended *row*: its status, or what ends a row that has none."""
    if "status" in was:
        return row.status not in type(row).open_statuses or "decided_at" in was
    return any(name in was and getattr(row, name) is not None for name in type(row).ended_by)


def message(call: Call, row: Any, kind: LabelledEnum, rule: str, cause: str, staff_id: int) -> dict[str, Any]:
    """The columns of one message about *row*, of which people can be told."""
    register, record_id = about(row) or ("", 0)
    return {
        "estate_id": row.estate_id,
        "register": register,
        "record_id": record_id,
        "kind": kind,
        "rule": rule,
        "cause": cause,
        "staff_id": staff_id,
        "told_by_id": call.actor.staff_id,
        "at": call.now,
        "created_at": call.now,
        "updated_at": call.now,
    }


def write_messages(session: Session, messages: list[dict[str, Any]]) -> None:
    """Write *messages* with one statement, and what leaves the house of them."""
    if messages:
        session.connection().execute(insert(Told), messages)
        send_out(session, messages)


def withdraw(call: Call, events: Sequence[int]) -> None:
    """Take back what these events told: who has not seen it yet never will, to others it is *taken back*."""
    told = Told.cause.in_([f"event:{number}" for number in events]), Told.withdrawn_at.is_(None)
    to_residents = Outgoing.cause.in_([f"event:{number}" for number in events])
    take_back(call, or_(Outgoing.told_id.in_(select(Told.id).where(*told)), to_residents))
    taken_back = update(Told).where(*told).values(withdrawn_at=call.now, updated_at=call.now)
    call.session.execute(taken_back.execution_options(synchronize_session=False))
