"""The scenarios: what is asked of ours and of the floor, what has to be the same, and the bound of their ratio."""

import hashlib
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from admin_app.database import Database
from tests.bench.fields import fields_of
from tests.bench.ground import MOST_AT_ONCE, Samples, top_up
from tests.bench.measure import Act, Bench, Scenario
from tests.guards_off import guards_off

CHINESE = {"Accept-Language": "zh-CN"}
_COUNT = re.compile(r'class="count">\D*([\d,]+\+?)')
_SHOWN = re.compile(r'details/\?id=(\d+)">')
WRITTEN = (
    *("events", "event_seals", "clock_runs", "bulk_runs", "bulk_items"),
    *("audit_runs", "audit_findings", "audit_lines"),
)
"""Tables whose new rows are counted after a write."""


# ---------------------------------------------------------------- reading


def reading(
    name: str, bound: float, ours: Callable[[Samples, int], str], floor: Callable[[Samples, int], str]
) -> Scenario:
    """A page of a list: the same count, and the same ids in the same order."""
    return Scenario(
        name,
        bound,
        lambda bench, turn: partial(get, bench.ours, ours(bench.samples, turn)),
        lambda bench, turn: partial(get, bench.floor, floor(bench.samples, turn)),
        seen=listed,
        page=lambda bench: ours(bench.samples, 0),
    )


def get(client: Any, path: str) -> Any:
    """The whole answer."""
    answer = client.get(path, headers=CHINESE)
    _ = answer.data
    return answer


def listed(_bench: Bench, answer: Any) -> tuple[str, ...]:
    """The count and the ids that a list shows, in order; nothing where it shows none."""
    assert answer.status_code == 200, answer.text
    shown, count = dict.fromkeys(_SHOWN.findall(answer.text)), _COUNT.search(answer.text)
    return (count[1] if count else "no count", *shown) if shown else ()


def at(values: Sequence[Any], turn: int) -> Any:
    """One of *values* after another."""
    return values[turn % len(values)]


def tickets(**arguments: str) -> str:
    """The address of our list."""
    return f"/admin/tickets/?{urlencode(arguments)}"


def searching(name: str, bound: float, values: str, floor: str, ours: str = "/admin/tickets/") -> Scenario:
    """A search for one after another of the samples called *values*."""
    return reading(
        name,
        bound,
        lambda samples, turn: f"{ours}?{urlencode({'search': at(getattr(samples, values), turn)})}",
        lambda samples, turn: floor + at(getattr(samples, values), turn),
    )


def calling(kind: str, values: str) -> Scenario:
    """The callers that one after another of the samples called *values* finds: the very same, in the same order."""
    return Scenario(
        f"caller, {kind}",
        4,
        lambda bench, turn: partial(
            get, bench.ours, f"/admin/tickets/intake/callers/?q={at(getattr(bench.samples, values), turn)}"
        ),
        lambda bench, turn: partial(get, bench.floor, f"/callers/{kind}/{at(getattr(bench.samples, values), turn)}"),
        seen=called,
    )


def called(_bench: Bench, answer: Any) -> Any:
    """The callers, with room and masked phone."""
    assert answer.status_code == 200, answer.text
    return answer.json


# ---------------------------------------------------------------- the edit form, and saving it


def edited(_bench: Bench, answer: Any) -> tuple[str, ...]:
    """What the edit form holds, as far as both sides call it the same."""
    assert answer.status_code == 200, answer.text
    found = fields_of(answer.text)
    return tuple(found[name] for name in ("summary", "detail", "reporter_name", "severity", "category_id", "version"))


