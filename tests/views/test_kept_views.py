"""Saved views and chosen columns in a small world: whose stand above which list, and who may change them."""

import datetime
from collections.abc import Callable

from flask.testing import FlaskClient

from models.complaints import Complaint, ComplaintCategory
from models.roles import Role
from models.saved_views import ColumnChoice, SavedView
from models.session import DeskSession
from models.staff import StaffAssignment
from models.tickets import Ticket, TicketKind
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker

LIST = "/admin/tickets/"


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """Views of two people, shared and not, of two registers and two estates; columns chosen by each of the two."""
    maker = Maker(session, world, now)
    rows = (
        ("own", "clerk", "tickets", False, "flt_status=received"),
        ("own and shared", "clerk", "tickets", True, "flt_status=done"),
        ("a colleague's", "clerk2", "tickets", False, "flt_kind=repair"),
        ("shared by a colleague", "clerk2", "tickets", True, "flt_kind=enquiry"),
        ("of complaints", "clerk", "complaints", True, "flt_status=registered"),
    )
    for name, owner, register, shared, query in rows:
        own = {"owner_id": maker.person(owner), "register": register, "shared": shared}
        maker.add(SavedView, name, name=name, query=query, **own)
    session.add(
        StaffAssignment(estate_id=world.other.id, staff_id=maker.person("clerk"), role=Role.CLERK),
    )
    elsewhere = {"owner_id": maker.person("stranger"), "register": "tickets", "shared": True, "query": ""}
    session.add(SavedView(estate_id=world.other.id, name="of another estate", **elsewhere))
    for username, register, columns in (
        ("clerk", "tickets", ["number", "summary"]),
        ("clerk", "complaints", ["number", "category"]),
        ("clerk2", "tickets", ["number", "severity"]),
    ):
        session.add(ColumnChoice(staff_id=maker.person(username), register=register, columns=columns))
    maker.matter(Ticket, "lamp", now, kind=TicketKind.REPAIR, place="大堂")
    maker.matter(Complaint, "noise", now, category=ComplaintCategory.ENVIRONMENT, place="大堂")
    session.flush()
    return maker.ids


MAKE = make

TABS = {
    ("clerk", LIST): ["All", "own", "own and shared shared", "shared by a colleague shared"],
    ("clerk2", LIST): ["All", "a colleague's", "own and shared shared", "shared by a colleague shared"],
    ("lead", LIST): ["All", "own and shared shared", "shared by a colleague shared"],
    ("clerk", "/admin/complaints/"): ["All", "of complaints shared"],
    ("stranger", LIST): ["All", "of another estate shared"],
}
COLUMNS = {
    ("clerk", LIST): ["Number", "Summary"],
    ("clerk", "/admin/complaints/"): ["Number", "Category"],
    ("clerk2", LIST): ["Number", "Severity"],
}
MAY_CHANGE = {
    "clerk": {"own", "own and shared"},
    "clerk2": {"a colleague's", "shared by a colleague"},
    "supervisor": {"own and shared", "shared by a colleague"},
    "lead": {"own and shared", "shared by a colleague"},
}


def test_above_a_list_stand_ones_own_views_of_it_and_the_shared_ones_of_its_estate(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    tabs, columns = {}, {}
    for username, address in TABS:
        page = reading.page(sign_in(username).get(address))
        above = reading.one(page, "nav[aria-label='Saved views']")
        tabs[username, address] = [text for text, _address in reading.links(above)]
        columns[username, address] = [reading.words(node) for node in page.css("thead th[scope=col]")]
    assert tabs == TABS
    assert {whose: names for whose, names in columns.items() if len(names) == 2} == COLUMNS


def test_a_view_is_marked_where_it_is_shown_and_changed_by_who_may(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    for username, names in MAY_CHANGE.items():
        client, found = sign_in(username), set()
        above = reading.one(reading.page(client.get(LIST)), "nav[aria-label='Saved views']")
        assert [reading.words(node) for node in above.css("[aria-current]")] == ["All"]
        for text, address in list(reading.links(above))[1:]:
            page = reading.page(client.get(address))
            assert reading.words(reading.one(page, "nav[aria-label='Saved views'] [aria-current]")) == text
            if forms := page.css("form[action$='/views/change/']"):
                name = text.removesuffix(" shared")
                assert {reading.value_of(form, "id") for form in forms} == {str(here["saved_views"][name])}
                found.add(name)
        assert found == names, username
