"""Tabs above a list: what each shows is what it counts, the menu begins with what is open."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests import reading
from tests.marks import only_sqlite
from tests.views.test_bands import COMPLAINTS, TICKETS, make

MAKE = make
TABS = {
    "open": {*TICKETS, "promised"},
    "overdue": {"visit missed", "this morning", "last night", "done", "unassigned and late"},
    "mine": {"kept by me"},
    "unassigned": {"unassigned", "unassigned and late"},
    "watched": set(),
}


@only_sqlite
def test_each_tab_counts_the_rows_that_it_shows(here: None, sign_in: Callable[..., FlaskClient]) -> None:
    clerk = sign_in("clerk2")
    numbers = clerk.get("/admin/tickets/counts/").json
    assert numbers == {word: str(len(names)) for word, names in TABS.items()}
    for word, names in TABS.items():
        page = reading.page(clerk.get("/admin/tickets/", query_string={"flt_state": word}))
        assert {reading.columns(row)["Summary"] for row in reading.rows(page)} == names, word
        tabs = reading.one(page, "nav[aria-label='What is shown']")
        assert [node.attributes["data-count"] for node in tabs.css("[data-count]")] == list(TABS)
        assert [node.attributes["data-count"] for node in tabs.css("[aria-current]")] == [word]
    counted = clerk.get("/admin/complaints/counts/").get_json()
    assert counted["open"] == str(len(COMPLAINTS))
    assert clerk.get("/admin/units/counts/").json == {}


@only_sqlite
def test_the_menu_begins_a_list_with_what_is_open(here: None, sign_in: Callable[..., FlaskClient]) -> None:
    menu = reading.one(reading.page(sign_in("clerk2").get("/admin/rules/")), ".menu-list")
    addresses = dict(reading.links(menu))
    assert addresses["Tickets"] == "/admin/tickets/?flt_state=open"
    assert addresses["Units"] == "/admin/units/"


@only_sqlite
def test_who_may_not_read_a_register_counts_nothing_of_it(sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("technician").get("/admin/complaints/counts/").status_code == 403


@only_sqlite
def test_the_menu_counts_what_is_late_as_the_lists_show_it(
    here: None, pages: dict[str, Any], sign_in: Callable[..., FlaskClient]
) -> None:
    for who in ("clerk2", "technician", "auditor", "stranger"):
        client = sign_in(who)
        told = client.get("/admin/waiting/").get_json()
        menu = reading.one(reading.page(client.get("/admin/rules/")), ".menu-list")
        counted = [node.attributes["data-waiting"] for node in menu.css("[data-waiting]")]
        for name in counted:
            assert name is not None
            address = f"{pages[name].url}/?flt_state={pages[name].waits}"
            assert len(reading.rows(reading.page(client.get(address)))) == int(told.get(name, 0)), (who, name)
        assert set(told) <= set(counted), who
        if who == "clerk2":
            assert (told["tickets"], set(counted) >= {"tickets", "complaints", "key_loans"}) == ("5", True)
    assert sign_in("technician").get("/admin/waiting/").get_json().keys() <= {"tickets", "follow_ups"}
