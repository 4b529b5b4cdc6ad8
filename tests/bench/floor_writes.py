"""The floor of what writes: saving one ticket, bulk dispatch, the daily audit; the same rows, set-wise, by hand."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from tests.bench.bare import Bare, as_json
from tests.bench.floor import ZONE, Account, account, kept

WRITERS = {"clerk", "supervisor", "manager"}
OPEN = "('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done')"
ON_SITE = frozenset({"repair", "household_service", "emergency"})
PLAIN = ("summary", "detail", "wish", "severity", "place", "reporter_name", "reporter_department", "channel")

pages = Blueprint("floor_writes", __name__)


def now() -> datetime.datetime:
    """The present instant, unless time stands still."""
    return current_app.config.get("FRONTDESK_NOW") or datetime.datetime.now(datetime.UTC)


def fact(who: Account, at: datetime.datetime, verb: str, register: str, record_id: int, **more: Any) -> dict[str, Any]:
    """What every event says."""
    role = "manager" if "manager" in who.roles else "clerk"
    shared = {"at": at, "actor_id": who.id, "role": role, "address": request.remote_addr}
    return {**shared, "verb": verb, "register": register, "record_id": record_id, **more}


@pages.post("/save")
def save() -> Response:
    """Save one ticket: account; in one transaction the locked row, room and resident that the form names, UPDATE of
    what differs, its event, the head of the chain, the seal."""
    who, bare, form, at = account(WRITERS), kept().bare, request.form, now()
    ticket_id = int(request.args["id"])
    with bare.transaction():
        columns = ", ".join((*PLAIN, "version", "status", "unit_id", "category_id", "resident_id", "read_back"))
        row = bare.row(
            f"SELECT {columns} FROM tickets WHERE id = %s AND estate_id = %s FOR UPDATE", ticket_id, who.estate_id
        )
        if row is None:
            abort(404)
        version, status = row[len(PLAIN) : len(PLAIN) + 2]
        unit_id, category_id, resident_id, _read_back = row[len(PLAIN) + 2 :]
        if version != int(form["version"]) or status in ("closed", "cancelled") or not form["summary"].strip():
            abort(409)
        before = dict(
            zip(
                (*PLAIN, "unit_id", "category_id", "resident_id"),
                (*row[:8], unit_id, category_id, resident_id),
                strict=True,
            )
        )
        given: dict[str, Any] = {name: form[name].strip() or None for name in PLAIN}
        unit = bare.row("SELECT id FROM units WHERE estate_id = %s AND code = %s", who.estate_id, form["unit_id"])
        given["unit_id"] = unit[0] if unit else None
        given["category_id"] = int(form["category_id"]) if form["category_id"] else None
        named = int(form["resident_id"].rpartition("#")[2] or 0)
        resident = bare.row("SELECT id FROM residents WHERE id = %s AND estate_id = %s", named, who.estate_id)
        given["resident_id"] = resident[0] if resident else None
        changed = {name: value for name, value in given.items() if value != before[name]}
        sets = "".join(f", {name} = %s" for name in changed)
        bare.run(
            f"UPDATE tickets SET version = version + 1, updated_at = %s{sets} WHERE id = %s",
            bare.time(at),
            *changed.values(),
            ticket_id,
        )
        told = fact(
            who,
            at,
            "amend",
            "tickets",
            ticket_id,
            record_version=version + 1,
            before={name: before[name] for name in changed},
            after=changed,
        )
        bare.record(kept().seal_key, who.estate_id, [told])
    return redirect(f"/details/?id={ticket_id}")


# ---------------------------------------------------------------- bulk dispatch


@pages.post("/bulk/prepare")
def prepare() -> Response:
    """Freeze a selection: account; the team; the run; the chosen rows, by id or by status; one item each."""
    who, bare, form, at = account(WRITERS), kept().bare, request.form, now()
    team_id = int(form["team"])
    columns = "id, number, version, status, kind, unit_id, place"
    with bare.transaction():
        if bare.row("SELECT id FROM teams WHERE id = %s AND estate_id = %s", team_id, who.estate_id) is None:
            abort(400)
        if "status" in form:
            rows = bare.rows(
                f"SELECT {columns} FROM tickets WHERE estate_id = %s AND status = %s ORDER BY id",
                who.estate_id,
                form["status"],
            )
        else:
            ids = [int(text) for text in form.getlist("row")]
            rows = bare.among(f"SELECT {columns} FROM tickets WHERE id IN {{ids}} ORDER BY id", ids)
        (run_id,) = bare.ids("bulk_runs", 1)
        arguments = as_json({"assignee": None, "team": team_id, "visit_from": None, "visit_until": None})
        when = bare.time(at)
        values = (run_id, who.estate_id, who.id, "tickets", "dispatch", arguments, form["key"], "previewed", when, when)
        names = ("id", "estate_id", "actor_id", "register", "verb", "arguments", "idempotency_key", "state")
        bare.insert("bulk_runs", (*names, "created_at", "updated_at"), [values])
        items = [
            (who.estate_id, run_id, row[0], row[1], row[2], "refused" if refused(row) else "pending", when, when)
            for row in rows
        ]
        columns_of_items = ("estate_id", "run_id", "record_id", "number", "version_seen", "outcome")
        bare.insert("bulk_items", (*columns_of_items, "created_at", "updated_at"), items)
    return redirect(f"/bulk/?id={run_id}")


def refused(row: Sequence[Any]) -> bool:
    """Whether a ticket cannot be dispatched: another state, or nowhere to go (DSP-2)."""
    _id, _number, _version, status, kind, unit_id, place = row
    return status != "received" or (kind in ON_SITE and not unit_id and not place)


@pages.post("/bulk/run")
def run() -> Response:
    """Dispatch the rows of a run: account; the locked run, its items, the locked tickets with their running clocks;
    UPDATE of tickets, items and run, two clocks and one sealed event a ticket; all in one transaction."""
    who, bare, at = account(WRITERS), kept().bare, now()
    run_id, when = int(request.form["id"]), bare.time(at)
    with bare.transaction():
        _state, arguments = bare.row("SELECT state, arguments FROM bulk_runs WHERE id = %s FOR UPDATE", run_id)
        items = bare.rows(
            "SELECT record_id, version_seen, id FROM bulk_items WHERE run_id = %s AND outcome = 'pending'"
            " ORDER BY record_id",
            run_id,
        )
        team_id = int(arguments.partition('"team":')[2].partition(",")[0])
        seen = {row[0]: (row[1], row[2]) for row in items}
        tickets = bare.among(
            "SELECT id, number, version, status, kind, unit_id, place, due_at, visit_until FROM tickets"
            " WHERE id IN {ids} ORDER BY id FOR UPDATE",
            list(seen),
        )
        running = bare.among(
            "SELECT r.ticket_id, c.code, r.due_at FROM clock_runs r JOIN clocks c ON c.id = r.clock_id"
            " WHERE r.ticket_id IN {ids} AND r.met_at IS NULL AND r.cancelled_at IS NULL",
            list(seen),
        )
        dues: dict[int, list[Any]] = {}
        for ticket_id, _code, due_at in running:
            dues.setdefault(ticket_id, []).append(due_at)
        clocks = {
            row[0]: row[1:]
            for row in bare.rows("SELECT code, id, minutes FROM clocks WHERE estate_id = %s", who.estate_id)
        }
        runs, updates, events, outcomes = [], [], [], []
        for row in tickets:
            ticket_id, version, kind, due_before, visit_until = row[0], row[2], row[4], row[7], row[8]
            if refused(row[:7]) or version != seen[ticket_id][0]:
                outcomes.append(("changed", version, when, seen[ticket_id][1]))
                continue
            for code in ("slip-acknowledged", "on-site")[: 2 if kind in ON_SITE else 1]:
                due = bare.time(at + datetime.timedelta(minutes=clocks[code][1]))
                if code == "on-site" and visit_until is not None and kind != "emergency":
                    due = visit_until
                runs.append((who.estate_id, clocks[code][0], "tickets", ticket_id, when, due, when, when))
                dues.setdefault(ticket_id, []).append(due)
            earliest = min(dues[ticket_id])
            updates.append((team_id, when, earliest, when, ticket_id))
            before = {"dispatched_at": None, "status": "received", "team_id": None}
            after = {"dispatched_at": at.isoformat(), "status": "dispatched", "team_id": team_id}
            if earliest != due_before:
                before["due_at"] = due_before and bare.moment(due_before).isoformat()
                after["due_at"] = bare.moment(earliest).isoformat()
            told = {"record_version": version + 1, "before": before, "after": after, "bulk_run_id": run_id}
            events.append(fact(who, at, "dispatch", "tickets", ticket_id, **told))
            outcomes.append(("done", version + 1, when, seen[ticket_id][1]))
        names = ("estate_id", "clock_id", "register", "record_id", "started_at", "due_at", "created_at", "updated_at")
        bare.insert("clock_runs", names, runs)
        bare.many(
            "UPDATE tickets SET status = 'dispatched', team_id = %s, dispatched_at = %s, due_at = %s, updated_at = %s,"
            " version = version + 1 WHERE id = %s",
            updates,
        )
        bare.record(kept().seal_key, who.estate_id, events)
        bare.many("UPDATE bulk_items SET outcome = %s, version_after = %s, updated_at = %s WHERE id = %s", outcomes)
        bare.run("UPDATE bulk_runs SET state = 'finished', updated_at = %s WHERE id = %s", when, run_id)
    return redirect(f"/bulk/?id={run_id}")


# ---------------------------------------------------------------- daily audit

KINDS = (
    *("received_today", "still_open", "past_clock", "no_formal_record", "no_follow_up", "key_not_back"),
    *("pass_not_handed_in", "deposit_not_refunded", "missing_fields", "late_registered", "owner_gone"),
)
_MATTER = (
    "SELECT id, number, status, severity, registered_at, due_at, desk_owner_id, heard_at, source, kind, finished_at,"
    " unit_id, place, resident_id, reporter_name, reporter_phone_digest, reporter_department, imported_closed"
    " FROM tickets WHERE estate_id = %s AND "
)
_LATE = (
    " JOIN clocks c ON c.id = r.clock_id WHERE r.estate_id = %s AND r.met_at IS NULL AND r.cancelled_at IS NULL"
    " AND r.paused_at IS NULL AND r.due_at <= %s ORDER BY r.due_at, r.id"
)
Finding = tuple[Any, ...]
"""Kind, rule, register, record, clock, since, due, number, owner, overdue, facts."""


@pages.post("/audit")
def audit() -> Response:
    """Run the audit: account; locked estate; open tickets and those of today, late clocks of tickets and follow-ups,
    follow-ups owed, owners, and the other registers (empty in the scale estate, but they have to be looked at);
    then the findings, the run with its sealed event, and one line a finding."""
    who, bare, at = account(WRITERS), kept().bare, now()
    day = at.astimezone(ZONE).date()
    with bare.transaction():
        bare.row("SELECT id FROM estates WHERE id = %s FOR UPDATE", who.estate_id)
        known = bare.row("SELECT id FROM audit_runs WHERE estate_id = %s AND day = %s", who.estate_id, bare.day(day))
        stored = bare.rows(
            "SELECT id, kind, rule, register, record_id, clock, since, due_at FROM audit_findings"
            " WHERE estate_id = %s AND ended_on IS NULL",
            who.estate_id,
        )
        if known or stored:
            abort(409)  # this floor takes stock once a day: what the benchmark asks
        found = [*matters(bare, who, day, at), *late(bare, who, at)]
        others(bare, who, at)
        write(bare, who, day, at, found)
    return redirect("/audits/")


def matters(bare: Bare, who: Account, day: datetime.date, at: datetime.datetime) -> Iterator[Finding]:
    """Received today, registered late, still open, missing fields, without follow-up, without owner."""
    begins = datetime.datetime.combine(day, datetime.time(), ZONE).astimezone(datetime.UTC)
    first, last = bare.time(begins), bare.time(begins + datetime.timedelta(days=1))
    rows = {row[0]: (True, row) for row in bare.rows(f"{_MATTER}status IN {OPEN}", who.estate_id)}
    for row in bare.rows(f"{_MATTER}registered_at >= %s AND registered_at < %s", who.estate_id, first, last):
        rows.setdefault(row[0], (False, row))
    owners = sorted({row[6] for _, row in rows.values()})
    here = {
        row[0]
        for row in bare.among(
            f"SELECT s.id FROM staff s JOIN staff_assignments a ON a.staff_id = s.id WHERE a.ended_at IS NULL"
            f" AND s.disabled_at IS NULL AND a.estate_id = {who.estate_id}"
            " AND a.role IN ('clerk', 'supervisor', 'manager') AND s.id IN {ids}",
            owners,
        )
    }
    owing = [row[0] for still, row in rows.values() if still and row[2] == "done" and row[9] in ON_SITE and owed(row)]
    follow_ups = {
        row[0]: row
        for row in bare.among(
            "SELECT ticket_id, status, due_at, attempts FROM follow_ups WHERE ticket_id IN {ids} ORDER BY id", owing
        )
    }
    owes = set(owing)
    for still, row in rows.values():
        row_id, number, status, severity, registered, due, owner, heard, source, _kind, finished = row[:11]
        facts = {"status": status, "severity": severity}
        shared = (number, owner)
        if first <= registered < last:
            yield ("received_today", "AUD-1", "tickets", row_id, "", registered, due, *shared, False, facts)
        if (
            source is None
            and bare.moment(heard).astimezone(ZONE).date() < bare.moment(registered).astimezone(ZONE).date()
        ):
            times = {"heard_at": bare.moment(heard).isoformat(), "registered_at": bare.moment(registered).isoformat()}
            yield (
                "late_registered",
                "INT-2",
                "tickets",
                row_id,
                "",
                registered,
                None,
                *shared,
                False,
                {**facts, **times},
            )
        if not still:
            continue
        yield ("still_open", "AUD-1", "tickets", row_id, "", registered, due, *shared, False, facts)
        if lacks := missing(row):
            told = {**facts, "missing": lacks}
            yield ("missing_fields", "INT-3", "tickets", row_id, "", registered, None, *shared, False, told)
        if owner not in here:
            yield ("owner_gone", "INT-1", "tickets", row_id, "", registered, None, *shared, False, facts)
        if row_id in owes:
            _, state, due, attempts = follow_ups.get(row_id, (0, "", None, 0))
            if state in ("", "scheduled"):
                overdue = due is not None and bare.moment(due) <= at
                told = {**facts, "attempts": attempts}
                yield ("no_follow_up", "FUP-1", "tickets", row_id, "", finished, due, *shared, overdue, told)


def owed(row: Sequence[Any]) -> bool:
    """Whether there is somebody to be asked."""
    _unit, _place, resident, name, phone, department, closed_elsewhere = row[11:]
    return not department and not closed_elsewhere and bool(resident or name or phone)


def missing(row: Sequence[Any]) -> list[str]:
    """What INT-3 asks for and the ticket lacks."""
    unit, place, resident, name, phone, department, _imported = row[11:]
    if row[8] is not None:
        return []
    known = resident or department
    lacks = {"reporter": not (known or name), "phone": not (known or phone), "place": not (unit or place)}
    return [code for code, lacking in lacks.items() if lacking]


def late(bare: Bare, who: Account, at: datetime.datetime) -> Iterator[Finding]:
    """Clocks of tickets that ran out; follow-ups have a list of their own."""
    ticket = (
        "SELECT t.id, t.number, t.desk_owner_id, r.due_at, r.started_at, c.code, c.rule FROM clock_runs r"
        " JOIN tickets t ON t.id = r.ticket_id"
    )
    for row_id, number, owner, due, started, code, rule in bare.rows(ticket + _LATE, who.estate_id, bare.time(at)):
        facts = {"started_at": bare.moment(started).isoformat()}
        yield ("past_clock", rule, "tickets", row_id, code, due, due, number, owner, True, facts)


def others(bare: Bare, who: Account, at: datetime.datetime) -> None:
    """Complaints, keys and passes: the scale estate has none, so nothing is made of them."""
    for query, *values in (
        ("SELECT id, number FROM complaints WHERE estate_id = %s AND status NOT IN ('archived', 'cancelled')",),
        ("SELECT id, lent_at FROM key_loans WHERE estate_id = %s AND returned_at IS NULL AND lost_at IS NULL",),
        (
            "SELECT id, number FROM visitor_passes WHERE estate_id = %s AND handed_in_at IS NULL"
            " AND (revoked_at IS NOT NULL OR valid_until <= %s)",
            bare.time(at),
        ),
        (
            "SELECT id, number FROM visitor_passes WHERE estate_id = %s AND deposit_fen > 0"
            " AND deposit_refunded_at IS NULL AND handed_in_at IS NOT NULL",
        ),
    ):
        if bare.rows(query, who.estate_id, *values):
            abort(501)


def write(bare: Bare, who: Account, day: datetime.date, at: datetime.datetime, found: Iterable[Finding]) -> None:
    """Findings, run, event, lines."""
    findings, when, counts = list(found), bare.time(at), dict.fromkeys(KINDS, 0)
    for item in findings:
        counts[item[0]] += 1
    owners = sorted({item[8] for item in findings if item[8] is not None})
    names = dict(bare.among("SELECT id, username FROM staff WHERE id IN {ids}", owners))
    ids = bare.ids("audit_findings", len(findings))
    opened = bare.day(day)
    bare.insert(
        "audit_findings",
        (
            *("id", "estate_id", "kind", "rule", "register", "record_id", "clock", "since", "due_at", "opened_on"),
            *("created_at", "updated_at"),
        ),
        [(row_id, who.estate_id, *item[:7], opened, when, when) for row_id, item in zip(ids, findings, strict=True)],
    )
    (run_id,) = bare.ids("audit_runs", 1)
    bare.insert(
        "audit_runs",
        ("id", "estate_id", "day", "ran_at", "ran_by_id", "counts", "created_at", "updated_at"),
        [(run_id, who.estate_id, opened, when, who.id, as_json(counts), when, when)],
    )
    after = {"counts": counts, "day": day.isoformat(), "ran_at": at.isoformat(), "ran_by_id": who.id}
    told = fact(who, at, "run", "audit_runs", run_id, record_version=1, before={}, after=after, rule="AUD-1")
    bare.record(kept().seal_key, who.estate_id, [told])
    lines = []
    for row_id, item in zip(ids, findings, strict=True):
        since, due, number, owner, overdue, facts = item[5:]
        whole = {
            **facts,
            "owner": names.get(owner),
            "since": bare.moment(since).isoformat(),
            "due_at": bare.moment(due).isoformat() if due is not None else None,
        }
        lines.append((who.estate_id, run_id, row_id, number, owner, overdue, as_json(whole), when, when))
    bare.insert(
        "audit_lines",
        (
            *("estate_id", "run_id", "finding_id", "number", "owner_id", "overdue", "facts"),
            *("created_at", "updated_at"),
        ),
        lines,
    )
