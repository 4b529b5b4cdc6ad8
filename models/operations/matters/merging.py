"""Two records of one matter become one (INT-6): the duplicate is cancelled, its caller's words go to the original.

What was said moves as repeated reports of the original, which counts them. The one of the duplicate itself has the
source :data:`SOURCE` and names it in its key: that row is the link between the two.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import complaints, tickets
from models.call import Call
from models.complaints import Complaint
from models.errors import OperationRefused, Outcome, gettext_noop
from models.matters import MERGED, RETAKEN, RepeatReport, merged_key
from models.operations.core import Move, operation
from models.operations.matters.intake import KEPT_OF_A_CALLER, caller_columns
from models.roles import CLERKS
from models.tickets import CancelKind, Ticket, TicketKind
from models.told import Watcher

AnyMatter = Ticket | Complaint

OPEN_STATUSES: frozenset[Any] = frozenset(tickets.OPEN_STATUSES) | frozenset(complaints.OPEN_STATUSES)
LONGEST = 20_000


MERGE = gettext_noop("Merge into another")


@operation(Complaint, roles=CLERKS, label=MERGE)
@operation(Ticket, roles=CLERKS, label=MERGE)
def merge(call: Call, matters: Iterable[AnyMatter], *, original: AnyMatter | None) -> Outcome:
    """Cancel *matters* as duplicates of *original*, to which what their callers said goes (INT-6).

    Refused: an original that is another register's or estate's, not open or the duplicate itself; a duplicate that
    weighs more than the original (INT-7), an emergency into what is none (DSP-1), one that was paid for (JOB-4), work
    of two complaints (CMP-6); and whatever cannot be cancelled any more.
    """
    rows = list(matters)
    model: type[Any] = type(rows[0]) if rows else Ticket
    ends: Mapping[Any, Any] = (tickets if model is Ticket else complaints).CANCELS
    if original is not None and not call.preview:
        call.session.refresh(original, with_for_update={"key_share": True})
    move: Move[Any] = Move(call, model, rows, verb="merge", moves=ends, rule="INT-6")
    if original is None:
        move.refuse_unless(None, "INT-6", gettext_noop("Name the matter that this one repeats."), field="original")
        return move.finish()
    for matter in list(move.rows):
        if refusal := _misfit(call.session, matter, original):
            move.reject(matter, refusal)
    told = reports(call.session, move.rows, original)
    for matter in move.rows:
        said = call.reason.strip() or f"→ {original.number}"
        if isinstance(matter, Ticket):
            freed = {"cancel_kind": CancelKind.DUPLICATE, "waiting_reason": None, "waiting_from": None}
        else:
            freed = {}
        move.move(matter, cancelled_at=move.now, cancel_reason=said, **freed)
        move.clocks.cancel(matter, move.now)
    outcome = move.finish()
    if not call.preview and outcome.done:
        take_in(move, original, told)
        _pass_on_watchers(move, original)
        if isinstance(original, Complaint):
            _pass_on(move, Ticket.complaint_id, original.id)
        else:
            _pass_on(move, Ticket.incident_id, original.incident_id or original.id)
    return outcome


def _misfit(session: Session, matter: AnyMatter, original: AnyMatter) -> OperationRefused | None:
    """Why *matter* is no duplicate of *original*, None when it can be."""
    names = {"record": matter.number, "original": original.number, "field": "original"}
    if type(matter) is not type(original) or matter.estate_id != original.estate_id or matter.id == original.id:
        message = gettext_noop("%(original)s is no other matter of the same kind and estate as %(record)s.")
        return OperationRefused("INT-6", message, **names)
    if original.status not in OPEN_STATUSES:
        return _ended(session, original, names)
    if matter.severity.outweighs(original.severity):
        message = gettext_noop("%(record)s weighs more than %(original)s: merge that one into it instead.")
        return OperationRefused("INT-7", message, **names)
    if isinstance(matter, Ticket) and isinstance(original, Ticket):
        if matter.kind is TicketKind.EMERGENCY and original.kind is not TicketKind.EMERGENCY:
            message = gettext_noop("%(record)s is an emergency, %(original)s is none: merge that one into it instead.")
            return OperationRefused("DSP-1", message, **names)
        if original.incident_id == matter.id:
            message = gettext_noop("%(original)s is attached to %(record)s: merge that one into it instead.")
            return OperationRefused("INT-6", message, **names)
        if matter.settled_at is not None:
            message = gettext_noop("It was paid for already; finish and close it instead.")
            return OperationRefused("JOB-4", message)
        if matter.complaint_id not in (None, original.complaint_id):
            message = gettext_noop("%(record)s is work for a complaint, %(original)s is not work for the same one.")
            return OperationRefused("CMP-6", message, **names)
    return None


def _ended(session: Session, original: AnyMatter, names: dict[str, Any]) -> OperationRefused:
    """The refusal of an *original* in which nothing is left to do, with where the matter goes on."""
    model: type[Any] = type(original)
    query = select(model.number).where(model.previous_id == original.id, model.status.in_(model.open_statuses))
    following = session.scalars(query.order_by(model.id.desc()).limit(1)).first()
    for report in _merged(session, [merged_key(model.__tablename__, original.id)]):
        following = following or session.get_one(model, report.record_id).number
    if following is not None:
        message = gettext_noop("%(original)s is “%(status)s” and goes on as %(following)s: name that one.")
        return OperationRefused("INT-6", message, status=original.status, following=following, **names)
    message = gettext_noop(
        "%(original)s is “%(status)s”; only an open matter takes others in. Is it wrong again, register a linked new "
        "one from there and name that; is nothing left to do, cancel %(record)s without naming another."
    )
    return OperationRefused("INT-6", message, status=original.status, **names)


def reports(session: Session, rows: Sequence[Any], original: AnyMatter, *, own: bool = True) -> list[RepeatReport]:
    """What *original* takes in: each duplicate's *own* report, then those that had been added to it."""

    def report(told: Any, words: str, taker: int) -> RepeatReport:
        return RepeatReport(
            estate_id=original.estate_id,
            register=original.__tablename__,
            record_id=original.id,
            words=words[:LONGEST],
            heard_at=told.heard_at,
            channel=told.channel,
            taken_by_id=taker,
            source=MERGED,
            source_key=merged_key(told.__tablename__, told.id),
            **caller_columns({name: getattr(told, name) for name in KEPT_OF_A_CALLER}, original),
        )

    found = []
    for row in rows if own else ():
        said = "\n".join(filter(None, (row.summary, row.detail, row.wish)))
        found.append(report(row, said, row.desk_owner_id))
    query = select(RepeatReport).where(
        RepeatReport.register.in_({row.__tablename__ for row in rows}),
        RepeatReport.record_id.in_([row.id for row in rows]),
    )
    for each in session.scalars(query.order_by(RepeatReport.id)):
        found.append(report(each, each.words, each.taken_by_id))
    return found


