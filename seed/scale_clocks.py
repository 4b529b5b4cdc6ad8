"""Clocks of the scale data: when they run out, and the rows of those that run on open tickets."""

import datetime
from typing import Any

from models.operations.tickets import answer_clock
from models.settings import EstateSettings
from models.tickets import CLOSING, JOBS, PROMISE, QUESTION, SLIP_BACK, WAITING, TicketStatus, WaitingReason

_CODES = (
    *("same-day", "dispatch", "slip-acknowledged", "on-site", "ask-done", "follow-up"),
    *(WAITING, PROMISE, QUESTION, SLIP_BACK, CLOSING),
)
WAITS = datetime.timedelta(days=10)
"""How long each job on hold is said to wait."""


class ScaleClocks:
    """The clocks of one estate, all read at once: later the session may be busy in another thread."""

    def __init__(self, settings: EstateSettings, estate_id: int, now: datetime.datetime) -> None:
        self._settings = settings
        clocks = {code: settings.clock(estate_id, code) for code in _CODES}
        self._clocks = {code: clock for code, clock in clocks.items() if clock is not None}
        self.zone = settings.calendar(estate_id).zone
        self._ends: dict[datetime.date, datetime.datetime] = {}
        for code in self._clocks:
            self.due(code, now)

    def end_of_day(self, day: datetime.date, at: datetime.datetime) -> datetime.datetime:
        """The end of the estate's *day*, which *at* is in."""
        if day not in self._ends:
            self._ends[day] = self.due("same-day", at)
        return self._ends[day]

    def due(self, code: str, at: datetime.datetime) -> datetime.datetime:
        """When the clock *code*, started *at*, runs out."""
        return self._settings.due(self._clocks[code], at)

    def run(self, code: str, row: dict[str, Any], start: datetime.datetime, due: datetime.datetime) -> dict[str, Any]:
        """The row of the clock *code* as it runs on the ticket *row* from *start*."""
        return {
            "estate_id": row["estate_id"],
            "clock_id": self._clocks[code].id,
            "clock_version": None if code == WAITING else self._clocks[code].version,
            "register": "tickets",
            "record_id": row["id"],
            "started_at": start,
            "due_at": due,
            "paused_at": None,
            "met_at": None,
            # One event stands for all steps of a ticket.
            "created_at": row["updated_at"],
            "updated_at": row["updated_at"],
        }

    def next_due(self, row: dict[str, Any]) -> datetime.datetime:
        """When the earliest of the clocks that run on an open ticket runs out."""
        running = [run for run in self.runs({"id": 0, **row}) if run["met_at"] is None and run["paused_at"] is None]
        ends: list[datetime.datetime] = [run["due_at"] for run in running]
        return min(ends)

    def runs(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """The clocks of an open ticket: running, standing still or met."""
        given = row["dispatched_at"]
        came = row["registered_at"]
        if (code := answer_clock(row["kind"], None)) is not None:
            runs = [self.run(code, row, came, self.due(code, came))]
        else:
            runs = [self.run("same-day", row, came, self.end_of_day(came.astimezone(self.zone).date(), came))]
        met = [row["finished_at"]]
        if row["kind"] in JOBS:
            runs.append(self.run("dispatch", row, came, self.due("dispatch", came)))
            met.append(given)
        if given is not None:
            runs.append(self.run("slip-acknowledged", row, given, self.due("slip-acknowledged", given)))
            runs.append(self.run("on-site", row, given, self.due("on-site", given)))
            met += [row["accepted_at"], row["arrived_at"]]
        if (began := row["arrived_at"]) is not None and row["kind"] in JOBS:
            runs.append(self.run("ask-done", row, began, self.due("ask-done", began)))
            met.append(row["finished_at"])
        if (ended := row["finished_at"]) is not None:
            runs.append(self.run(CLOSING, row, ended, self.due(CLOSING, ended)))
            met.append(None)
            if given is not None:
                runs.append(self.run(SLIP_BACK, row, ended, self.due(SLIP_BACK, ended)))
                met.append(row["slip_returned_at"])
        waits = row["status"] is TicketStatus.WAITING and row["waiting_reason"] is not WaitingReason.THIRD_PARTY
        for run, at in zip(runs, met, strict=True):
            run["met_at"] = at
            if at is None and waits:
                run["paused_at"] = row["updated_at"]
        if row["status"] is TicketStatus.WAITING:
            runs.append(self.run(WAITING, row, row["updated_at"], row["updated_at"] + WAITS))
        return runs
