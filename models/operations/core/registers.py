"""What the verbs of plain registers share: sifting drafts, editing columns, deleting what nobody refers to."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Table, and_, delete as sql_delete, or_, select, true
from sqlalchemy.orm import Session

from models.audits import AuditFinding, AuditLine, AuditRun
from models.base import Base
from models.errors import Incomplete, Msgid, OperationRefused, Outcome, gettext_noop
from models.estates import Estate
from models.hanging import OfRecord, hanging_on
from models.operations.core.move import Move, refuse_role
from models.operations.core.ways_out import CHUNK
from models.settings import EstateSettings
from models.staff import Actor
from models.tags import has_look_alikes
from models.told import Told, Watcher

Draft = TypeVar("Draft")
Row = TypeVar("Row", bound=Base)


def sift(drafts: Iterable[Draft], check: Callable[[Draft], None]) -> tuple[list[Draft], Outcome]:
    """The drafts that pass *check*, and an outcome that holds the refusals of the others."""
    outcome = Outcome()
    accepted: list[Draft] = []
    for draft in drafts:
        try:
            check(draft)
        except OperationRefused as refusal:
            outcome.refused.append((draft, refusal))
        else:
            accepted.append(draft)
    return accepted, outcome


def require_role(actor: Actor, verb: str, row: Base) -> None:
    """Raise the refusal when *actor* may not do *verb* to the (new) *row*."""
    if refusal := refuse_role(actor, verb, row):
        raise refusal


def require(missing: Mapping[str, Msgid], rule: str) -> None:
    """Raise one refusal that names everything that is *missing*, by field; nothing when nothing is."""
    if missing:
        raise Incomplete(rule, missing)


def in_estate(
    session: Session, model: type[Row], row_id: int, estate_id: int, rule: str, what: Msgid, *, field: str
) -> Row:
    """The row of *model* with that id, as *field* names it; refused when another estate's, or not there."""
    row = session.get(model, row_id)
    if row is None or getattr(row, "estate_id", None) != estate_id:
        raise OperationRefused(rule, gettext_noop("There is no such %(what)s in this estate."), field=field, what=what)
    return row


def hold_estates(session: Session, estates: Iterable[Estate]) -> None:
    """Let two runs over one estate queue: the second compares with what the first has written."""
    ids = sorted({estate.id for estate in estates})
    session.flush()
    session.execute(select(Estate.id).where(Estate.id.in_(ids)).order_by(Estate.id).with_for_update(key_share=True))