def take_in(move: Move[Any], original: AnyMatter, told: Sequence[RepeatReport]) -> None:
    """Write on the original what it has taken in, in the role that let the others be cancelled."""
    taking: Move[Any] = Move(
        move.call.following(),
        type(original),
        [original],
        verb="report_again",
        rule="INT-6",
        role=move.role_of(move.rows[0]),
    )
    for row in taking.rows:
        taking.set(row, repeats=row.repeats + len(told))
        if names := list(filter(None, (each.reporter_name for each in told))):
            taking.note(row, called_again=", ".join(dict.fromkeys(names)))
        for each in told:
            taking.add(each)
    taking.finish().all()


def _pass_on_watchers(move: Move[Any], original: AnyMatter) -> None:
    """Who watched a duplicate watches the original now."""
    of_register = select(Watcher).where(Watcher.register == original.__tablename__).order_by(Watcher.id)
    ids = [row.id for row in move.rows]
    known = set(
        move.session.scalars(
            of_register.with_only_columns(Watcher.staff_id).where(Watcher.of(type(original), original.id))
        )
    )
    for watcher in move.session.scalars(of_register.where(Watcher.record_id.in_(ids))):
        if watcher.staff_id not in known:
            known.add(watcher.staff_id)
            here = {"register": original.__tablename__, "record_id": original.id, "estate_id": original.estate_id}
            move.session.add(Watcher(staff_id=watcher.staff_id, **here))
        move.session.delete(watcher)
    move.session.flush()


def _pass_on(move: Move[Any], column: Any, to: int) -> None:
    """Jobs that were done for a duplicate complaint, and reports attached to a duplicate ticket, are *to*'s now."""
    query = select(Ticket).where(column.in_([row.id for row in move.rows])).order_by(Ticket.id)
    rows = list(move.session.scalars(query))
    passing = Move(move.call.following(), Ticket, rows, verb="merge", rule="INT-6", role=move.role_of(move.rows[0]))
    for row in passing.rows:
        passing.set(row, **{column.key: to})
    passing.finish().all()


def taken_as(session: Session, row: AnyMatter) -> Any:
    """The open record of the other register as which *row* was taken anew, None where there is none."""
    other: Any = Complaint if isinstance(row, Ticket) else Ticket
    key = merged_key(row.__tablename__, row.id)
    query = select(other).where(other.estate_id == row.estate_id, other.source == RETAKEN, other.source_key == key)
    return session.scalars(query.where(other.status.in_(other.open_statuses))).first()


def give_back(move: Move[Any]) -> None:
    """Take out of their originals again what duplicates brought along, for a verb that brings these back.

    Refused where an original is not open any more: what was done there was done for both.
    """
    keys = {merged_key(row.__tablename__, row.id): row for row in move.rows}
    taken = {each.source_key: each for each in _merged(move.session, keys)}
    for key, report in taken.items():
        row = keys[key or ""]
        original = move.session.get_one(move.model, report.record_id)
        if original.status not in OPEN_STATUSES:
            message = gettext_noop("%(record)s was merged into %(original)s, which is “%(status)s”.")
            move.refuse(row, "INT-6", message, record=row.number, original=original.number, status=original.status)
            continue
        added = move.session.scalars(
            select(RepeatReport.id).where(RepeatReport.register == row.__tablename__, RepeatReport.record_id == row.id)
        )
        along = _merged(move.session, [merged_key(RepeatReport.__tablename__, number) for number in added])
        if move.preview:
            continue
        giving: Move[Any] = Move(
            move.call.following(reason=move.call.reason),
            move.model,
            [original],
            verb="correct",
            rule="INT-6",
            role=move.role_of(row),
        )
        for held in giving.rows:
            giving.set(held, repeats=max(0, held.repeats - 1 - len(along)))
        giving.finish().all()
        move.session.execute(delete(RepeatReport).where(RepeatReport.id.in_([each.id for each in (report, *along)])))


def _merged(session: Session, keys: Iterable[str]) -> list[RepeatReport]:
    query = select(RepeatReport).where(RepeatReport.source == MERGED, RepeatReport.source_key.in_(list(keys)))
    return list(session.scalars(query))