def save_act(bench: Bench, turn: int, client: Any, path: str) -> Act:
    """Another summary for one of the open tickets, of the version that is stored now."""
    ticket_id = at(bench.samples.open_ids, turn)
    forms = bench.kept.setdefault("forms", {})
    if ticket_id not in forms:
        forms[ticket_id] = fields_of(get(bench.ours, f"/admin/tickets/edit/?id={ticket_id}").text)
    (version,) = bench.bare.row("SELECT version FROM tickets WHERE id = %s", ticket_id)
    summary = f"{forms[ticket_id]['summary'][:80]} {secrets.token_hex(3)}"
    data = {**forms[ticket_id], "version": version, "summary": summary, "csrf_token": bench.token}
    bench.kept["saving"] = (ticket_id, version, summary)
    remember(bench)
    return partial(client.post, f"{path}?id={ticket_id}", data=data, headers=CHINESE)


def saved(bench: Bench, answer: Any) -> Any:
    """The new summary and version are stored, with an event that says so and its seal."""
    assert answer.status_code == 302, answer.text
    ticket_id, version, summary = bench.kept["saving"]
    stored = bench.bare.row("SELECT summary, version FROM tickets WHERE id = %s", ticket_id)
    assert stored == (summary, version + 1), stored
    event = bench.bare.row(
        "SELECT verb, register, record_id, record_version, after FROM events ORDER BY id DESC LIMIT 1"
    )
    assert event[:4] == ("amend", "tickets", ticket_id, version + 1), event
    assert "summary" in str(event[4])  # what it became lies encrypted beside the event
    if answer.request.path.startswith("/admin/"):
        get(bench.ours, answer.location)  # as a browser does; else the cookie would collect one message after another
    return footprint(bench)


# ---------------------------------------------------------------- what was written


def remember(bench: Bench) -> None:
    """The last ids before a write."""
    bench.kept["last"] = {table: bench.bare.row(f"SELECT coalesce(max(id), 0) FROM {table}")[0] for table in WRITTEN}


def footprint(bench: Bench) -> dict[str, Any]:
    """How many rows each table has got since then, where any; and what the new events are about."""
    last = bench.kept["last"]
    counts: dict[str, Any] = {
        table: bench.bare.row(f"SELECT count(*) FROM {table} WHERE id > %s", last[table])[0] for table in WRITTEN
    }
    query = "SELECT verb, register, role, rule, before, after FROM events WHERE id > %s"
    told = Counter(
        (*row[:4], *(", ".join(json.loads(text)) for text in row[4:])) for row in bench.bare.rows(query, last["events"])
    )
    return {**{table: count for table, count in counts.items() if count}, "told": sorted(told.items(), key=str)}


# ---------------------------------------------------------------- bulk


def few(bench: Bench) -> None:
    """Fifty received tickets, chosen one by one."""
    top_up(bench.bare, bench.samples, 50, bench.now)
    choose(bench, 50)


def many(bench: Bench) -> None:
    """10,000 received tickets (a third of the rows where these are fewer), chosen by the filter."""
    wanted = MOST_AT_ONCE if bench.rows >= MOST_AT_ONCE else bench.rows // 3
    top_up(bench.bare, bench.samples, wanted, bench.now)
    choose(bench, None)


def choose(bench: Bench, count: int | None) -> None:
    """Remember the tickets of a bulk run as they are before it."""
    query = (
        "SELECT version, due_at, updated_at, id FROM tickets WHERE estate_id = %s AND status = 'received' ORDER BY id"
    )
    bench.kept["chosen"] = bench.bare.rows(query, bench.samples.estate_id)[:count]
    bench.kept["by filter"] = count is None


def bulk_ours(bench: Bench, _turn: int) -> Act:
    """The two posts of a person: what is chosen with the team (the preview is frozen), and “do it”."""
    remember(bench)
    data: dict[str, Any] = {
        "csrf_token": bench.token,
        "stage": "preview",
        "team": bench.samples.team_id,
        "assignee": "",
    }
    data["key"] = secrets.token_urlsafe(24)
    if bench.kept["by filter"]:
        data |= {"all": "1", "query": "flt_status=received"}
    else:
        data["row"] = [row[3] for row in bench.kept["chosen"]]

    def act() -> Any:
        answer = bench.ours.post("/admin/tickets/bulk/dispatch/", data=data, headers=CHINESE)
        assert answer.status_code == 302, answer.text
        run = answer.headers["Location"].rpartition("=")[2]
        while True:  # a long run stops after some seconds and goes on from its page
            done = bench.ours.post(
                "/admin/bulk-runs/run/", data={"csrf_token": bench.token, "id": run}, headers=CHINESE
            )
            if bench.bare.row("SELECT state FROM bulk_runs WHERE id = %s", int(run))[0] == "finished":
                return done

    return act


