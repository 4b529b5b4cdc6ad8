"""What stands beside the form while somebody calls, in a small world: of the person, of the room, and nothing else."""

import datetime
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.residents import Occupancy, OccupancyKind
from models.session import DeskSession
from models.tickets import CancelKind, Ticket, TicketKind, TicketStatus
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
CALLER = "/admin/tickets/intake/caller/?"
DEADLINES = {
    "minutes": (59 * MINUTE, "59 min left"),
    "an hour": (HOUR, "1 h left"),
    "hours": (2 * DAY - MINUTE, "47 h left"),
    "days": (2 * DAY, "2 days left"),
    "late": (-HOUR, "overdue 1 h"),
}
"""What is open of 张伟 -> when it is due, and how the page says that."""


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """张伟 in 1-101 with open and ended matters; one of his room, one of the same person, one of others."""
    maker = Maker(session, world, now)
    zhang, liu = world.residents[0], world.residents[1]
    zhang.note = "耳背"
    for number, (name, (ahead, _said)) in enumerate(DEADLINES.items()):
        who = {"resident_id": zhang.id, "unit_id": maker.unit(0), "due_at": now + ahead}
        maker.matter(Ticket, name, now - (20 - number) * DAY, kind=TicketKind.REPAIR, **who)
    ended = {"status": TicketStatus.CANCELLED, "cancelled_at": now, "cancel_kind": CancelKind.WITHDRAWN}
    ended |= {"cancel_reason": "误", "kind": TicketKind.REPAIR}
    maker.matter(Ticket, "ended", now - DAY, unit_id=maker.unit(0), **ended)
    maker.matter(Ticket, "long ended", now - 30 * DAY, unit_id=maker.unit(0), **ended)
    maker.matter(Ticket, "of others", now, kind=TicketKind.REPAIR, resident_id=liu.id, unit_id=maker.unit(1))
    about = {"category": ComplaintCategory.ENVIRONMENT, "resident_id": zhang.id}
    answer = {"agreed_answer": "周五回话", "agreed_answer_by_id": maker.person("supervisor"), "agreed_answer_at": now}
    maker.matter(Complaint, "noise", now - HOUR, place="大堂", **answer, **about)
    over = {"status": ComplaintStatus.CANCELLED, "cancelled_at": now, "cancel_reason": "误"}
    maker.matter(Complaint, "settled", now - 2 * DAY, place="大堂", **about, **over)
    left = {"from_on": datetime.date(2020, 1, 1), "until_on": datetime.date(2025, 1, 1)}
    maker.add(
        Occupancy, "left", resident_id=zhang.id, unit_id=maker.unit(3), kind=OccupancyKind.TENANT, **left
    )  # fmt: skip
    living = {"kind": OccupancyKind.TENANT, "from_on": datetime.date(2025, 1, 1)}
    maker.add(Occupancy, "second", resident_id=zhang.id, unit_id=maker.unit(2), **living)
    maker.ids["residents"] = {"zhang": zhang.id, "liu": liu.id}
    maker.ids["units"] = {unit.code: unit.id for unit in world.units}
    return maker.ids


MAKE = make


def of(kind: str, piece: reading.Node, here: Ids) -> list[str]:
    """The matters of one kind that the list links to."""
    names = {number: name for name, number in here[kind].items()}
    return [names[number] for number in reading.ids(piece, f"/admin/{kind}/details/")]


def test_beside_the_form_stand_the_callers_rooms_and_matters_and_nothing_of_others__INT_6(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    asked = f"{CALLER}resident={here['residents']['zhang']}&unit={here['units']['1-101']}"
    page = reading.page(sign_in("clerk").get(asked))
    assert reading.words(reading.one(page, "h2")) == "张伟 1-101"
    assert reading.ids(page, "/admin/residents/details/") == [here["residents"]["zhang"]]
    assert reading.ids(page, "/admin/units/details/") == [here["units"]["1-101"]]
    said = reading.words(page)
    for text in ("13800138000", "Fees: not known", "耳背", "A repair taken now is to be done by then: 14 h left"):
        assert text in said
    rooms = [text for text, address in reading.links(page) if "unit_id=" in address]
    assert rooms == ["1-101 owner", "2-101 tenant", "Visitor's pass", "Pass for 张伟"]
    unclosed, last = page.css("ul")
    assert of("tickets", unclosed, here) == list(reversed(DEADLINES))
    assert of("complaints", unclosed, here) == ["noise"]
    told = [reading.words(line) for line in unclosed.css("li")]
    assert told[:-1] == [
        f"T-{name} received {DEADLINES[name][1]} repair · {name} Add this call to it" for name in reversed(DEADLINES)
    ]
    assert told[-1] == "C-noise registered 30 days left environment · noise Agreed answer: 周五回话 Add this call to it"
    assert [reading.words(line) for line in last.css("li")][:3] == [
        "C-noise registered 2026-11-18 09:00 noise",
        "T-ended cancelled 2026-11-17 10:00 ended",
        "C-settled cancelled 2026-11-16 10:00 settled",
    ]
    assert len(last.css("li")) == 5


def test_a_room_alone_shows_what_is_of_the_room_and_a_person_alone_what_is_of_the_person__INT_6(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    room = reading.page(clerk.get(f"{CALLER}unit={here['units']['1-101']}"))
    assert reading.words(reading.one(room, "h2")) == "1-101"
    assert of("complaints", room, here) == []
    assert "long ended" not in of("tickets", room.css("ul")[0], here)
    person = reading.page(clerk.get(f"{CALLER}resident={here['residents']['liu']}"))
    assert (reading.words(reading.one(person, "h2")), of("tickets", person, here)) == ("刘洋", ["of others"])
    empty = reading.page(clerk.get(f"{CALLER}unit={here['units']['2-201']}"))
    assert "Nothing is open here." in reading.words(empty)
    assert "Never called before." in reading.words(empty)


@pytest.mark.parametrize(("who", "shown"), [("clerk", "tel:13800138000"), ("auditor", "138****8000")])
def test_a_room_says_who_lives_there_with_the_phone_and_begins_a_call__RES_4(
    here: Ids, sign_in: Callable[..., FlaskClient], who: str, shown: str
) -> None:
    client = sign_in(who)
    text = client.get(f"/admin/units/details/?id={here['units']['1-101']}").text
    page = reading.page(text)
    assert shown in text
    assert ("13800138000" in text) is (who == "clerk")
    calls = [address for said, address in reading.links(page) if said == "Register call" and "unit_id=" in address]
    assert calls == ([f"/admin/tickets/intake/?unit_id={here['units']['1-101']}"] if who == "clerk" else [])
    assert {"Residents", "Tickets"} <= set(reading.headings(page))


def test_a_call_of_a_resident_begins_with_the_one_room_they_have__INT_3(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("clerk")
    rooms = {}
    for name, person in here["residents"].items():
        links = list(reading.links(reading.page(client.get(f"/admin/residents/details/?id={person}"))))
        calls = [address for said, address in links if said == "Register call" and "resident_id" in address]
        assert calls == [f"/admin/tickets/intake/?resident_id={person}"]
        rooms[name] = [said for said, address in links if address.startswith("/admin/units/details/")]
        begun = reading.page(client.get(calls[0]))
        heading = reading.words(reading.one(begun, "#about h2"))
        assert heading == {"zhang": "张伟", "liu": "刘洋 1-201"}[name], "of several rooms the card lets choose"
    assert "1-101" in rooms["zhang"]
