"""Taking over the matters of a source, another system: its facts and state, nothing that it did not say (INT-6)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from models.call import Call
from models.complaints import Complaint, ComplaintStatus
from models.errors import OperationRefused, gettext_noop
from models.matters import NOT_KNOWN, CommentKind, RepeatReport
from models.operations.core import (
    FirstLimits,
    Move,
    can_own,
    create,
    first_limits,
    refuse_role,
    start_first,
    take_numbers_by_day,
)
from models.operations.matters import FORMAL_RECORD, comment_on
from models.operations.tickets import answer_clock
from models.settings import EstateSettings
from models.source_mapping import SourceFacts
from models.staff import Staff
from models.tickets import Acceptance, Ticket, TicketStatus

CHUNK = 500


@dataclass
class TakeOver:
    """What became of each row of an import, each of them once."""

    imported: list[Any] = field(default_factory=list)
    updated: list[Any] = field(default_factory=list)
    merged: list[RepeatReport] = field(default_factory=list)
    unchanged: int = 0
    became: dict[str, str] = field(default_factory=dict)
    """What became of the record of each source key: "imported", "updated" or "unchanged"."""
    refused: list[tuple[SourceFacts, OperationRefused]] = field(default_factory=list)


def refuse_future(fact: SourceFacts, now: datetime.datetime) -> OperationRefused | None:
    """The refusal of a matter that was heard, or is over, only after *now* (INT-2)."""
    if fact.heard_at > now:
        message = gettext_noop("It cannot have been heard in the future: %(heard)s.")
        return OperationRefused("INT-2", message, heard=fact.heard_at)
    if fact.closed_at is not None and fact.closed_at > now:
        message = gettext_noop("It cannot have been closed in the future: %(closed)s.")
        return OperationRefused("INT-2", message, closed=fact.closed_at)
    return None


def is_in_work(matter: Any) -> bool:
    """Whether our desk has moved *matter* on since it was taken over, so that a source says nothing of it any more."""
    return matter.status not in (TicketStatus.RECEIVED, ComplaintStatus.REGISTERED) or matter.assignee_id is not None


def take_over(
    call: Call,
    facts: Sequence[SourceFacts],
    *,
    estate_id: int,
    desk_owner: Staff,
    among: Sequence[type[Ticket | Complaint]] = (Ticket, Complaint),
) -> TakeOver:
    """Record *facts* in the order they were heard; what is known *among* these by its source key is not taken twice.

    What the source closed arrives closed, with ``NOT_KNOWN`` where JOB-6 would miss something, and starts no clock;
    what is open starts its clock when it was heard. A matter of the same ``match_key`` that was open when another was
    heard takes it as a repeat (INT-6). A newer state of a known record changes what the source owns; where our desk
    has moved it on already, or it is archived (CMP-8), the source's word becomes an entry instead.

    Refuses everything (ROLE, INT-1) when *actor* may not, or *desk_owner* does not work at this estate's desk.
    """
    if refusal := refuse_role(call.actor, "take_over", Ticket(estate_id=estate_id)):
        raise refusal
    if not can_own(call.session, desk_owner, estate_id):
        raise OperationRefused(
            "INT-1",
            gettext_noop("%(person)s does not work at the desk of this estate and cannot be desk owner."),
            person=desk_owner.name,
        )
    work = _TakingOver(call, estate_id, desk_owner, among)
    work.load(facts)
    for fact in sorted(facts, key=lambda item: (item.heard_at, item.source_key)):
        work.take(fact)
    if not call.preview:
        work.write()
    return work.outcome


class _TakingOver:
    def __init__(self, call: Call, estate_id: int, desk_owner: Staff, among: Sequence[Any]) -> None:
        self.call, self.estate_id, self.desk_owner, self.among = call, estate_id, desk_owner, among
        self.settings = EstateSettings(call.session, [estate_id])
        self.outcome = TakeOver()
        self.by_key: dict[tuple[str, str], Any] = {}
        self.by_match: dict[str, list[Any]] = {}
        self.new: list[Any] = []
        self.repeats: list[tuple[Any, SourceFacts]] = []

    def load(self, facts: Sequence[SourceFacts]) -> None:
        """Read what is there already of these keys and of the same matters."""
        for start in range(0, len(facts), CHUNK):
            part = facts[start : start + CHUNK]
            keys = [fact.source_key for fact in part]
            matches = [fact.match_key for fact in part if fact.match_key]
            source = part[0].source
            for model in self.among:
                mine: Any = model.estate_id == self.estate_id
                of_source = model.source == source
                query: Any = select(model).where(
                    mine, of_source, or_(model.source_key.in_(keys), model.match_key.in_(matches))
                )
                for row in self.call.session.scalars(query):
                    if (row.source, row.source_key) not in self.by_key:
                        self.by_key[(row.source, row.source_key)] = row
                        if row.match_key:
                            self.by_match.setdefault(row.match_key, []).append(row)
            repeats = select(RepeatReport).where(
                RepeatReport.estate_id == self.estate_id,
                RepeatReport.source == source,
                RepeatReport.source_key.in_(keys),
            )
            for repeat in self.call.session.scalars(repeats):
                self.by_key[(str(repeat.source), str(repeat.source_key))] = repeat

    def take(self, fact: SourceFacts) -> None:
        known = self.by_key.get((fact.source, fact.source_key))
        if isinstance(known, RepeatReport) or (known is not None and known.source_digest == fact.digest):
            self.outcome.unchanged += 1
            self.outcome.became[fact.source_key] = "unchanged"
        elif refusal := refuse_future(fact, self.call.now):
            self.outcome.refused.append((fact, refusal))
        elif known is not None and known.id is None:
            message = gettext_noop("The key %(key)s stands twice in the file, with different facts.")
            self.outcome.refused.append((fact, OperationRefused("INT-6", message, key=fact.source_key)))
        elif known is not None:
            self._update(known, fact)
        elif (first := self._same(fact)) is not None:
            self.outcome.became[fact.source_key] = "imported"
            self.repeats.append((first, fact))
            self.by_key[(fact.source, fact.source_key)] = RepeatReport()
        else:
            self.outcome.became[fact.source_key] = "imported"
            row = self._new(fact)
            self.new.append(row)
            self.by_key[(fact.source, fact.source_key)] = row
            if fact.match_key:
                self.by_match.setdefault(fact.match_key, []).append(row)

    def _same(self, fact: SourceFacts) -> Any | None:
        """The first matter of the same kind and place that was still open when *fact* was heard."""
        for row in sorted(self.by_match.get(fact.match_key or "", []), key=lambda item: item.heard_at):
            ended = row.closed_at if isinstance(row, Ticket) else row.archived_at
            ended = ended or row.cancelled_at
            if row.heard_at <= fact.heard_at and (ended is None or ended > fact.heard_at):
                return row
        return None

    def _new(self, fact: SourceFacts) -> Any:
        shared: dict[str, Any] = {
            "estate_id": self.estate_id,
            "summary": fact.summary,
            "detail": fact.detail,
            "place": fact.place,
            "channel": fact.channel,
            "heard_at": fact.heard_at,
            "registered_at": fact.heard_at,
            "desk_owner_id": self.desk_owner.id,
            "source": fact.source,
            "source_key": fact.source_key,
            "source_digest": fact.digest,
            "match_key": fact.match_key,
            **fact.more,
        }
        if fact.register == "tickets":
            row: Any = Ticket(kind=fact.kind, **shared)
        else:
            row = Complaint(category=fact.category, anonymous=fact.anonymous, **shared)
        for name, value in self._state(fact).items():
            setattr(row, name, value)
        row.due_at = min((limit.due_at for limit in self._limits(row)), default=None)
        return row

    def _limits(self, row: Any) -> FirstLimits:
        """The clocks with which *row* begins, by when it was heard: none where it was closed at the source."""
        if row.imported_closed:
            return []
        begun = answer_clock(row.kind, None) or "same-day" if isinstance(row, Ticket) else FORMAL_RECORD
        return first_limits(self.settings, row, row.heard_at, {begun: None})

    def _state(self, fact: SourceFacts) -> dict[str, Any]:
        """The columns of the source's state."""
        if fact.closed_at is None:
            return {}
        shared = {"result": fact.result or str(NOT_KNOWN), "imported_closed": True, "due_at": None}
        if fact.register == "tickets":
            return {
                "status": TicketStatus.CLOSED,
                "acceptance": Acceptance.UNKNOWN,
                "acceptance_reason": str(NOT_KNOWN),
                "closed_at": fact.closed_at,
                "closed_by_id": self.call.actor.staff_id,
                **shared,
            }
        return {
            "status": ComplaintStatus.ARCHIVED,
            "archived_at": fact.closed_at,
            "archived_by_id": self.call.actor.staff_id,
            **shared,
        }

    def _update(self, row: Any, fact: SourceFacts) -> None:
        untouched = not is_in_work(row)
        move: Move[Any] = Move(
            self.call.following(preview=self.call.preview, reason=fact.source),
            type(row),
            [row],
            verb="take_over",
        )
        for item in move.rows:
            move.set(item, source_digest=fact.digest)
            if untouched:
                move.set(item, summary=fact.summary, detail=fact.detail, place=fact.place)
                move.set(item, match_key=fact.match_key, **fact.more, **self._state(fact))
                if fact.closed_at is not None:
                    move.clocks.cancel(item, self.call.now)
            else:
                words = f"{fact.source}: {fact.result or fact.summary}"
                move.add(comment_on(item, CommentKind.NOTE, words, actor=self.call.actor, now=self.call.now))
        outcome = move.finish()
        if outcome.done:
            self.outcome.became[fact.source_key] = "updated"
        self.outcome.updated += outcome.done
        self.outcome.refused += [(fact, refusal) for _, refusal in outcome.refused]

    def write(self) -> None:
        """Write the new matters, their clocks and the repeats, with their events."""
        for model in (Ticket, Complaint):
            rows = [row for row in self.new if isinstance(row, model)]
            self._number(rows, model.number_prefix)
            create(self.call.following(), rows, verb="take_over")
            start_first(self.call.session, rows, [self._limits(row) for row in rows])
        self.outcome.imported += self.new
        for model in (Ticket, Complaint):
            of_model = [(first, fact) for first, fact in self.repeats if isinstance(first, model)]
            self._write_repeats(model, of_model)

    def _number(self, rows: Sequence[Any], prefix: str) -> None:
        calendar = self.settings.calendar(self.estate_id)
        by_day: dict[datetime.date, list[Any]] = {}
        for row in rows:
            by_day.setdefault(calendar.local_date(row.registered_at), []).append(row)
        counts = {day: len(group) for day, group in by_day.items()}
        numbers = take_numbers_by_day(self.call.session, self.estate_id, prefix, counts)
        for day, group in by_day.items():
            for row, number in zip(group, numbers[day], strict=True):
                row.number = number

    def _write_repeats(self, model: Any, pairs: Sequence[tuple[Any, SourceFacts]]) -> None:
        if not pairs:
            return
        firsts = list({first.id: first for first, _ in pairs}.values())
        move: Move[Any] = Move(self.call.following(), model, firsts, verb="report_again", rule="INT-6")
        for row in move.rows:
            mine = [fact for first, fact in pairs if first.id == row.id]
            move.set(row, repeats=row.repeats + len(mine))
            for fact in mine:
                repeat = RepeatReport(
                    estate_id=self.estate_id,
                    register=row.__tablename__,
                    record_id=row.id,
                    heard_at=fact.heard_at,
                    words=" · ".join(text for text in (fact.summary, fact.detail, fact.result) if text),
                    channel=fact.channel,
                    place=fact.place,
                    taken_by_id=self.desk_owner.id,
                    source=fact.source,
                    source_key=fact.source_key,
                )
                move.add(repeat)
                self.outcome.merged.append(repeat)
        move.finish()
