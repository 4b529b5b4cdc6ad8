"""What stands in the menu: the pages that a role may open, under their headings, the page shown marked."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import reading
from tests.views.conftest import ROLES

MENU = {
    "": ["Desk", "Messages"],
    "Matters": ["Tickets", "Complaints", "Follow-up calls", "Follow-ups"],
    "Keys and passes": ["Key board", "Keys", "Key loans", "Key approvals", "Gate", "Visitor passes"],
    "People and units": ["Residents", "Units", "Teams", "Staff", "Estates"],
    "Control": ["Reports", "Daily audit", "Event log", "Outbox", "Rules", "Bulk actions", "Imports"],
    "Settings": ["Clocks", "Figures", "Categories", "Working hours", "Calendar days", "Texts of messages"],
}
NOT_FOR = {
    "manager": "",
    "clerk": "Reports, Event log, Outbox, Imports, Texts of messages",
    "supervisor": "Reports, Event log, Outbox, Imports, Texts of messages",
    "auditor": "Gate, Bulk actions, Imports",
}
ONLY_FOR = {
    "technician": "Desk, Messages, Tickets, Rules, Bulk actions",
    "lead": "Desk, Messages, Tickets, Complaints, Teams, Rules, Bulk actions",
    "guard": "Desk, Messages, Gate, Rules",
    "admin": "Desk, Messages, Teams, Staff, Estates, Event log, Rules",
}


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_has_what_a_role_may_open_under_its_heading(role: str, sign_in: Callable[..., FlaskClient]) -> None:
    every = [name for names in MENU.values() for name in names]
    left_out = NOT_FOR.get(role, "").split(", ")
    mine = ONLY_FOR[role].split(", ") if role in ONLY_FOR else [name for name in every if name not in left_out]
    menu = reading.one(reading.page(sign_in(role).get("/admin/rules/")), ".menu-list")
    groups, heading = {}, ""
    for part in menu.css("h2, ul"):
        if part.tag == "h2":
            heading = reading.words(part)
        else:
            groups[heading] = [text for text, _address in reading.links(part)]
    wanted = {heading: [name for name in names if name in mine] for heading, names in MENU.items()}
    assert groups == {heading: names for heading, names in wanted.items() if names}
    assert [reading.words(link) for link in menu.css("[aria-current=page]")] == ["Rules"]
