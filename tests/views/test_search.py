"""Search boxes: one for each register, one for all; each finds only what the person may see."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.residents import Resident
from models.session import DeskSession
from models.tickets import Ticket
from tests import reading
from tests.factories import World
from tests.records import Records
from views.pages import search
from views.register import listing
from views.request import queries

REGISTERS = (
    "tickets",
    "complaints",
    "follow-ups",
    "keys",
    "key-loans",
    "key-approvals",
    "visitor-passes",
    "residents",
    "units",
)
SIGNS = ("%", "_", "!?！", "😀", "'", '"', "x", "*", "\\", "(", "‮", "%%%%")


def test_one_box_finds_records_of_every_register(
    session: DeskSession, world: World, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in("clerk").get("/admin/search/?q=1-101").text
    for heading in ("Tickets", "Residents", "Units", "Keys"):
        assert f'<h2 id="found-{heading.lower()}"' in page, heading
    assert "张伟" in page


def offered(client: FlaskClient, text: str, language: str = "en") -> list[tuple[str, list[str]]]:
    """What the palette offers: heading and titles, in their order."""
    answer = client.get(
        "/admin/search/", query_string={"q": text}, headers={"Accept": "application/json", "Accept-Language": language}
    )
    return [(group["heading"], [row["title"] for row in group["rows"]]) for group in answer.get_json()]


def test_a_verb_and_the_end_of_a_number_lead_to_the_step_of_that_record(
    records: Records, sign_in: Callable[..., FlaskClient], look: DeskSession
) -> None:
    """Of open records of the estate on which it is legal, for whoever may do it."""
    number, other = (look.get_one(Ticket, row_id).number for row_id in (records.tickets[1], records.tickets[2]))
    look.rollback()
    clerk, tail = sign_in("clerk"), number[-3:]
    address = f"/admin/tickets/step/cancel/?id={records.tickets[1]}"
    for text in (f"cancel {tail}", f"Cancel #{tail}", f"CANCEL {number}", f"canc{tail}", f" cancel  {number.lower()} "):
        heading, titles = offered(clerk, text)[0]
        assert (heading, titles[0]) == ("Steps", f"Cancel {number}"), text
        assert other not in " ".join(titles)
    assert address in clerk.get("/admin/search/", query_string={"q": f"cancel {tail}"}).text
    for text in (
        f"start {tail}",
        f"xyz {tail}",
        tail,
        "cancel",
        f"cancel {tail[-1]}",
        "cancel 999999",
        f"cancel {tail}x",
    ):
        assert "Steps" not in [found for found, _titles in offered(clerk, text)], text
    for who in ("technician", "auditor", "stranger"):
        assert "Steps" not in [found for found, _titles in offered(sign_in(who), f"cancel {tail}")], who


def test_a_step_is_named_in_the_readers_language_and_its_pinyin(
    records: Records, sign_in: Callable[..., FlaskClient], look: DeskSession
) -> None:
    number = look.get_one(Ticket, records.tickets[1]).number
    look.rollback()
    clerk = sign_in("clerk")
    assert number.endswith("002")
    for text in ("派单 002", "派单002", "pd 002", "paidan 002", "派单　００２", "派單 002"):
        assert offered(clerk, text, "zh-CN")[0] == ("步骤", [f"派单 {number}"]), text


@pytest.mark.parametrize("text", ["1-101", "1栋101", "张伟"])
def test_the_room_or_person_that_was_named_comes_before_their_tickets(
    records: Records, sign_in: Callable[..., FlaskClient], text: str
) -> None:
    groups = offered(sign_in("clerk"), text)
    headings = [heading for heading, _titles in groups]
    assert "Tickets" in headings, headings
    assert headings[0] == ("Units" if "1" in text else "Residents"), headings
    assert groups[0][1][0] == ("1-101" if "1" in text else "张伟")
    assert headings.index("Residents") < headings.index("Tickets")


@pytest.mark.parametrize("text", ["wei", "Wei", "WEI"])
def test_a_name_in_pinyin_is_that_person_in_whatever_case(
    session: DeskSession, records: Records, sign_in: Callable[..., FlaskClient], text: str
) -> None:
    session.get_one(Resident, records.ids["residents"]).name_pinyin = "zhang wei"
    session.get_one(Ticket, records.tickets[0]).summary = "left with Wei"
    session.commit()
    assert [heading for heading, _titles in offered(sign_in("clerk"), text)] == ["Residents", "Tickets"]


@pytest.mark.parametrize("text", ["张伟 漏水", "li ming", "灯 水 门", "1-101 漏水", "ab 12 cd 1-101"])
def test_several_words_are_answered_whatever_each_may_mean(
    records: Records, sign_in: Callable[..., FlaskClient], text: str
) -> None:
    client = sign_in("clerk")
    assert client.get("/admin/search/", query_string={"q": text}).status_code == 200
    named = [titles for heading, titles in offered(client, text) if heading == "Tickets"]
    assert bool(named) is (text in ("张伟 漏水", "1-101 漏水")), named


def test_words_find_the_newest_tickets_first(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    assert offered(sign_in("clerk"), "漏水")[0][0] == "Tickets"


def test_a_half_typed_room_offers_the_rooms_that_begin_so(
    world: World, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    wanted = sorted(unit.code for unit in world.units if unit.code.startswith("1-1"))
    assert offered(sign_in("clerk"), "1-1") == [("Units", wanted)]
    assert offered(sign_in("technician"), "1-1") in ([], [("Units", wanted)]), "only who may see rooms"


def test_a_number_leads_straight_to_its_record(
    session: DeskSession, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    number = session.scalars(select(Ticket.number).where(Ticket.id == records.tickets[0])).one()
    session.commit()
    answer = sign_in("clerk").get(f"/admin/search/?q={number.lower()}")
    assert answer.status_code == 302
    assert answer.location == f"/admin/tickets/details/?id={records.tickets[0]}"


def test_nothing_of_another_estate_or_of_a_closed_register_is_found(
    records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    assert "Nothing fits" in sign_in("clerk").get("/admin/search/?q=elsewhere").text
    page = sign_in("technician").get("/admin/search/?q=1-101").text
    assert "found-residents" not in page
    assert "张伟" not in page


@pytest.mark.parametrize("role", ["clerk", "technician"])
def test_what_cannot_be_searched_for_is_said(role: str, records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(role)
    for text in SIGNS:
        for address in ("/admin/search/?q=", "/admin/tickets/?search="):
            answer = client.get(
                address[: address.index("?")], query_string={address.split("?")[1][:-1]: text}, follow_redirects=True
            )
            assert answer.status_code == 200, (address, text)
            assert "signs find nothing" in answer.text, (address, text)


def test_a_search_longer_than_anybody_types_is_refused(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("manager")
    for text in ("漏" * 10_000, "x" * 101, "a\0b"):
        assert client.get("/admin/search/", query_string={"q": text}).status_code == 400
    assert client.get("/admin/search/", query_string={"q": "漏" * 100}).status_code == 200


def test_every_register_has_its_box(records: Records, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("manager")
    for register in REGISTERS:
        page = client.get(f"/admin/{register}/?search=1-101")
        assert page.status_code == 200, register
        assert 'name="search"' in page.text, register
    assert client.get("/admin/tickets/?search=1-101").text.count('class="c-number"') >= 1
    assert client.get("/admin/tickets/?search=13800138000").text.count('class="c-number"') >= 1


def numbers(page: str) -> list[str]:
    """The tickets that a page names, in order."""
    main = reading.one(reading.page(page), "main")
    return [text.split()[0] for text, address in reading.links(main) if "/tickets/details/" in address]


@pytest.mark.parametrize("asked", ["漏水", "漏水 1-101", "张"])
def test_what_more_records_hold_than_are_counted_is_found_newest_first(
    asked: str,
    session: DeskSession,
    records: Records,
    sign_in: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clerk = sign_in("clerk")

    def found() -> tuple[list[str], list[str]]:
        pages = [clerk.get(f"/admin/tickets/?search={asked}{more}").text for more in ("", "&sort=due_at&desc=0")]
        older = f"&after={records.tickets[4]}~{records.tickets[4]}"
        pages.append(clerk.get(f"/admin/tickets/?search={asked}{older}").text)
        everywhere = clerk.get(f"/admin/search/?q={asked}").text
        return [number for page in pages for number in numbers(page)], numbers(everywhere)

    expected = found()
    assert len(expected[0]) > 4
    for counting in (listing, queries):
        monkeypatch.setattr(counting, "COUNT_LIMIT", 1)
    monkeypatch.setattr(search, "MANY", 2)
    assert found() == expected
    others = [heading for heading, _titles in offered(clerk, asked) if heading != "Tickets"]
    monkeypatch.setattr(search, "MANY", 1000)
    assert [heading for heading, _titles in offered(clerk, asked) if heading != "Tickets"] == others
    assert others or asked != "张"
    assert "1+" in clerk.get(f"/admin/tickets/?search={asked}").text
