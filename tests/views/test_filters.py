"""Every filter of every list: exactly the rows that it stands for, by id, from the page."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import reading
from tests.marks import first_sqlite, only_sqlite
from tests.registers import tried
from tests.views import filter_world
from tests.views.maker import Ids

MAKE = filter_world.make
VIEWER = "clerk2"

ALL = {
    "tickets": "early first last late",
    "complaints": "early first late",
    "follow_ups": "late due 'put off' tried",  # the calls to be made
    "keys": "hook out overdue lost back",
    "key_loans": "out overdue returned lost",
    "key_approvals": "requested approved refused used withdrawn",
    "residents": "'moved out' tenant family zhang liu",
    "occupancies": "'moved out' tenant family zhang liu",
    "units": "1-101 1-201 2-101 2-201",
    "teams": "engineering housekeeping security greening customer_service finance",
    "staff": "disabled left clerk clerk2 technician lead supervisor manager admin guard",
    "audits": "early yesterday today",
    "events": "early first last late",
    "categories": "tap old noise",
    "calendar_days": "early day late",
    **{each.register: each.listed for each in tried()},
}
"""Register -> the rows of its list without a filter."""

LATER = (
    *("dispatch-emergency", "dispatch", "ask-done", "slip-back", "charge-paid", "closing"),
    *("escalation", "authority-answer", "outside-party"),
)
FILTERS: dict[str, dict[str, str]] = {
    "tickets": {
        "state=open": "early first late",
        "state=overdue": "early",
        "state=follow_up": "late",
        "state=unassigned": "early",
        "state=mine": "first late",
        "state=ended": "last",
        "state=reopened": "late",
        "state=watched": "first",
        "state=attached": "first",
        "state=outside": "late",
        "outside_party=梯业": "late",
        "state=submitted": "late",
        "missed=slip-acknowledged": "early",
        "missed=on-site": "early",
        "missed=same-day": "early late",
        **{f"missed={code}": "early" for code in LATER},
        "missed=waiting": "early",
        "missed=promise": "early",
        "missed=question": "early",
        "status=received": "early",
        "status=dispatched": "first",
        "status=in_progress": "late",
        "status=cancelled": "last",
        "status=closed": "",
        "kind=repair": "early",
        "kind=enquiry": "first",
        "severity=serious": "last",
        "severity=minor": "first",
        "team={teams[greening]}": "first",
        "team=0": "last late",
        "category={categories[tap]}": "early",
        "category=0": "first last late",
        "assignee={staff[clerk2]}": "late",
        "assignee=0": "early last",
        "desk_owner={staff[clerk2]}": "first last",
        "unit=1-101": "early",
        "unit=1-201": "first",
        "registered_at_from=2026-11-17": "first last late",
        "registered_at_until=2026-11-17": "early first last",
        "registered_at_from=2026-11-17&flt_registered_at_until=2026-11-17": "first last",
    },
    "complaints": {
        "state=open": "early first",
        "state=overdue": "early",
        "state=no_record": "early",
        "state=watched": "early",
        "state=ended": "late",
        "missed=formal-record": "early",
        "missed=measures": "early",
        **{f"missed={code}": "first" for code in ("to-department", "progress-note", "review", "archiving")},
        "status=assigned": "first",
        "category=environment": "late",
        "nature=valid": "first",
        "severity=serious": "first",
        "team={teams[engineering]}": "first",
        "assignee={staff[technician]}": "first",
        "desk_owner={staff[clerk2]}": "first late",
        "unit=1-201": "first",
        "registered_at_from=2026-11-17": "first late",
        "registered_at_until=2026-11-17": "early first",
    },
    "follow_ups": {
        "state=due": "late",
        "state=mine": "late 'put off' tried",
        "missed=follow-up": "late",
        "status=satisfied": "made",
        "status=scheduled": "late due 'put off' tried",
        "assignee={staff[clerk2]}": "late made 'put off' tried",
        "due_at_from=2026-11-18": "late due 'put off' tried",
        "due_at_until=2026-11-17": "made",
    },
    "keys": {
        "state=hook": "hook",
        "state=out": "out overdue",
        "state=lost": "lost",
        "state=untold": "",
        "state=back": "back",
        "origin=common": "overdue lost",
        "unit=1-101": "hook",
    },
    "key_loans": {
        "state=out": "out overdue",
        "state=overdue": "overdue",
        "state=returned": "returned",
        "state=lost": "lost",
        "borrower_kind=owner": "overdue returned",
        "key=K-out": "out",
        "lent_at_from=2026-11-17": "out returned lost",
        "lent_at_until=2026-11-17": "out overdue lost",
    },
    "key_approvals": {
        "state=overdue": "requested",
        "missed=approval-decided": "requested",
        "missed=approval-used": "approved",
        "status=requested": "requested",
        "status=used": "used",
        "borrower_kind=staff": "refused",
        "key=K-hook": "approved refused used withdrawn",
    },
    "residents": {
        "unit=2-101": "tenant",
        "unit=1-201": "liu",
        "id_document=passport": "'moved out'",
        "moved_in_on_from=2026-11-17": "tenant family",
        "moved_in_on_until=2026-11-17": "'moved out' tenant",
    },
    "occupancies": {"kind=tenant": "tenant", "kind=owner": "'moved out' zhang liu", "unit=1-101": "'moved out' zhang"},
    "units": {
        "use=shop": "1-201",
        "fee_status=owing": "1-201",
        "fee_status=unknown": "2-101 2-201",
        "butler={staff[clerk2]}": "2-201",
        "butler=0": "1-101 1-201 2-101",
    },
    "teams": {"department=greening": "greening"},
    "staff": {
        "state=active": "left clerk clerk2 technician lead supervisor manager admin guard",
        "state=disabled": "disabled",
        "state=asking": "lead",
        "state=here": "disabled clerk clerk2 technician lead supervisor manager admin guard",
        "role=clerk": "clerk clerk2",
        "role=technician": "disabled technician",
        "role=auditor": "",
    },
    "audits": {"day_from=2026-11-17": "yesterday today", "day_until=2026-11-17": "early yesterday"},
    "events": {
        "register=tickets": "first last",
        "verb=reopen": "first late",
        "actor={staff[supervisor]}": "last",
        "at_from=2026-11-17": "first last late",
        "at_until=2026-11-17": "early first last",
    },
    "categories": {
        "register=complaints": "noise",
        "register=tickets": "tap old",
        "enabled=0": "old",
        "enabled=1": "tap noise",
    },
    "calendar_days": {
        "kind=working": "day",
        "day_from=2026-11-17": "day late",
        "day_until=2026-11-17": "early day",
    },
    **{each.register: dict(each.filters) for each in tried()},
}
"""Register -> filter and value -> the rows that are left."""

UNFILTERED = {
    *("estates", "clocks", "settings", "message_texts", "working_hours", "resident_contacts", "staff_contacts"),
}
SEES = {"events": "manager", "categories": "manager", "calendar_days": "manager"}
"""Who looks, where that is not :data:`VIEWER`."""


def names_in(text: str) -> set[str]:
    """The rows that a line of the tables names."""
    quoted = text.split("'")
    return {word for place, part in enumerate(quoted) for word in ([part] if place % 2 else part.split())}


@pytest.fixture
def listed(sign_in: Callable[..., FlaskClient], pages: dict[str, Any], here: Ids) -> Callable[[str, str], set[str]]:
    """``listed("keys", "flt_state=out")``: what the rows of that list are called here."""
    clients: dict[str, FlaskClient] = {}

    def rows(register: str, query: str) -> set[str]:
        viewer = SEES.get(register, VIEWER)
        if viewer not in clients:
            clients[viewer] = sign_in(viewer)
        page = reading.page(clients[viewer].get(f"{pages[register].url}/?{query}"))
        found = [reading.ids(row, f"{pages[register].url}/details/") for row in reading.rows(page)]
        names = {number: name for name, number in here[register].items()}
        return {names.get(number, f"another one: {number}") for numbers in found for number in numbers}

    return rows


@pytest.mark.parametrize("register", FILTERS)
def test_a_filter_leaves_exactly_the_rows_that_it_stands_for(
    register: str, listed: Callable[[str, str], set[str]], here: Ids
) -> None:
    assert listed(register, "") == names_in(ALL[register])
    found = {text: listed(register, f"flt_{text.format(**here)}") for text in FILTERS[register]}
    assert found == {text: names_in(rows) for text, rows in FILTERS[register].items()}


@only_sqlite
def test_a_room_or_number_of_more_than_a_hundred_letters_is_none(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(VIEWER)
    answers = [client.get(f"/admin/tickets/?flt_unit={'x' * length}").status_code for length in (100, 101)]
    assert answers == [200, 400]


@only_sqlite
def test_every_filter_is_in_the_table_and_derived_states_with_every_word(app: Flask, pages: dict[str, Any]) -> None:
    lists = {name: view for name, view in pages.items() if hasattr(view, "listing")}
    assert {name for name, view in lists.items() if not view._filters} == UNFILTERED
    for register, view in lists.items():
        pinned = {text.partition("=")[0] for text in FILTERS.get(register, {})}
        assert pinned == {flt.key for flt in view._filters}, register
        for flt in view._filters:
            words = [f"{flt.key}={word}" for word in getattr(flt, "states", ())]
            assert set(words) <= set(FILTERS[register]), register


@first_sqlite
def test_two_filters_leave_what_both_leave(listed: Callable[[str, str], set[str]], here: Ids) -> None:
    for first, second in itertools.pairwise(FILTERS["tickets"]):
        both = listed("tickets", f"flt_{first}&flt_{second}".format(**here))
        if first.partition("=")[0] == second.partition("=")[0]:
            continue  # two values of one filter are alternatives
        assert both == names_in(FILTERS["tickets"][first]) & names_in(FILTERS["tickets"][second]), (first, second)


@first_sqlite
def test_two_values_of_one_filter_leave_what_either_leaves(listed: Callable[[str, str], set[str]], here: Ids) -> None:
    for register, filters in FILTERS.items():
        for first, second in itertools.pairwise(filters):
            if first.partition("=")[0] == second.partition("=")[0]:
                found = listed(register, f"flt_{first}&flt_{second}".format(**here))
                assert found == names_in(filters[first]) | names_in(filters[second]), (register, first, second)
    both = listed("tickets", "flt_status=received&flt_status=cancelled&flt_kind=repair&flt_status=received&flt_status=")
    assert both == names_in(FILTERS["tickets"]["status=received"])  # two filters together still narrow


def test_both_values_are_kept_in_chips_form_saved_view_export_and_bulk(
    sign_in: Callable[..., FlaskClient], post: Callable[..., Any], here: Ids
) -> None:
    client, query = sign_in("clerk2"), "flt_status=cancelled&flt_status=received"
    page = client.get(f"/admin/tickets/?{query}").text
    assert 'href="/admin/tickets/?flt_status=received"' in page
    assert 'href="/admin/tickets/?flt_status=cancelled"' in page
    assert f"/admin/tickets/export/csv/?{query}".replace("&", "&amp;") in page
    assert f"/admin/tickets/?{query}&sort=due_at&desc=1".replace("&", "&amp;") in page
    form = client.get(f"/admin/tickets/?{query}&filters=1").text
    assert form.count('id="flt_status') == 3  # one each, and one for a further value
    assert form.count('<input type="hidden" name="flt_status"') == 2  # of the form that looks at a row
    assert form.count('id="flt_kind') == 1
    assert [form.count(f">{label}</label>") for label in ("Status", "or Status", "Kind", "or Kind")] == [1, 2, 1, 0]
    answer = post(client, "/admin/tickets/views/", name="both", query=query)
    assert answer.location.endswith(f"?{query}")
    rows = client.get(f"/admin/tickets/export/csv/?{query}&cols=status").text.splitlines()[1:]
    assert {row.partition(",")[2] for row in rows} == {"received", "cancelled"}
    asked = post(client, "/admin/tickets/bulk/dispatch/", all="1", query=query).text
    assert f"{len(rows)} " in asked
    assert query.replace("&", "&amp;") in asked
    assert client.get(f"/admin/tickets/?{'&'.join(f'flt_unit={number}' for number in range(99))}").status_code == 400


@first_sqlite
def test_of_what_takes_one_value_a_second_one_is_refused_in_a_sentence(
    pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    for endpoint in sorted(ALL):
        view, client = pages[endpoint], sign_in(SEES.get(endpoint, VIEWER))
        for flt in (flt for flt in view._filters if flt.control == "date"):
            days = ("2026-01-01", "2026-02-01")
            one, two = (f"{view.url}/?flt_{flt.key}={days[0]}&flt_{flt.key}={day}" for day in days)
            assert client.get(one).status_code == 200, one
            answer = client.get(two)
            assert (answer.status_code, "takes one value: choose one" in answer.text) == (400, True), two
    tickets, client = f"{pages['tickets'].url}/", sign_in(VIEWER)
    for twice in (
        *("search=漏水&search=厨房", "search=&search=厨房", "sort=id&sort=due_at", "sort=id&desc=0&desc=1"),
        *("cols=number&cols=summary", "after=1~1&after=2~2", "at=2026-01-01&at=2026-02-01", "preview=1&preview=2"),
    ):
        for address in (f"{tickets}?{twice}", f"{tickets}export/csv/?{twice}"):
            answer = client.get(address)
            assert (answer.status_code, "several values for" in answer.text) == (400, True), address
    for address in ("/admin/search/?q=1&q=2", "/admin/keys/board/?q=1&q=2", "/admin/keys/board/?key=1&key=2"):
        assert client.get(address).status_code == 400, address
    assert client.get(f"{tickets}?search=漏水&search=漏水&flt_kind=repair&flt_kind=enquiry").status_code == 200
