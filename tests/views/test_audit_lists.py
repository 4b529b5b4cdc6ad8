"""The lists of a daily audit in a small world: what stands in each, what is counted, what a narrower look leaves."""

import datetime
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.audits import AuditFinding, AuditLine, AuditRun, FindingKind
from models.session import DeskSession
from models.tickets import Ticket, TicketKind
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
PAGE = "/admin/audits/details/?id={audit_runs[today]}"


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """Two runs: one to explain, with findings of three lists; one signed off, with one finding."""
    maker = Maker(session, world, now)
    clerk, colleague = maker.person("clerk"), maker.person("clerk2")
    for name, back, counts in (("today", 0, {"past_clock": 4, "still_open": 2}), ("yesterday", 1, {"past_clock": 1})):
        day = datetime.date(2026, 11, 18) - back * DAY
        maker.add(AuditRun, name, day=day, ran_at=now, ran_by_id=clerk, counts=counts)
    late, said = {"overdue": True}, {"note": "已约明天", "noted_by_id": colleague}
    findings: dict[str, tuple[FindingKind, str, str, dict[str, Any]]] = {
        "to explain": (FindingKind.PAST_CLOCK, "DSP-5", "today", {**late, "owner_id": clerk}),
        "explained": (FindingKind.PAST_CLOCK, "DSP-5", "today", {**late, **said}),
        "in time": (FindingKind.PAST_CLOCK, "DSP-5", "today", {"owner_id": colleague}),
        "all explained": (FindingKind.PAST_CLOCK, "DSP-4", "today", {**late, **said}),
        "open": (FindingKind.STILL_OPEN, "AUD-1", "today", {}),
        "told": (FindingKind.STILL_OPEN, "AUD-1", "today", said),
        "of yesterday": (FindingKind.PAST_CLOCK, "DSP-5", "yesterday", late),
    }
    due = {"since": (now - 26 * HOUR).isoformat(), "due_at": (now - 2 * HOUR).isoformat()}
    for name, (kind, rule, run, columns) in findings.items():
        ticket = maker.matter(Ticket, name, now - 9 * DAY, kind=TicketKind.REPAIR, place="大堂")
        opened = {"since": now - 9 * DAY, "opened_on": datetime.date(2026, 11, 9)}
        found = {"kind": kind, "rule": rule, "register": "tickets", "record_id": ticket.id, **opened}
        finding = maker.add(AuditFinding, name, **found, clock={"DSP-4": "slip-acknowledged"}.get(rule, ""))
        facts = due if columns.get("overdue") else {}
        line = {"finding_id": finding.id, "number": ticket.number, "facts": facts}
        maker.add(AuditLine, name, run_id=maker.ids["audit_runs"][run], **line, **columns)
    signed = session.get_one(AuditRun, maker.ids["audit_runs"]["yesterday"])  # its lines stay as they are from then on
    signed.signed_off_at, signed.signed_off_by_id = now, maker.person("supervisor")
    session.flush()
    return maker.ids


MAKE = make

SLIP, SITE, OPEN = "past a clock: slip picked up DSP-4", "past a clock DSP-5", "still open AUD-1"
LISTS = {SLIP: ["all explained"], SITE: ["explained", "to explain", "in time"], OPEN: ["open", "told"]}
"""List -> its findings, in order: what is late first."""
NARROWED = {
    "": LISTS,
    "&show=all": LISTS,
    "&show=open": {SITE: ["to explain"]},
    "&show=explained": {SLIP: ["all explained"], SITE: ["explained"], OPEN: ["told"]},
    "&list=past_clock-DSP-5": {SITE: LISTS[SITE]},
    "&list=still_open-AUD-1&show=explained": {OPEN: ["told"]},
    "&list=still_open-AUD-1&show=open": {},
}


def lists(page: reading.Node, here: Ids) -> dict[str, list[str]]:
    """List -> its findings, by the record and by the box to tick them."""
    records = {number: name for name, number in here["tickets"].items()}
    lines = {str(number): name for name, number in here["audit_lines"].items()}
    found = {}
    for section in page.css("section[aria-labelledby^='list-']"):
        title = reading.words(reading.one(section, "h2"))
        names = [records[number] for number in reading.ids(section, "/admin/tickets/details/")]
        assert names == [lines[reading.typed(box)] for box in section.css("input[name=line]")]
        found[next(name for name in LISTS if title.startswith(f"{name} "))] = names
    return found


