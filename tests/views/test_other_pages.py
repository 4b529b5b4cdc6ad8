"""Pages that are no registers: board, queue, mentions, search, one's own runs, papers; what is there and what not."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from tests import reading
from tests.views import filter_world
from tests.views.maker import Ids

MAKE = filter_world.make

SignIn = Callable[..., FlaskClient]


def named(here: dict[str, int], numbers: list[int]) -> list[str]:
    names = {number: name for name, number in here.items()}
    return [names.get(number, f"another one: {number}") for number in numbers]


# ------------------------------------------------------------------ the key board


def hooks(page: reading.Node, here: Ids) -> dict[str, str]:
    """Key -> the word for its state."""
    found = {}
    for text, address in reading.links(reading.one(page, ".hook-groups")):
        asked = parse_qs(urlsplit(address).query)
        (name,) = named(here["keys"], [int(asked.get("key", asked.get("id", ["0"]))[0])])
        found[name] = text
    return found


def test_the_board_shows_each_key_in_custody_in_its_state__KEY_2(here: Ids, sign_in: SignIn) -> None:
    client = sign_in("clerk2")
    found = hooks(reading.page(client.get("/admin/keys/board/")), here)
    assert found == {
        "hook": "H-hook on its hook 1-101 K-hook",
        "out": "H-out on loan 1-201 K-out out 0 min left",
        "overdue": "H-overdue overdue 机房 K-overdue overdue overdue 1 min",
        "lost": "H-lost lost 泵房 K-lost",
    }


def test_the_filter_box_finds_a_hook_by_all_that_is_known_of_it_in_small_letters(here: Ids, sign_in: SignIn) -> None:
    page = reading.page(sign_in("clerk2").get("/admin/keys/board/"))
    assert [node.attributes["data-words"] for node in page.css("[data-words]")][:2] == [
        "k-hook h-hook 1-101  h hhook",
        "k-out h-out 1-201 out hout hout",
    ]


def test_the_board_is_narrowed_by_state_and_words(here: Ids, sign_in: SignIn) -> None:
    client = sign_in("clerk2")
    for query, inside in {
        "state=in": ["hook"],
        "state=out": ["out"],
        "state=overdue": ["overdue"],
        "state=lost": ["lost"],
        "q=H-ho": ["hook"],
        "q=K-OUT": ["out"],
        "q=机房": ["overdue"],
        "q=1-2": ["out"],
        "q=K-&state=overdue": ["overdue"],
    }.items():
        page = reading.page(client.get(f"/admin/keys/board/?{query}"))
        assert list(hooks(page, here)) == inside, query
    legend = reading.one(reading.page(client.get("/admin/keys/board/")), "ul[aria-label='States']")
    assert [reading.words(node) for node in legend.css("li")] == [
        "on its hook 1",
        "on loan 1",
        "overdue 1",
        "lost 1",
        "handed back for good",
    ]


def test_the_board_offers_a_key_to_the_owners_of_today_and_those_approved__KEY_3(here: Ids, sign_in: SignIn) -> None:
    client = sign_in("clerk2")
    page = reading.page(client.get("/admin/keys/board/", query_string={"key": here["keys"]["hook"]}))
    offered = [node.attributes["value"] for node in page.css("input[name=borrower]")]
    approved, owner = here["key_approvals"]["approved"], here["residents"]["zhang"]
    assert offered == [f"approval-{approved}", f"owner-{owner}", "sales"]
    page = reading.page(client.get("/admin/keys/board/", query_string={"key": here["keys"]["out"]}))
    assert page.css("input[name=borrower]") == []
    assert reading.one(page, "input[name=loan]").attributes["value"] == str(here["key_loans"]["out"])


# ------------------------------------------------------------------ the calls


def queue(client: FlaskClient, here: Ids, query: str = "") -> tuple[str, dict[str, int]]:
    """The call that comes next, and how many there are of each kind."""
    page = reading.page(client.get(f"/admin/follow-ups/queue/?{query}"))
    whose = reading.one(page, "nav[aria-label='Whose calls']")
    counts = {text.rpartition(" ")[0]: reading.number_in(text) for text, _address in reading.links(whose)}
    for part in reading.words(reading.one(whose, "p")).split(" · "):
        if ": " in part:
            counts[part.partition(":")[0]] = reading.number_in(part.partition(":")[2])
    form = page.css_first("form[action*='/record/']")
    if form is None:
        return "none", counts
    call = int(parse_qs(urlsplit(form.attributes["action"] or "").query)["call"][0])
    return named(here["follow_ups"], [call])[0], counts


def test_the_queue_gives_ones_own_calls_that_are_due_and_not_tried_today__FUP_3_FUP_5(
    here: Ids, sign_in: SignIn
) -> None:
    clerk, clerk2 = sign_in("clerk"), sign_in("clerk2")
    waiting = {"tried today": 1, "waiting for their time": 1}
    assert queue(clerk2, here) == ("late", {"mine": 1, "the whole desk's": 2, **waiting})
    assert queue(clerk2, here, f"skipped={here['follow_ups']['late']}")[0] == "late"
    assert queue(clerk, here) == ("due", {"mine": 1, "the whole desk's": 2})
    assert queue(clerk, here, "whose=all") == ("late", {"mine": 1, "the whole desk's": 2, **waiting})
    assert queue(clerk, here, f"whose=all&skipped={here['follow_ups']['late']}")[0] == "due"


def test_a_call_says_whom_to_ask_and_what_was_said_before__FUP_1(here: Ids, sign_in: SignIn) -> None:
    page = reading.page(sign_in("clerk2").get("/admin/follow-ups/queue/"))
    told = reading.facts(page)
    assert told["Matter"] == "T-late in progress late"
    assert told["Call due"] == "overdue 10 h"
    assert told["Attempts"] == "1 · 林小满"
    (said,) = [reading.words(node) for node in reading.under(page, "who-heading").css("ul > li")]
    assert said == "2026-11-17 23:59 phone: not reached 无人接听"


# ------------------------------------------------------------------ mentions and search


def test_mentions_show_the_text_only_of_what_one_may_still_read(here: Ids, sign_in: SignIn) -> None:
    page = reading.page(sign_in("technician").get("/admin/mentions/"))
    entries = reading.one(page, "main").css("li:has(time)")
    told = {reading.words(reading.one(entry, "strong")): entry for entry in entries}
    assert list(told) == ["C-early", "T-early", "T-first"]
    assert "看看水压" in reading.words(told["T-first"])
    assert reading.ids(told["T-first"], "/admin/tickets/details/") == [here["tickets"]["first"]]
    for hidden in ("T-early", "C-early"):
        assert "You may no longer read this record." in reading.words(told[hidden])
        assert list(reading.links(told[hidden])) == []
    for secret in ("业主很生气", "投诉内容", "请回电"):
        assert secret not in reading.words(page)


def test_a_mention_leads_to_its_matter_of_either_register(here: Ids, sign_in: SignIn) -> None:
    page = reading.page(sign_in("clerk2").get("/admin/mentions/"))
    entries = reading.one(page, "main").css("li:has(time)")
    told = {reading.words(reading.one(entry, "strong")): entry for entry in entries}
    assert list(told) == ["C-early", "T-first"]
    assert reading.ids(told["C-early"], "/admin/complaints/details/") == [here["complaints"]["early"]]
    assert reading.ids(told["T-first"], "/admin/tickets/details/") == [here["tickets"]["first"]]


def test_search_finds_in_every_register_what_fits_and_may_be_seen(here: Ids, sign_in: SignIn) -> None:
    def found(username: str, text: str) -> dict[str, list[str]]:
        page = reading.page(sign_in(username).get("/admin/search/", query_string={"q": text}))
        parts = {
            (part.attributes["aria-labelledby"] or "").removeprefix("found-"): part
            for part in page.css("section[aria-labelledby^='found-']")
        }
        return {
            register: named(here[register], reading.ids(part, f"/admin/{register.replace('_', '-')}/details/"))
            for register, part in parts.items()
        }

    assert found("clerk2", "early") == {"tickets": ["early"], "complaints": ["early"]}
    assert found("technician", "first") == {"tickets": ["first"]}
    assert found("technician", "early") == {}
    assert found("clerk2", "1-201") == {
        "units": ["1-201"],
        "residents": ["liu"],
        "tickets": ["first"],
        "complaints": ["first"],
        "keys": ["out"],
        "visitor_passes": ["coming"],
    }
    assert found("admin", "early") == {}
    assert found("stranger", "early") == {}


# ------------------------------------------------------------------ one's own runs


def test_everybody_sees_only_the_own_bulk_runs_and_imports(here: Ids, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    page = reading.one(reading.page(manager.get("/admin/bulk-runs/")), "main")
    assert reading.ids(page, "/admin/bulk-runs/details/") == [here["bulk_runs"]["manager"]]
    page = reading.one(reading.page(manager.get("/admin/imports/")), "main")
    assert reading.ids(page, "/admin/imports/map/") == [here["import_runs"]["manager"]]
    theirs = here["bulk_runs"]["supervisor"]
    for path in ("details", "download"):
        assert manager.get(f"/admin/bulk-runs/{path}/?id={theirs}").status_code == 404
    theirs = here["import_runs"]["supervisor"]
    assert manager.get(f"/admin/imports/map/?id={theirs}").status_code == 404


def test_a_bulk_run_says_of_each_row_what_became_of_it_and_why__on_the_page_and_in_its_csv(
    here: Ids, sign_in: SignIn
) -> None:
    client, run = sign_in("manager"), here["bulk_runs"]["manager"]
    on_loan = "KEY-2: This key is on loan; its loan must end first."
    changed = "Somebody changed it after the preview; look at it again."
    told = [
        {"Number": "T-early", "Outcome": "refused", "Reason": on_loan},
        {"Number": "T-first", "Outcome": "changed since the preview", "Reason": changed},
        {"Number": "T-late", "Outcome": "completed", "Reason": ""},
    ]
    page = reading.page(client.get(f"/admin/bulk-runs/details/?id={run}"))
    rows = [reading.columns(row) for row in reading.rows(page)]
    assert [{name: row.get(name) for name in told[0]} for row in rows] == told
    for outcome, inside in (("refused", "early"), ("changed", "first"), ("done", "late"), ("pending", "")):
        page = reading.page(client.get(f"/admin/bulk-runs/details/?id={run}&outcome={outcome}"))
        shown = [number for row in reading.rows(page) for number in reading.ids(row, "/admin/tickets/details/")]
        assert named(here["tickets"], shown) == inside.split(), outcome
    text = client.get(f"/admin/bulk-runs/download/?id={run}").get_data(as_text=True)
    lines = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [{name: line.get(name) for name in told[0]} for line in lines] == told
    assert [line["Rule"] for line in lines] == ["KEY-2", "", ""]


# ------------------------------------------------------------------ papers


CHECKLIST = [
    "Wear the badge and introduce yourself",
    "Put on shoe covers",
    "Bring tools and materials at once",
    "Spread the cover cloth",
    "Inspect and quote; start only on the resident's yes",
    "Tidy up and take the waste away",
    "Explain safe use to the resident",
    "Let the resident check and sign, then say goodbye",
]


def told_in(page: reading.Node) -> dict[str, str]:
    """Heading of a line -> what stands beside it."""
    found = {}
    for heading in page.css("table tr > th[scope=row]"):
        cell = heading.next
        while cell is not None and cell.tag != "td":
            cell = cell.next
        found[reading.words(heading)] = reading.words(cell)
    return found


def test_the_repair_slip_says_where_and_what_and_carries_the_checklist__JOB_8_JOB_5(here: Ids, sign_in: SignIn) -> None:
    client = sign_in("clerk2")
    page = reading.page(client.get(f"/admin/tickets/slip/?id={here['tickets']['first']}"))
    told = told_in(page)
    wanted = {"Unit": "1-201", "Severity": "minor", "Team": "greening", "Handler": "王强", "Summary": "first"}
    assert {name: told.get(name, "not said") for name in wanted} == wanted
    assert "T-first" in reading.words(reading.one(page, "header"))
    assert "云湖花园" in reading.words(reading.one(page, "header"))
    lines = [reading.words(node) for node in page.css("li")]
    assert lines == CHECKLIST
    for signature in ("Resident's signature", "Technician's signature", "Resident accepts: satisfied / not satisfied"):
        assert told.get(signature) == "", signature
    page = reading.page(client.get(f"/admin/tickets/slip/?id={here['tickets']['last']}"))
    assert told_in(page)["Unit"] == "大堂"
    assert told_in(page)["Handler"] == "—"


def test_a_pass_says_whose_it_is_until_when_and_carries_its_code__PAS_7(here: Ids, sign_in: SignIn) -> None:
    page = reading.page(sign_in("clerk2").get(f"/admin/visitor-passes/print/?id={here['visitor_passes']['valid']}"))
    assert reading.facts(page) == {
        "Number": "V-0",
        "Holder": "valid",
        "Host unit": "1-101",
        "Valid from – until": "2026-11-18 10:00 – 2026-11-19 00:01",
    }
    card = reading.one(page, "article")
    assert reading.words(reading.one(card, "h1")) == "visitor pass"
    assert reading.words(reading.one(card, "figure code")) == "AAAA-0000"
    assert len(card.css("figure svg")) == 1


def test_only_who_may_print_a_paper_gets_it(here: Ids, sign_in: SignIn) -> None:
    slip = f"/admin/tickets/slip/?id={here['tickets']['first']}"
    print_pass = f"/admin/visitor-passes/print/?id={here['visitor_passes']['valid']}"
    answers: dict[str, Any] = {
        who: (sign_in(who).get(slip).status_code, sign_in(who).get(print_pass).status_code)
        for who in ("clerk", "technician", "lead", "supervisor", "manager", "admin", "stranger")
    }
    assert answers == {
        "clerk": (200, 200),
        "technician": (200, 403),
        "lead": (404, 403),
        "supervisor": (200, 200),
        "manager": (200, 200),
        "admin": (403, 403),
        "stranger": (404, 404),
    }
