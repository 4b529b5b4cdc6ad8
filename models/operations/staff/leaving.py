"""Who leaves hands over: what somebody answers for, and to whom it goes when an account or a role ends (INT-1, FUP-4).

What is held is counted by duty: desk owner, handler and follower of open matters, follow-ups still to be made, units
in one's care, teams that one leads. A key that is out with the person cannot be handed over: it comes back first.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from models import complaints, tickets
from models.base import among, is_open
from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.errors import Msgid, OperationRefused, Phrase, gettext_noop
from models.estates import Estate, Unit
from models.follow_ups import FollowUp, FollowUpStatus
from models.keys import Key, KeyApproval, KeyLoan
from models.operations.core import CHUNK, DESK_ROLES, WORKING_ROLES, Move
from models.policy import role_for
from models.roles import Role
from models.session import DeskSession
from models.staff import SYSTEM, Actor, Department, Staff, StaffAssignment, Team
from models.tickets import Ticket, TicketStatus

Jobs = frozenset[tuple[int, Role, int | None]]
"""Estate, role and team of each role that somebody has now."""

# Who did the work stays who did it.
UNDER_WAY = tuple(status for status in tickets.OPEN_STATUSES if status is not TicketStatus.DONE)
NOT_CARRIED_OUT = tuple(
    status
    for status in complaints.OPEN_STATUSES
    if status not in (ComplaintStatus.CARRIED_OUT, ComplaintStatus.FOLLOWED_UP)
)


def _at_desk(jobs: Jobs, row: Any, _more: Any) -> bool:
    return any(estate == row.estate_id and role in DESK_ROLES for estate, role, _team in jobs)


def _working(jobs: Jobs, row: Any, _more: Any) -> bool:
    return any(estate == row.estate_id and role in WORKING_ROLES for estate, role, _team in jobs)


def _in_team(jobs: Jobs, row: Any, desk_teams: Collection[int]) -> bool:
    if row.team_id is None:
        return _working(jobs, row, None)
    if any(team == row.team_id and role in (Role.TECHNICIAN, Role.LEAD) for _estate, role, team in jobs):
        return True
    # A complaint's slip may be handled from the desk, as that of a team of customer service.
    return (isinstance(row, Complaint) or row.team_id in desk_teams) and _at_desk(jobs, row, None)


def _leads(jobs: Jobs, row: Any, _more: Any) -> bool:
    return (row.estate_id, Role.LEAD, row.id) in jobs or _at_desk(jobs, row, None)


@dataclass(frozen=True, eq=False)
class Duty:
    """A column that names who answers for a row, which rows still count, and whom it may name."""

    words: Msgid
    model: type[Any]
    column: str
    rule: str
    counts: ColumnElement[bool] | None
    fits: Callable[[Jobs, Any, Any], bool]

    def rows(self, session: DeskSession, people: Collection[int]) -> Iterable[Any]:
        """What any of *people* holds of this, in order."""
        query = select(self.model).where(getattr(self.model, self.column).in_(people))
        if self.counts is not None:
            query = query.where(self.counts)
        return session.scalars(query.order_by(self.model.id))


_UNDER_WAY = among(Ticket.status, UNDER_WAY)
_NOT_CARRIED_OUT = among(Complaint.status, NOT_CARRIED_OUT)
_TO_BE_MADE = among(FollowUp.status, [FollowUpStatus.SCHEDULED])
DUTIES = (
    Duty(gettext_noop("tickets as desk owner"), Ticket, "desk_owner_id", "INT-1", tickets.IS_OPEN, _at_desk),
    Duty(gettext_noop("tickets as handler"), Ticket, "assignee_id", "DSP-11", _UNDER_WAY, _in_team),
    Duty(gettext_noop("tickets as follower"), Ticket, "follower_id", "DSP-10", tickets.IS_OPEN, _working),
    Duty(gettext_noop("complaints as desk owner"), Complaint, "desk_owner_id", "INT-1", complaints.IS_OPEN, _at_desk),
    Duty(
        gettext_noop("complaints as handler"),
        Complaint,
        "assignee_id",
        "DSP-3",
        among(Complaint.status, NOT_CARRIED_OUT),
        _in_team,
    ),
    Duty(gettext_noop("complaints as follower"), Complaint, "follower_id", "DSP-10", complaints.IS_OPEN, _working),
    Duty(
        gettext_noop("follow-ups to be made"),
        FollowUp,
        "assignee_id",
        "FUP-4",
        among(FollowUp.status, [FollowUpStatus.SCHEDULED]),
        _at_desk,
    ),
    Duty(
        gettext_noop("key approvals to be used"), KeyApproval, "answerable_id", "INT-14", is_open(KeyApproval), _at_desk
    ),
    Duty(gettext_noop("lost keys whose owner is to be told"), Key, "answerable_id", "INT-14", is_open(Key), _at_desk),
    Duty(gettext_noop("units as butler"), Unit, "butler_id", "RES-5", None, _working),
    Duty(gettext_noop("teams as lead"), Team, "lead_id", "DSP-11", None, _leads),
)
KEYS_OUT = Duty(
    gettext_noop("keys on loan"),
    KeyLoan,
    "borrower_staff_id",
    "KEY-4",
    is_open(KeyLoan),
    lambda jobs, row, _more: any(estate == row.estate_id for estate, _role, _team in jobs),
)


@dataclass(frozen=True)
class Held:
    """What one person holds of one duty in one estate: *numbers* says which records, the first few."""

    estate: str
    duty: Duty
    count: int
    numbers: tuple[str, ...]

    def phrase(self) -> Phrase:
        """As a part of a sentence."""
        values = {"estate": self.estate, "duty": self.duty.words, "count": self.count}
        return Phrase(gettext_noop("%(estate)s, %(duty)s: %(count)s"), values)


FEW = 5


class Leaving:
    """People whose account or roles are about to end, what they hold only so, and who takes it over."""

    def __init__(
        self,
        session: DeskSession,
        people: Iterable[Staff],
        colleagues: Sequence[Staff] = (),
        *,
        ending: Collection[StaffAssignment] | None = None,
    ) -> None:
        """Look at all that *people* hold. *ending*: the roles that end; None means all of them, with the account."""
        self._session = session
        self._people = {person.id: person for person in people}
        self._colleagues = [one for one in colleagues if one.id not in self._people or ending is not None]
        self._jobs = self._jobs_of([*self._people.values(), *colleagues], ending)
        self._rows: dict[int, list[tuple[Duty, Any, int | None]]] = {}
        """By person: each duty of a row, and who takes it over; None for nobody."""
        self._desk_teams: set[int] = set()
        if self._people:
            query = select(Team.id).where(Team.department == Department.CUSTOMER_SERVICE)
            self._desk_teams = set(session.scalars(query))
            self._look(ending is None)

    def _jobs_of(self, people: Iterable[Staff], ending: Collection[StaffAssignment] | None) -> dict[int, Jobs]:
        ids = {person.id: person for person in people}
        ended = None if ending is None else {row.id for row in ending}
        found: dict[int, set[tuple[int, Role, int | None]]] = {number: set() for number in ids}
        query = select(StaffAssignment).where(StaffAssignment.staff_id.in_(ids), StaffAssignment.ended_at.is_(None))
        for row in self._session.scalars(query):
            stays = row.staff_id not in self._people if ended is None else row.id not in ended
            if stays and ids[row.staff_id].disabled_at is None:
                found[row.staff_id].add((row.estate_id, row.role, row.team_id))
        return {number: frozenset(jobs) for number, jobs in found.items()}

    def _look(self, whole: bool) -> None:
        for duty in (*DUTIES, KEYS_OUT):
            rows = list(duty.rows(self._session, self._people))
            workers = self._workers(rows) if duty.model is FollowUp else {}
            for row in rows:
                holder = getattr(row, duty.column)
                if whole or not self._fits(duty, holder, row):
                    takes = None if duty is KEYS_OUT else self._taker(duty, row, workers)
                    self._rows.setdefault(holder, []).append((duty, row, takes))

    def _fits(self, duty: Duty, person_id: int, row: Any) -> bool:
        return duty.fits(self._jobs.get(person_id, frozenset()), row, self._desk_teams)

    def _taker(self, duty: Duty, row: Any, workers: dict[int, int | None]) -> int | None:
        for one in self._colleagues:
            did_the_work = duty.model is FollowUp and workers.get(row.id) == one.id
            if one.username != SYSTEM and self._fits(duty, one.id, row) and not did_the_work:
                return one.id
        return None

    def _workers(self, rows: Sequence[FollowUp]) -> dict[int, int | None]:
        """Who did the work that each follow-up asks about: that person does not ask (FUP-1)."""
        found: dict[int, int | None] = {}
        for model in (Ticket, Complaint):
            wanted = {row.record_id: row.id for row in rows if row.register == model.__tablename__}
            ids = sorted(wanted)
            for start in range(0, len(ids), CHUNK):
                query = select(model.id, model.assignee_id).where(model.id.in_(ids[start : start + CHUNK]))
                found.update((wanted[number], worker) for number, worker in self._session.execute(query))
        return found

    def held(self, person_id: int) -> list[Held]:
        """What the person holds, by estate, register and duty."""
        return self._counted(self._rows.get(person_id, ()))

    def keys_out(self, person_id: int) -> list[KeyLoan]:
        """The loans of keys that the person has: they end first, nobody takes them over (KEY-4)."""
        return [row for duty, row, _takes in self._rows.get(person_id, ()) if duty is KEYS_OUT]

    def _counted(self, rows: Iterable[tuple[Duty, Any, int | None]]) -> list[Held]:
        groups: dict[tuple[int, Duty], list[Any]] = {}
        for duty, row, _takes in rows:
            groups.setdefault((row.estate_id, duty), []).append(row)
        order = {duty: place for place, duty in enumerate((*DUTIES, KEYS_OUT))}
        return [
            Held(
                self._session.get_one(Estate, estate_id).name,
                duty,
                len(group),
                tuple(self._written(row) for row in group[:FEW]),
            )
            for (estate_id, duty), group in sorted(groups.items(), key=lambda item: (item[0][0], order[item[0][1]]))
        ]

    def _written(self, row: Any) -> str:
        if isinstance(row, KeyLoan | KeyApproval):
            return self._session.get_one(Key, row.key_id).number
        return str(getattr(row, "number", None) or row)

    def refusal(self, person_id: int) -> OperationRefused | None:
        """Why the person cannot leave yet, None when nothing would be left with nobody."""
        left = [item for item in self._rows.get(person_id, ()) if item[2] is None]
        if not left:
            return None
        name = self._people[person_id].name
        out = [item for item in left if item[0] is KEYS_OUT]
        if out:
            message = gettext_noop("%(person)s still has keys: %(keys)s. They are returned or reported lost first.")
            return OperationRefused("KEY-4", message, person=name, keys=[self._written(row) for _, row, _ in out])
        held = [each.phrase() for each in self._counted(left)]
        if not self._colleagues:
            message = gettext_noop("%(person)s still answers for this: %(held)s. Name the colleague who takes it over.")
            return OperationRefused(left[0][0].rule, message, field="hand_over_to", person=name, held=held)
        message = gettext_noop(
            "None of those named may have this of %(person)s: %(held)s; %(records)s. Name one more who works there"
            " in the right role and team."
        )
        records = [number for each in self._counted(left) for number in each.numbers][:FEW]
        return OperationRefused(left[0][0].rule, message, field="hand_over_to", person=name, held=held, records=records)

    def hand_over(self, leavers: Collection[int], *, verb: str, actor: Actor, now: datetime.datetime) -> None:
        """Write it: each row has its event, in the role that lets *actor* do *verb* to the person."""
        changes: dict[type[Any], dict[int, tuple[Any, dict[str, int], Role]]] = {}
        for person_id in sorted(leavers):
            role = role_for(actor, verb, self._people[person_id]) or Role.SYSTEM
            for duty, row, takes in self._rows.get(person_id, ()):
                assert takes is not None, "asked for the refusal before"
                of_row = changes.setdefault(duty.model, {}).setdefault(row.id, (row, {}, role))
                of_row[1][duty.column] = takes
        for model, rows in changes.items():
            for role in sorted({held for _row, _values, held in rows.values()}):
                mine = [row for row, _values, held in rows.values() if held is role]
                move = Move(Call(self._session, actor, now), model, mine, verb="hand_over", rule="INT-1", role=role)
                for row in move.rows:
                    # Reread under its lock: what somebody else has taken over meanwhile stays with them.
                    given = {name: to for name, to in rows[row.id][1].items() if getattr(row, name) in leavers}
                    move.set(row, **given)
                move.finish().all()