def bulk_floor(bench: Bench, _turn: int) -> Act:
    """The same two posts."""
    remember(bench)
    data: dict[str, Any] = {"team": bench.samples.team_id, "key": secrets.token_urlsafe(24)}
    if bench.kept["by filter"]:
        data["status"] = "received"
    else:
        data["row"] = [row[3] for row in bench.kept["chosen"]]

    def act() -> Any:
        answer = bench.floor.post("/bulk/prepare", data=data)
        assert answer.status_code == 302, answer.text
        return bench.floor.post("/bulk/run", data={"id": answer.headers["Location"].rpartition("=")[2]})

    return act


def dispatched(bench: Bench, answer: Any) -> Any:
    """What was written: rows a table, kinds of events, and how the items ended."""
    assert answer.status_code == 302, answer.text
    last = bench.kept["last"]
    outcomes = bench.bare.rows(
        "SELECT outcome, version_after - version_seen, count(*) FROM bulk_items WHERE id > %s GROUP BY 1, 2",
        last["bulk_items"],
    )
    moved = bench.bare.row(
        "SELECT count(*) FROM tickets WHERE estate_id = %s AND team_id = %s AND status = 'dispatched'"
        " AND dispatched_at IN (SELECT started_at FROM clock_runs WHERE id > %s)",
        bench.samples.estate_id,
        bench.samples.team_id,
        last["clock_runs"],
    )
    assert outcomes == [("done", 1, len(bench.kept["chosen"]))], outcomes
    assert moved == (len(bench.kept["chosen"]),), moved
    return footprint(bench)


def take_back(bench: Bench, *tables: str) -> None:
    """The rows of *tables* that were made since the turn began go, though by the database itself they stay."""
    opened: Database = bench.ours_app.extensions["frontdesk_database"]
    with opened.engine.begin() as connection, guards_off(connection):
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE id > {bench.kept['last'][table]:d}")


def undo_bulk(bench: Bench) -> None:
    """Everything as before, by bare SQL, except the events, which nobody can take back."""
    take_back(bench, "clock_runs", "bulk_items", "bulk_runs")
    bare = bench.bare
    with bare.transaction():
        bare.many(
            "UPDATE tickets SET status = 'received', team_id = NULL, dispatched_at = NULL, version = %s, due_at = %s,"
            " updated_at = %s WHERE id = %s",
            bench.kept["chosen"],
        )


# ---------------------------------------------------------------- export, audit


def export_path(bench: Bench) -> str:
    """Our address of the export."""
    return f"/admin/tickets/export/csv/?flt_registered_at_from={bench.samples.export_from}"


def exported(_bench: Bench, answer: Any) -> tuple[int, list[str]]:
    """How many lines, and the numbers at both ends."""
    assert answer.status_code == 200, answer.text
    numbers = re.findall(r"^(R\d[^,]*),", answer.text, re.MULTILINE)
    return len(numbers), [*numbers[:3], *numbers[-3:]]


def audit_act(bench: Bench, client: Any, path: str) -> Act:
    """Run today's."""
    remember(bench)
    return partial(client.post, path, data={"csrf_token": bench.token}, headers=CHINESE)