def test_each_list_has_its_findings_and_a_narrower_look_those_that_fit__AUD_1(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    pages = {query: reading.page(clerk.get(PAGE.format(**here) + query)) for query in NARROWED}
    assert {query: lists(page, here) for query, page in pages.items()} == NARROWED
    assert "No finding fits." in reading.words(pages["&list=still_open-AUD-1&show=open"])
    overviews = {query: reading.one(page, "nav[aria-label='Findings by rule']") for query, page in pages.items()}
    marked = {query: [reading.words(node) for node in nav.css("[aria-current]")] for query, nav in overviews.items()}
    assert marked[""] == ["all findings"]
    assert marked["&show=open"] == ["to explain"]
    assert marked["&list=still_open-AUD-1&show=explained"] == ["explained", f"{OPEN} 2"]


def test_lists_are_counted_whatever_is_shown_of_them__AUD_3(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    clerk = sign_in("clerk")
    for query in NARROWED:
        page = reading.page(clerk.get(PAGE.format(**here) + query))
        overview = reading.one(page, "nav[aria-label='Findings by rule']")
        counts = [text for text, address in reading.links(overview) if any(word in text for word in LISTS)]
        assert counts == [f"{SLIP} 1", f"{SITE} 3 1 to explain", f"{OPEN} 2"], query
        state = reading.words(reading.one(page, "section[aria-label='State of this audit']"))
        assert state.startswith("2 of 3 explained"), query
    headings = [reading.words(node) for node in reading.page(clerk.get(PAGE.format(**here))).css("h2[id^='list-']")]
    assert headings == [f"{SLIP} 1 1 of 1 explained", f"{SITE} 3 1 of 2 explained", f"{OPEN} 2"]


def test_a_finding_says_whose_it_is_since_when_and_what_was_said_to_it__AUD_1(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("auditor").get(PAGE.format(**here)))

    def told(name: str) -> dict[str, str]:
        return reading.columns(reading.row_of(page, "/admin/tickets/details/", here["tickets"][name]))

    since = {"Since": "2026-11-17 08:00", "Age": "26 h", "Due": "2026-11-18 08:00"}
    assert told("to explain") == {"Record": "T-to explain 大堂 to explain", "Owner": "陈思", **since, "Next step": ""}
    assert told("explained") == {
        "Record": "T-explained 大堂 explained",
        "Owner": "",
        **since,
        "Next step": "已约明天 · written by 林小满",
    }
    long_ago = {"Since": "2026-11-09 10:00", "Age": "9 days", "Due": ""}
    assert told("in time") == {"Record": "T-in time 大堂 in time", "Owner": "林小满", **long_ago, "Next step": ""}


def test_after_a_finding_the_next_to_explain_has_the_focus__AUD_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk, wanted = sign_in("clerk"), here["audit_lines"]["to explain"]
    for name in ("all explained", "to explain", "told"):
        page = reading.page(clerk.get(f"{PAGE.format(**here)}&after={here['audit_lines'][name]}"))
        assert reading.one(page, "main [autofocus]").attributes["name"] == f"note-{wanted}", name
    assert reading.page(clerk.get(PAGE.format(**here))).css("main [autofocus]") == []


def test_the_control_sheet_has_every_finding_with_its_counts_and_notes__AUD_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("auditor").get(f"/admin/audits/print/?id={here['audit_runs']['today']}"))
    summary, *_others = page.css("table")
    assert [[reading.words(cell) for cell in row.css("th, td")] for row in summary.css("tbody tr, tfoot tr")] == [
        ["past a clock: slip picked up", "DSP-4", "1", "1", "1"],
        ["past a clock", "DSP-5", "3", "2", "1"],
        ["still open", "AUD-1", "2", "", ""],
        ["In all", "6", "3", "2"],
    ]
    assert [reading.words(reading.one(section, "h2")) for section in page.css("section")] == [
        "past a clock: slip picked up · DSP-4 (1)",
        "past a clock · DSP-5 (3)",
        "still open · AUD-1 (2)",
    ]
    site = [[reading.words(cell) for cell in row.css("td")] for row in reading.rows(page.css("section")[1])]
    assert [[record, owner, said] for _tick, record, owner, _since, _due, said in site] == [
        ["T-explained 大堂 overdue", "", "已约明天 (林小满)"],
        ["T-to explain 大堂 overdue", "陈思", ""],
        ["T-in time 大堂", "林小满", ""],
    ]
    assert reading.facts(page) == {
        "Date": "2026-11-18",
        "Estate": "云湖花园",
        "Run": "2026-11-18 10:00",
        "Run by": "陈思",
        "Signed off": "not signed off",
    }


def test_the_list_of_audits_says_how_much_was_found_and_whether_it_is_signed__AUD_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("clerk").get("/admin/audits/"))
    rows = {number: row for row in reading.rows(page) for number in reading.ids(row, "/admin/audits/details/")[:1]}
    runs = here["audit_runs"]
    assert list(rows) == [runs["today"], runs["yesterday"]]
    assert reading.words(rows[runs["today"]]).startswith("2026-11-18 6 2026-11-18 10:00 not signed off")
    assert reading.words(rows[runs["yesterday"]]).startswith("2026-11-17 1 2026-11-18 10:00 2026-11-18 10:00")


def test_a_signed_audit_offers_nothing_to_write__AUD_3(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("clerk").get(f"/admin/audits/details/?id={here['audit_runs']['yesterday']}"))
    assert page.css("[name^='note'], [name=line]") == []
    assert reading.ids(page, "/admin/tickets/details/") == [here["tickets"]["of yesterday"]]