def estates_of(session: Session, model: type[Any], ids: Iterable[int]) -> dict[int, int]:
    """Id -> estate of those rows of *model* that exist; a few statements for many rows."""
    wanted = sorted(set(ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(model.id, model.estate_id).where(model.id.in_(wanted[start : start + CHUNK]))
        found.update((row_id, estate_id) for row_id, estate_id in session.execute(query))
    return found


def check_letters(text: str, rule: str, field: str) -> None:
    """Refuse by *rule* a name with letters that look like those of the keyboard and are others (А, Ο)."""
    if has_look_alikes(text):
        message = gettext_noop("“%(name)s” has letters of another alphabet that look alike; type it on the keyboard.")
        raise OperationRefused(rule, message, field=field, name=text)


def local_date(session: Session, estate_id: int, now: datetime.datetime) -> datetime.date:
    """The estate's own date at *now*."""
    return EstateSettings(session, [estate_id]).calendar(estate_id).local_date(now)


def local_dates(session: Session, now: datetime.datetime) -> Callable[[int], datetime.date]:
    """The date at *now* in the estate of an id; each estate is looked up once."""
    known: dict[int, datetime.date] = {}

    def today(estate_id: int) -> datetime.date:
        if estate_id not in known:
            known[estate_id] = local_date(session, estate_id, now)
        return known[estate_id]

    return today


def check_near(
    settings: EstateSettings, estate_id: int, until: datetime.datetime | None, now: datetime.datetime, field: str
) -> None:
    """Refuse (INT-14) a date, said in *field*, that is further away than the estate allows without a reason."""
    if until is not None and until > now + datetime.timedelta(days=(days := settings.longest(estate_id))):
        message = gettext_noop(
            "A next date is at most %(days)s days away; a supervisor moves it further with “Later than the limit”."
        )
        raise OperationRefused("INT-14", message, field=field, days=days)


def check_columns(columns: Iterable[str], amendable: frozenset[str]) -> None:
    """Raise ValueError for a column that *amendable* does not name: that is the caller's mistake."""
    if forbidden := set(columns) - amendable:
        raise ValueError(f"amend does not change {sorted(forbidden)}")


def check_each(move: Move[Row], check: Callable[[Row], None]) -> list[Row]:
    """Refuse the rows for which *check* raises; returns those that are left."""
    for row in list(move.rows):
        try:
            check(row)
        except OperationRefused as refusal:
            move.reject(row, refusal)
    return list(move.rows)


def referred(
    session: Session, model: type[Base], ids: Sequence[int], *, apart_from: Iterable[type[Base]] = ()
) -> set[int]:
    """Which of the rows *ids* of *model* any other row refers to or hangs on, *apart_from* rows of these tables.

    A finding counts once somebody wrote a note to it or signed its audit off; until then it goes along with its record,
    as what people were told of it does.
    """
    kinds: list[type[Base]] = [*apart_from, AuditFinding, Told, Watcher]
    left_out = {kind.__table__ for kind in kinds}
    found: set[int] = set()
    own = cast("Table", model.__table__)
    naming: list[tuple[Any, ColumnElement[bool]]] = [
        (table.c.record_id, table.c.register == own.name) for table in hanging_on(own) if table not in left_out
    ]
    for table in Base.metadata.tables.values():
        for key in table.foreign_key_constraints if table not in left_out else ():
            columns = [element.parent for element in key.elements if element.column is own.c.id]
            naming += [(column, true()) for column in columns if column.computed is None]
    naming.append((AuditFinding.record_id, and_(AuditFinding.register == own.name, _IS_SETTLED)))
    for column, condition in naming:
        for start in range(0, len(ids), CHUNK):
            query = select(column).where(condition, column.in_(ids[start : start + CHUNK])).distinct()
            found |= set(session.scalars(query))
    return found


_IS_SETTLED = (
    select(AuditLine.id)
    .join(AuditRun, AuditRun.id == AuditLine.run_id)
    .where(AuditLine.finding_id == AuditFinding.id)
    .where(or_(AuditRun.signed_off_at.is_not(None), AuditLine.note.is_not(None)))
    .exists()
)


def remove(move: Move[Row], rows: Sequence[Row], *, along: Iterable[type[OfRecord]] = ()) -> None:
    """Delete *rows* of *move*, to which nothing refers, with what hangs on them in the tables *along*.

    Findings go too, of which :func:`referred` knows that nobody has said anything to them; no audit counts them then.
    """
    session, model = move.session, move.model
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for start in range(0, len(rows), CHUNK):
        chunk = [row.id for row in rows[start : start + CHUNK]]
        found = AuditFinding.register == model.__tablename__, AuditFinding.record_id.in_(chunk)
        query = select(AuditLine.run_id, AuditFinding.kind).join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        for run_id, kind in session.execute(query.where(*found)):
            counted[run_id][kind.value] += 1
        lines = AuditLine.finding_id.in_(select(AuditFinding.id).where(*found))
        session.execute(sql_delete(AuditLine).where(lines))
        session.execute(sql_delete(AuditFinding).where(*found))
        hanging: list[type[OfRecord]] = [*along, Told, Watcher]
        for table in hanging:
            theirs = table.register == model.__tablename__, table.record_id.in_(chunk)
            session.execute(sql_delete(table).where(*theirs))
        session.execute(sql_delete(model).where(model.id.in_(chunk)))
    if counted:
        runs = session.scalars(select(AuditRun).where(AuditRun.id.in_(counted)))
        audits = Move(move.call.following(), AuditRun, runs, verb="run", rule="AUD-1", role=move.role_of(rows[0]))
        for run in audits.rows:
            audits.set(run, counts={kind: number - counted[run.id][kind] for kind, number in run.counts.items()})
        audits.finish().all()


def delete_unused(
    move: Move[Row],
    message: Msgid,
    *,
    check: Callable[[Row], None] | None = None,
    apart_from: Iterable[type[Base]] = (),
    along: Callable[[Sequence[Row]], object] | None = None,
) -> None:
    """Remove rows to which nothing refers, others are refused with *message*; their events stay.

    *check* may raise a refusal of its own for a row. Rows of the tables *apart_from* do not count: *along*,
    which is told whom they belong to, removes them first.
    """
    if check is not None:
        check_each(move, check)
    used = referred(move.session, move.model, [row.id for row in move.rows], apart_from=apart_from)
    for row in list(move.rows):
        if row.id in used:
            move.refuse(row, move.rule or move.model.status_rule, message, record=str(row))

    def take_out(outcome: Outcome) -> None:
        if along is not None:
            along(outcome.done)
        remove(move, outcome.done)

    move.afterwards(take_out)