def audited(bench: Bench, answer: Any) -> Any:
    """Rows a table, the counts of findings by kind, and a digest of all that the lines say."""
    assert answer.status_code == 302, answer.text
    (counts,) = bench.bare.row("SELECT counts FROM audit_runs ORDER BY id DESC LIMIT 1")
    lines = bench.bare.rows(
        "SELECT f.kind, f.rule, f.register, f.record_id, f.clock, f.since, f.due_at, l.number, l.owner_id, l.overdue,"
        " l.facts FROM audit_lines l JOIN audit_findings f ON f.id = l.finding_id WHERE l.id > %s",
        bench.kept["last"]["audit_lines"],
    )
    said = hashlib.sha256("\n".join(sorted(map(str, lines))).encode()).hexdigest()
    return {**footprint(bench), "counts": counts, "lines": said}


def undo_audit(bench: Bench) -> None:
    """No audit of today."""
    take_back(bench, "audit_lines", "audit_findings", "audit_runs")


# ---------------------------------------------------------------- all of them

SCENARIOS: tuple[Scenario, ...] = (
    reading("list, page 1", 4, lambda samples, turn: "/admin/tickets/", lambda samples, turn: "/tickets"),
    reading(
        "list, received",
        4,
        lambda samples, turn: tickets(flt_status="received"),
        lambda samples, turn: "/tickets/status/received",
    ),
    searching("search, phone", 5, "phones", "/tickets/phone/"),
    searching("search, number", 5, "numbers", "/tickets/number/"),
    searching("search, room", 5, "rooms", "/tickets/room/"),
    searching("search, name", 2, "names", "/residents/", "/admin/residents/"),
    searching("search, pinyin", 2, "pinyin", "/residents/", "/admin/residents/"),
    searching("search, text", 2, "texts", "/tickets/text/"),
    calling("tail", "tails"),
    calling("room", "rooms"),
    calling("pinyin", "pinyin"),
    reading(
        "deep page, by key",
        3,
        lambda samples, turn: tickets(after=at(samples.places, turn)),
        lambda samples, turn: f"/tickets/after?{urlencode({'after': at(samples.places, turn)})}",
    ),
    reading(
        "deep page, by date",
        3,
        lambda samples, turn: tickets(at=at(samples.days, turn)),
        lambda samples, turn: f"/tickets/on/{at(samples.days, turn)}",
    ),
    Scenario(
        "edit form",
        3,
        lambda bench, turn: partial(get, bench.ours, f"/admin/tickets/edit/?id={at(bench.samples.open_ids, turn)}"),
        lambda bench, turn: partial(get, bench.floor, f"/edit?id={at(bench.samples.open_ids, turn)}"),
        seen=edited,
        page=lambda bench: f"/admin/tickets/edit/?id={bench.samples.open_ids[0]}",
    ),
    Scenario(
        "save",
        3,
        lambda bench, turn: save_act(bench, turn, bench.ours, "/admin/tickets/edit/"),
        lambda bench, turn: save_act(bench, turn, bench.floor, "/save"),
        seen=saved,
    ),
    Scenario(
        "export of 10,000",
        2.5,
        lambda bench, turn: partial(get, bench.ours, export_path(bench)),
        lambda bench, turn: partial(get, bench.floor, f"/export?from={bench.samples.export_from}"),
        seen=exported,
        page=export_path,
        share=0.1,
        grows=False,
    ),
    Scenario(
        "audit",
        3,
        lambda bench, turn: audit_act(bench, bench.ours, "/admin/audits/run/"),
        lambda bench, turn: audit_act(bench, bench.floor, "/audit"),
        seen=audited,
        undo=undo_audit,
        share=0.1,
        grows=False,
    ),
    Scenario(
        "bulk dispatch of 50",
        3,
        bulk_ours,
        bulk_floor,
        seen=dispatched,
        undo=undo_bulk,
        begin=few,
        share=0.5,
    ),
    Scenario(
        "bulk dispatch of 10,000",
        3,
        bulk_ours,
        bulk_floor,
        seen=dispatched,
        undo=undo_bulk,
        begin=many,
        share=0.1,
    ),
)
"""In this order: bulk comes last, since it makes tickets of its own."""
