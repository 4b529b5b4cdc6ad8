"""What record pages list of other records, and the history of each: every row, as the page says it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import reading
from tests.views import filter_world
from tests.views.maker import Ids

MAKE = filter_world.make

Tables = dict[str, list[str]]

CLOCKS = "2026-11-18 07:00 2026-11-18 09:00"
LATER = (
    "emergency dispatched DSP-1",
    "job dispatched DSP-2",
    "asked whether it is done DSP-6",
    "slip back at the desk JOB-5",
    "charge paid JOB-4",
    "closed when finished JOB-6",
    "decided on what is lacking DSP-9",
    "authority answered by then DSP-9",
    "outside party done by then JOB-9",
)
TABLES: dict[str, dict[str, Tables]] = {
    "tickets": {
        "early": {
            "Clocks": [
                f"slip picked up DSP-4 {CLOCKS} 2026-11-18 10:00 —",
                f"on site DSP-5 {CLOCKS} 2026-11-18 10:00 —",
                f"done the same day DSP-7 {CLOCKS} 2026-11-18 10:00 —",
                f"waited no longer than said INT-14 {CLOCKS} 2026-11-18 10:00 —",
                f"answered as promised INT-5 {CLOCKS} broken; 2026-11-18 10:00 —",
                f"query or suggestion answered INT-14 {CLOCKS} 2026-11-18 10:00 —",
                *(f"{clock} {CLOCKS} 2026-11-18 10:00 —" for clock in LATER),
            ],
            "On hold": ["2026-11-18 07:00 2026-11-18 10:00 3 h 0 min", "In all 3 h 0 min"],
            "Follow-ups": ["satisfied 2026-11-17 23:59 0"],
            "Also called": ["张 — — again about the ticket — 2026-11-18 09:00 phone 陈思"],
            "Reports of this incident": ["T-first dispatched first"],
        },
        "first": {
            "Clocks": [
                f"slip picked up DSP-4 {CLOCKS} 2026-11-18 09:00 —",
                f"on site DSP-5 {CLOCKS} 2026-11-18 09:00 —",
                f"done the same day DSP-7 {CLOCKS} 2026-11-18 09:00 —",
                f"waited no longer than said INT-14 {CLOCKS} 2026-11-18 09:00 —",
                f"answered as promised INT-5 {CLOCKS} kept; 2026-11-18 09:00 —",
                f"query or suggestion answered INT-14 {CLOCKS} 2026-11-18 09:00 —",
                *(f"{clock} {CLOCKS} 2026-11-18 09:00 —" for clock in LATER),
            ],
            "On hold": ["2026-11-18 07:00 2026-11-18 09:00 2 h 0 min", "In all 2 h 0 min"],
            "Linked tickets": ["T-late in progress late"],
        },
        "last": {
            "Clocks": [
                f"slip picked up DSP-4 {CLOCKS} cancelled —",
                f"on site DSP-5 {CLOCKS} cancelled —",
                f"done the same day DSP-7 {CLOCKS} cancelled —",
                f"waited no longer than said INT-14 {CLOCKS} cancelled —",
                f"answered as promised INT-5 {CLOCKS} cancelled —",
                f"query or suggestion answered INT-14 {CLOCKS} cancelled —",
                *(f"{clock} {CLOCKS} cancelled —" for clock in LATER),
            ],
            "On hold": ["2026-11-18 07:00 2026-11-18 10:00 3 h 0 min", "In all 3 h 0 min"],
        },
        "late": {
            "Clocks": [
                f"slip picked up DSP-4 {CLOCKS} paused 2 h 0 min",
                f"on site DSP-5 {CLOCKS} paused 2 h 0 min",
                f"done the same day DSP-7 {CLOCKS} paused 2 h 0 min",
                f"waited no longer than said INT-14 {CLOCKS} paused 2 h 0 min",
                f"answered as promised INT-5 {CLOCKS} paused 2 h 0 min",
                f"query or suggestion answered INT-14 {CLOCKS} paused 2 h 0 min",
                *(f"{clock} {CLOCKS} paused 2 h 0 min" for clock in LATER),
                "on site DSP-5 2026-11-18 07:00 0 min left — —",
                "done the same day DSP-7 2026-11-18 07:00 overdue 1 min — —",
            ],
            "On hold": ["2026-11-18 07:00 — 3 h 0 min", "In all 3 h 0 min"],
            "Follow-ups": ["to be made overdue 10 h 1"],
            "Linked tickets": ["T-first dispatched first"],
            "Complaint": ["C-first assigned first"],
        },
    },
    "complaints": {
        "early": {
            "Clocks": [
                "formal record written CMP-3 2026-11-18 07:00 overdue 1 h — —",
                "corrective measures by their date CMP-3 2026-11-18 07:00 overdue 1 h — —",
            ],
            "Follow-ups": ["to be made 24 h left 0"],
            "Also called": ["张 — — again about the complaint — 2026-11-18 09:00 phone 陈思"],
        },
        "first": {
            "Clocks": [
                f"formal record written CMP-3 {CLOCKS} 2026-11-18 09:00 —",
                "complaint given to the department INT-7 2026-11-18 07:00 overdue 1 h — —",
                "resident told how it goes CMP-10 2026-11-18 07:00 overdue 1 h — —",
                "serious complaint reviewed CMP-13 2026-11-18 07:00 overdue 1 h — —",
                "archived when carried out CMP-8 2026-11-18 07:00 overdue 1 h — —",
            ],
            "Work": ["T-late in progress late"],
            "Follow-ups": ["to be made 0 min left 0"],
        },
        "late": {"Follow-ups": ["to be made 24 h left 1"]},
    },
    "follow_ups": {
        "due": {},
        "tried": {"Attempts": ["2026-11-18 00:00 林小满 phone not reached —"]},
        "made": {
            "Attempts": ["2026-11-18 10:00 林小满 phone satisfied 很好"],
            "Also called": ["张 — — again about the ticket — 2026-11-18 09:00 phone 陈思"],
        },
    },
    "keys": {
        "hook": {"Key loans": ["#3 returned 2026-11-18 00:00 2026-11-18 09:00 2026-11-18 10:00 —"]},
        "out": {"Key loans": ["#1 out 2026-11-17 00:00 0 min left — —"]},
        "overdue": {"Key loans": ["#2 overdue 2026-11-16 23:59 overdue 1 min — —"]},
        "lost": {"Key loans": ["#4 lost 2026-11-17 23:59 2026-11-18 09:00 — —"]},
        "back": {},
    },
    "visitor_passes": {
        "valid": {"In and out": ["2026-11-18 09:00 out 林小满", "2026-11-18 08:00 in 林小满"]},
        "coming": {},
    },
    "residents": {
        "zhang": {
            "Phones": ["mobile phone 13800138000 — Valid"],
            "Units": ["1-101 owner 2025-11-18 —"],
            "Tickets": ["T-early received early 2026-11-16 23:59"],
            "Complaints": ["C-early registered early 2026-11-16 23:59"],
        },
        "moved out": {"Units": ["1-101 owner 2025-11-18 2026-11-17"]},
        "liu": {"Phones": ["mobile phone 13900139001 — Valid"], "Units": ["1-201 owner 2025-11-18 —"]},
    },
    "units": {
        "1-101": {
            "Residents": ["张伟 13800138000 owner 2025-11-18 —", "moved out — owner 2025-11-18 2026-11-17"],
            "Tickets": ["T-early received early 2026-11-16 23:59"],
            "Complaints": ["C-early registered early 2026-11-16 23:59"],
            "Visitor passes": ["V-0 visitor pass valid 2026-11-19 00:01"],
            "Keys": ["K-hook H-hook"],
        },
        "2-101": {
            "Residents": ["tenant — tenant 2025-11-18 —"],
            "Tickets": ["T-late in progress late 2026-11-18 00:00"],
        },
        "2-201": {"Residents": ["family — family 2025-11-18 —"]},
    },
}
"""Register -> record -> heading of a table -> its rows."""


def tables(page: reading.Node) -> Tables:
    """Heading -> rows of each table of a record page."""
    found = {}
    for section in page.css("main section"):
        rows = reading.rows(section)
        if rows:
            found[reading.words(section.css_first("h2, h3"))] = [reading.words(row) for row in rows]
    return found


@pytest.mark.parametrize("register", TABLES)
def test_a_record_page_lists_what_hangs_on_the_record_and_nothing_else(
    register: str, here: Ids, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk2")
    found = {
        name: tables(reading.page(client.get(f"{pages[register].url}/details/?id={here[register][name]}")))
        for name in TABLES[register]
    }
    assert found == TABLES[register]


def test_the_history_says_who_did_what_by_which_rule_and_what_changed(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("clerk2").get(f"/admin/tickets/details/?id={here['tickets']['early']}"))
    assert [reading.words(entry) for entry in reading.under(page, "history-heading").css("ol > li")] == [
        "note 陈思 · 2026-11-18 09:00 @王强 业主很生气",
        "Edit INT-10 周敏 · clerk · 2026-11-17 23:59 录错了 2 fields Summary: 水管 → early Place: 厨房",
    ]


def test_the_page_of_an_event_says_all_of_it(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("manager").get(f"/admin/events/details/?id={here['events']['last']}"))
    wanted = {
        "Who": "周敏",
        "Role": "clerk",
        "What": "Edit",
        "Record": f"Tickets #{here['tickets']['early']}",
        "Reason": "录错了",
        "Rule": "INT-10",
        "Changes": "Summary: 水管 → early; Place: 厨房",
    }
    told = reading.facts(page)
    assert {name: told.get(name, "not said") for name in wanted} == wanted
    assert reading.ids(page, "/admin/tickets/details/") == [here["tickets"]["early"]]


def test_a_table_links_to_the_page_of_each_of_its_records(
    here: Ids, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk2")
    links = {
        ("units", "2-101"): {"residents": ["tenant"], "tickets": ["late"]},
        ("units", "1-101"): {"residents": ["zhang", "moved out"], "tickets": ["early"], "keys": ["hook"]},
        ("residents", "zhang"): {"occupancies": ["zhang"], "tickets": ["early"], "complaints": ["early"]},
        ("tickets", "late"): {"follow_ups": ["late"], "tickets": ["first"], "complaints": ["first"]},
        ("complaints", "first"): {"tickets": ["late"], "follow_ups": ["due"]},
        ("keys", "hook"): {"key_loans": ["returned"]},
    }
    for (register, name), targets in links.items():
        page = reading.page(client.get(f"{pages[register].url}/details/?id={here[register][name]}"))
        for target, names in targets.items():
            linked = [
                number for row in reading.rows(page) for number in reading.ids(row, f"{pages[target].url}/details/")
            ]
            assert linked == [here[target][one] for one in names], (register, name, target)


def test_a_request_for_a_key_is_decided_while_it_is_one_and_lent_once_approved__KEY_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    supervisor = sign_in("supervisor")
    offered = {}
    for name, number in here["key_approvals"].items():
        page = reading.page(supervisor.get(f"/admin/key-approvals/details/?id={number}"))
        addresses = [address for _text, address in reading.links(page)]
        addresses += [node.attributes.get("action") or "" for node in page.css("form")]
        steps = [address.partition("/step/")[2].partition("/")[0] for address in addresses if "/step/" in address]
        offered[name] = sorted(set(steps) & {"approve", "refuse"})
    assert offered == {"requested": ["approve", "refuse"], "approved": [], "refused": [], "used": [], "withdrawn": []}
