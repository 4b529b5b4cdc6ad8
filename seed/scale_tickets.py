"""Tickets of the scale data as rows: each as its verbs would leave it, with its first and its latest event."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from models.follow_ups import AttemptOutcome, FollowUp, FollowUpAttempt, FollowUpStatus, FollowUpWay
from models.matters import Channel, ClockRun, Severity
from models.operations.matters import FOLLOWED_KINDS
from models.roles import Role
from models.staff import Actor
from models.tickets import Acceptance, CancelKind, Ticket, TicketKind, TicketStatus, WaitingReason
from seed.rows import event
from seed.scale_clocks import ScaleClocks
from seed.scale_estate import Cast
from seed.texts import Report, Theme, answered, phrases, themes, waiting_notes

ANSWERED = (TicketKind.ENQUIRY, TicketKind.QUERY, TicketKind.SUGGESTION)
ANSWERED_SHARE = 0.14
CANCELLED_SHARE = 0.02
_STEPS_TAKE = ((2, 18), (2, 18), (3, 37), (15, 135), (10, 110), (60, 2840))
S = TicketStatus
STANDING = (S.RECEIVED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING, S.DONE)
STANDING_WEIGHTS = (25, 15, 12, 20, 13, 15)
REASONS = tuple(WaitingReason)
REST_HOURS = frozenset({12, 13, *range(20, 24), *range(9)})
_CHANNELS = (Channel.PHONE, Channel.WALK_IN, Channel.MINI_PROGRAMME, Channel.EMAIL)
_CHANNEL_WEIGHTS = (60, 80, 97, 100)
_SEVERITIES = (Severity.ORDINARY, Severity.MINOR, Severity.SERIOUS)
_SEVERITY_WEIGHTS = (85, 97, 100)
_LATER = dict.fromkeys(
    (
        *("team_id", "assignee_id", "due_at", "dispatched_at", "accepted_at", "arrived_at", "finished_at", "closed_at"),
        *("closed_by_id", "slip_taken_by_id", "slip_returned_at", "slip_returned_to_id", "result", "acceptance"),
        *("acceptance_reason", "waiting_reason", "waiting_from", "waiting_note"),
        *("cancelled_at", "cancel_kind", "cancel_reason"),
    )
)


@dataclass
class Planned:
    """One ticket to be made: when it came in (``day`` by the estate's clock), and whether it is still open.

    ``asked``: followed up if it is not.
    """

    day: datetime.date
    at: datetime.datetime
    is_open: bool
    asked: bool


@dataclass
class Told:
    """One ticket without id and number, its events, and whether clocks run on it and a follow-up is owed."""

    row: dict[str, Any]
    events: list[dict[str, Any]]
    has_clocks: bool
    owed: bool


@dataclass
class Batch:
    """Rows to be written together, by table."""

    tickets: list[dict[str, Any]] = field(default_factory=list)
    follow_ups: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Step:
    verb: str
    at: datetime.datetime
    actor: Actor
    role: Role
    changes: dict[str, Any]


class Teller:
    """Makes the rows of tickets from chance: first what needs no database, then what needs the ids of rows."""

    def __init__(self, cast: Cast, now: datetime.datetime) -> None:
        self.cast, self.now = cast, now
        self._themes = themes()
        self._weights = list(itertools.accumulate(theme.weight for theme in self._themes))
        self._clocks = ScaleClocks(cast.settings, cast.estate_id, now)
        self._places = {
            word: [place for place in cast.places if word in place[1]] or cast.places
            for theme in self._themes
            for report in theme.reports
            for word in report.where.split()
        }

    def tell(self, calls: Iterable[Planned], rng: Random) -> list[Told]:
        """The tickets of *calls*."""
        return [self._ticket(call, rng) for call in calls]

    def number(self, told: Sequence[Told], ids: Sequence[int], numbers: Sequence[str]) -> Batch:
        """The rows of *told*, which get *ids* and *numbers*; follow-ups get theirs later (:meth:`follow`)."""
        batch = Batch()
        for ticket, row_id, number in zip(told, ids, numbers, strict=True):
            row, events = ticket.row, ticket.events
            row["id"], row["number"], events[0]["after"]["number"] = row_id, number, number
            for each in events:
                each["record_id"] = row_id
            batch.tickets.append(row)
            batch.events += events
            if ticket.has_clocks:
                batch.runs += self._clocks.runs(row)
            if ticket.owed:
                batch.follow_ups.append(self._scheduled(row))
        return batch

    # ------------------------------------------------------------- one ticket

    def _ticket(self, call: Planned, rng: Random) -> Told:
        cast = self.cast
        clerk = pick(rng, cast.clerks)
        if rng.random() < ANSWERED_SHARE:
            kind = pick(rng, ANSWERED)
            report, theme = pick(rng, answered(kind)), None
        else:
            theme = rng.choices(self._themes, cum_weights=self._weights)[0]
            kind, report = theme.kind, pick(rng, theme.reports)
        row = self._registered(call, clerk, kind, theme, report, rng)
        events = [event(Ticket, row, "register", clerk, Role.CLERK, call.at)]
        steps = self._steps(call, row, clerk, theme, report, rng)
        if steps:
            last = steps[-1]
            # The one event stands for all steps, so that event log and row say the same.
            reached = {name: value for step in steps for name, value in step.changes.items()}
            open_row = {**row, **reached, "updated_at": steps[-1].at}
            reached["due_at"] = self._clocks.next_due(open_row) if reached["status"] in STANDING else None
            changes = {name: value for name, value in reached.items() if row[name] != value}
            before = {name: row[name] for name in changes}
            row.update(changes)
            row["version"], row["updated_at"] = len(steps) + 1, last.at
            events.append(event(Ticket, row, last.verb, last.actor, last.role, last.at, before=before, after=changes))
        finished = row["finished_at"] is not None and kind in FOLLOWED_KINDS and row["resident_id"] is not None
        owed = finished and (call.asked or row["status"] is S.DONE)
        return Told(row, events, row["status"] in STANDING, owed)

    def _registered(
        self, call: Planned, clerk: Actor, kind: TicketKind, theme: Theme | None, report: Report, rng: Random
    ) -> dict[str, Any]:
        cast, place = self.cast, None
        caller = pick(rng, cast.callers)
        unit_id: int | None = caller.unit_id
        if theme is not None and theme.common:
            unit_id, place = pick(rng, self._places[pick(rng, report.where.split())] if report.where else cast.places)
        colleague = place is not None and rng.random() < 0.5
        row = {
            "id": None,
            "estate_id": cast.estate_id,
            "number": None,
            "kind": kind,
            "status": S.RECEIVED,
            "summary": report.summary,
            "detail": report.detail,
            "wish": pick(rng, theme.wishes) if theme is not None and theme.wishes and rng.random() < 0.4 else None,
            "severity": rng.choices(_SEVERITIES, cum_weights=_SEVERITY_WEIGHTS)[0],
            "channel": Channel.STAFF if colleague else rng.choices(_CHANNELS, cum_weights=_CHANNEL_WEIGHTS)[0],
            "category_id": cast.categories.get(theme.category if theme is not None else "other"),
            "unit_id": unit_id,
            "place": None,
            "resident_id": None if colleague else caller.resident_id,
            "reporter_name": None if colleague else caller.name,
            "reporter_phone": None if colleague else caller.phone,
            "reporter_phone_digest": None if colleague else caller.digest,
            "reporter_phone_tail_digest": None if colleague else caller.tail_digest,
            "reporter_department": pick(rng, phrases("departments")) if colleague else None,
            "read_back": rng.random() < 0.8,
            "heard_at": call.at - datetime.timedelta(seconds=30 + int(rng.random() * 270)),
            "registered_at": call.at,
            "desk_owner_id": clerk.staff_id,
            "repeats": 0,
            "must_complete": False,
            "imported_closed": False,
            **_LATER,
            "team_id": cast.teams[theme.department] if theme and kind is TicketKind.EMERGENCY else None,
            "created_at": call.at,
            "updated_at": call.at,
            "version": 1,
        }
        row["due_at"] = self._clocks.next_due(row)
        return row

    # ------------------------------------------------------------- how far it came

    def _steps(
        self, call: Planned, row: dict[str, Any], clerk: Actor, theme: Theme | None, report: Report, rng: Random
    ) -> list[_Step]:
        """The steps that have been done, in order."""
        end = self._end(call, theme, rng)
        times = self._times(call.at, rng)
        if row["kind"] is TicketKind.EMERGENCY:
            # Dispatched in the same step (DSP-1), and never cancelled here.
            times[0] = call.at
            end = {S.RECEIVED: S.DISPATCHED, S.CANCELLED: S.CLOSED}.get(end, end)
        if end is S.RECEIVED:
            return []
        if end is S.CANCELLED:
            kind = pick(rng, tuple(CancelKind))
            changes = {
                "status": S.CANCELLED,
                "cancelled_at": times[0],
                "cancel_kind": kind,
                "cancel_reason": pick(rng, phrases(kind.value)),
            }
            return [_Step("cancel", times[0], clerk, Role.CLERK, changes)]
        steps = self._answer(times, clerk, report) if theme is None else self._job(times, row, end, theme, report, rng)
        if end is S.CLOSED:
            closed = {"status": S.CLOSED, "closed_at": times[5], "closed_by_id": clerk.staff_id}
            steps.append(_Step("close", times[5], clerk, Role.CLERK, closed))
        return steps

    def _end(self, call: Planned, theme: Theme | None, rng: Random) -> TicketStatus:
        if call.is_open:
            end: TicketStatus = rng.choices(STANDING, STANDING_WEIGHTS)[0]
            return end if theme is not None or end is S.RECEIVED else S.DONE
        return S.CANCELLED if rng.random() < CANCELLED_SHARE else S.CLOSED

    def _times(self, start: datetime.datetime, rng: Random) -> list[datetime.datetime]:
        """Dispatched, accepted, arrived, finished, slip back, closed: none of them later than now."""
        minutes = [least + int(rng.random() * more) for least, more in _STEPS_TAKE]
        left = (self.now - start).total_seconds()
        pace = min(60.0, left / sum(minutes))
        times, passed = [], 0.0
        for part in minutes:
            passed += part * pace
            times.append(start + datetime.timedelta(seconds=int(passed)))
        return times

    def _answer(self, times: Sequence[datetime.datetime], clerk: Actor, report: Report) -> list[_Step]:
        changes = {
            "status": S.DONE,
            "finished_at": times[3],
            "result": report.result,
            "acceptance": Acceptance.NOT_NEEDED,
        }
        return [_Step("answer", times[3], clerk, Role.CLERK, changes)]

    def _job(
        self,
        times: Sequence[datetime.datetime],
        row: dict[str, Any],
        end: TicketStatus,
        theme: Theme,
        report: Report,
        rng: Random,
    ) -> list[_Step]:
        cast = self.cast
        clerk, worker = pick(rng, cast.clerks), pick(rng, cast.crews[theme.department])
        changes: dict[str, Any] = {
            "status": S.DISPATCHED,
            "team_id": cast.teams[theme.department],
            "dispatched_at": times[0],
            "assignee_id": None if end is S.DISPATCHED and rng.random() < 0.4 else worker.staff_id,
        }
        steps = [_Step("dispatch", times[0], clerk, Role.CLERK, changes)]
        if end is S.DISPATCHED:
            return steps
        changes = {"status": S.ACCEPTED, "accepted_at": times[1], "slip_taken_by_id": worker.staff_id}
        steps.append(_Step("accept", times[1], worker, Role.TECHNICIAN, changes))
        if end is S.ACCEPTED:
            return steps
        changes = {"status": S.IN_PROGRESS, "arrived_at": times[2]}
        steps.append(_Step("start", times[2], worker, Role.TECHNICIAN, changes))
        emergency = row["kind"] is TicketKind.EMERGENCY
        if end is S.IN_PROGRESS or (end is S.WAITING and emergency):  # an emergency does not wait (INT-14)
            return steps
        if end is S.WAITING:
            reason = pick(rng, REASONS)
            changes = {"status": S.WAITING, "waiting_reason": reason, "waiting_from": S.IN_PROGRESS}
            changes["waiting_note"] = pick(rng, waiting_notes(reason))
            return [*steps, _Step("wait", times[3], worker, Role.TECHNICIAN, changes)]
        signed = rng.random() < 0.93
        changes = {
            "status": S.DONE,
            "finished_at": times[3],
            "result": report.result,
            "acceptance": Acceptance.SIGNED if signed else Acceptance.NOT_SIGNED,
            "acceptance_reason": None if signed else pick(rng, phrases("not_signed")),
        }
        steps.append(_Step("finish", times[3], worker, Role.TECHNICIAN, changes))
        if end is S.CLOSED or rng.random() < 0.6:
            changes = {"slip_returned_at": times[4], "slip_returned_to_id": clerk.staff_id}
            steps.append(_Step("take_slip_back", times[4], clerk, Role.CLERK, changes))
        return steps

    # ------------------------------------------------------------- follow-ups

    def _scheduled(self, row: dict[str, Any]) -> dict[str, Any]:
        at = row["finished_at"]
        return {
            "id": None,
            "estate_id": row["estate_id"],
            "register": "tickets",
            "record_id": row["id"],
            "status": FollowUpStatus.SCHEDULED,
            "assignee_id": row["desk_owner_id"],
            "due_at": self._clocks.due("follow-up", at),
            **dict.fromkeys(("finished_at", "finished_by_id", "quality", "timeliness", "attitude", "words")),
            "attempts": 0,
            "created_at": at,
            "updated_at": at,
            "version": 1,
        }

    def follow(self, batch: Batch, ids: Sequence[int], rng: Random) -> None:
        """Give the follow-ups of *batch* their *ids*, and make what belongs to them; closed ones were asked about."""
        tickets = {row["id"]: row for row in batch.tickets}
        worked = {actor.staff_id: actor for crew in self.cast.crews.values() for actor in crew}
        for row, row_id in zip(batch.follow_ups, ids, strict=True):
            row["id"] = row_id
            ticket = tickets[row["record_id"]]
            worker = worked[ticket["assignee_id"]]
            batch.events.append(event(FollowUp, row, "schedule", worker, "", row["created_at"], rule="FUP-1"))
            run = self._clocks.run("follow-up", ticket, row["created_at"], row["due_at"])
            run["register"], run["record_id"] = "follow_ups", row_id
            batch.runs.append(run)
            if ticket["closed_at"] is not None:
                self._ask(batch, row, run, ticket, rng)

    def _ask(self, batch: Batch, row: dict[str, Any], run: dict[str, Any], ticket: dict[str, Any], rng: Random) -> None:
        at = ticket["slip_returned_at"] + (ticket["closed_at"] - ticket["slip_returned_at"]) / 2
        clerk = pick(rng, self.cast.clerks)
        changes = {
            "status": FollowUpStatus.SATISFIED,
            "finished_at": at,
            "finished_by_id": clerk.staff_id,
            "attempts": 1,
            **{score: rng.choices((5, 4, 3), (80, 17, 3))[0] for score in ("quality", "timeliness", "attitude")},
        }
        changes = {name: value for name, value in changes.items() if row[name] != value}
        before = {name: row[name] for name in changes}
        row.update(changes, version=2, updated_at=at)
        run.update(met_at=at, updated_at=at)
        batch.events.append(event(FollowUp, row, "record_attempt", clerk, Role.CLERK, at, before=before, after=changes))
        rests = at.astimezone(self._clocks.zone).hour in REST_HOURS
        batch.attempts.append(
            {
                "estate_id": row["estate_id"],
                "follow_up_id": row["id"],
                "at": at,
                "made_by_id": clerk.staff_id,
                "way": FollowUpWay.EMAIL if rests else FollowUpWay.PHONE,
                "outcome": AttemptOutcome.SATISFIED,
                "created_at": at,
                "updated_at": at,
            }
        )


def pick(rng: Random, options: Sequence[Any]) -> Any:
    """One of *options*; several times as quick as ``choice``, and a few of these make each row."""
    return options[int(rng.random() * len(options))]


TABLES = ((Ticket, "tickets"), (FollowUp, "follow_ups"), (FollowUpAttempt, "attempts"), (ClockRun, "runs"))
"""In the order in which a batch is written."""
