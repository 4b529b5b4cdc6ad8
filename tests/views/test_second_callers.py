"""Who calls about a matter that is open already is kept, shown, found and asked as its first caller is (INT-6)."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select

from models.call import Call
from models.complaints import ComplaintCategory
from models.follow_ups import FollowUp
from models.matters import RepeatReport
from models.operations import complaints
from models.personal import keyring_of
from models.session import DeskSession
from models.tickets import Ticket
from tests.factories import World
from tests.records import finish_ticket, make_tickets

INTAKE = "/admin/tickets/intake/"
PHONE = "136 1111 2222"
MASKED = "136****2222"
HOUR = datetime.timedelta(hours=1)
SAID = {
    "kind": "repair",
    "severity": "ordinary",
    "channel": "walk_in",
    "summary": "楼道里都是水",
    "wish": "请晚上八点后来",
}
STRANGER = {**SAID, "reporter_name": "欧阳小燕", "reporter_phone": PHONE, "place": "南岗亭"}


@pytest.fixture
def ticket(session: DeskSession, world: World, now: datetime.datetime) -> int:
    """A finished job whose follow-up call is to be made."""
    (made,) = make_tickets(session, world, now - 9 * HOUR, 1)
    finish_ticket(session, world, made, now - 8 * HOUR)
    session.commit()
    return int(made.id)


def text(answer: Any) -> str:
    body = HTMLParser(answer.text).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def test_who_called_again_stands_wherever_the_first_caller_does__INT_6_RES_4(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], look: DeskSession, world: World, ticket: int
) -> None:
    clerk, unit = sign_in("clerk"), world.units[3]
    call = {**STRANGER, "unit_id": f"id:{unit.id}", "promised_at": "2099-01-01 09:00", "heard_at": "2026-11-18 09:30"}
    assert post(clerk, INTAKE, **call, repeat_of=str(ticket)).status_code == 302
    told = look.scalars(select(RepeatReport)).one()
    assert (told.words, told.reporter_name, told.unit_id, told.place) == (
        "楼道里都是水\n请晚上八点后来",
        "欧阳小燕",
        unit.id,
        "南岗亭",
    )
    assert keyring_of(look).readable(told.reporter_phone) == "13611112222"
    assert (told.heard_at.isoformat()[:16], told.promised_at is not None) == ("2026-11-18T01:30", True)
    follow_up = look.scalars(select(FollowUp.id)).one()
    look.rollback()

    record = f"/admin/tickets/details/?id={ticket}"
    for page in (record, f"/admin/follow-ups/details/?id={follow_up}", "/admin/follow-ups/queue/"):
        shown = clerk.get(page)
        assert "欧阳小燕" in text(shown), page
        assert 'href="tel:13611112222"' in shown.text, page
        assert unit.code in text(shown), page
    assert f"walk-in {world.person('clerk').name}" in text(clerk.get(record)), "how it came, and who took it"
    slip = text(clerk.get(f"/admin/tickets/slip/?id={ticket}"))
    assert ("欧阳小燕" in slip, "13611112222" in slip or "136 1111 2222" in slip) == (True, True)
    auditor = sign_in("auditor").get(record)
    assert (MASKED in text(auditor), "13611112222" in auditor.text) == (True, False)
    printed = text(sign_in("auditor").get(f"/admin/tickets/slip/?id={ticket}"))
    assert (MASKED in printed, "13611112222" in printed.replace(" ", "")) == (True, False)
    (_head, *rows) = csv.reader(io.StringIO(clerk.get("/admin/tickets/export/csv/").text.lstrip("\ufeff")))
    assert [f"欧阳小燕 {unit.code} {MASKED}" in row for row in rows] == [True]

    number = look.scalars(select(Ticket.number)).one()
    look.rollback()
    for asked in (PHONE, "2222", "欧阳小燕", unit.code, "楼道 水", "岗亭", "2222 小燕"):
        assert number in clerk.get("/admin/search/", query_string={"q": asked}).text, asked
        assert number in clerk.get("/admin/tickets/", query_string={"search": asked}).text, asked
    for asked in (PHONE, "2222", "欧阳小燕"):
        offered = clerk.get(f"{INTAKE}callers/", query_string={"q": asked}).json or []
        found = [(row["name"], row["reporter_phone"]) for row in offered if row.get("reporter_phone")]
        assert found == [("欧阳小燕", "13611112222")], asked
        (before,) = {row["before"] for row in offered if row["before"]}
        assert number in text(clerk.get(f"{INTAKE}caller/?before={before}")), (
            "what was said then stands beside the call"
        )
    for nobody in ("tickets:0", "tickets:x", "staff:1", "repeat_reports:99", "x", "tickets:" + "9" * 99):
        assert clerk.get(f"{INTAKE}caller/?before={nobody}").status_code == 404, nobody
    assert number in text(clerk.get(f"{INTAKE}caller/?unit={unit.id}")), "the matter stands at the caller's room"


def test_a_resident_who_called_again_is_found_by_name_and_pinyin__INT_6(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    look: DeskSession,
    world: World,
    ticket: int,
) -> None:
    clerk, resident = sign_in("clerk"), world.residents[1]
    resident.name_pinyin = "liuyang ly"
    session.commit()
    assert post(clerk, INTAKE, **SAID, resident_id=f"id:{resident.id}", repeat_of=str(ticket)).status_code == 302
    told = look.scalars(select(RepeatReport)).one()
    assert (told.resident_id, told.reporter_name) == (resident.id, resident.name)
    assert keyring_of(look).readable(told.reporter_phone) == "13900139001", "the resident's own, where none is given"
    number = look.scalars(select(Ticket.number)).one()
    look.rollback()
    for asked in (resident.name, "liu yang", "13900139001", "9001"):
        assert number in clerk.get("/admin/tickets/", query_string={"search": asked}).text, asked
    for page in (f"{INTAKE}caller/?resident={resident.id}", f"/admin/residents/details/?id={resident.id}"):
        assert number in text(clerk.get(page)), page


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("reporter_phone", "1390"),
        ("promised_at", "2020-01-01 09:00"),
        ("heard_at", "2099-01-01 09:00"),
        ("unit_id", "x-9"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_at_its_field_and_nothing_is_added__INT_3(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    look: DeskSession,
    ticket: int,
    field: str,
    wrong: str,
) -> None:
    answer = post(sign_in("clerk"), INTAKE, **{**STRANGER, field: wrong}, repeat_of=str(ticket))
    assert (answer.status_code in (400, 409), f'id="{field}-error"' in answer.text) == (True, True)
    assert look.scalars(select(RepeatReport.id)).all() == []


def test_nobody_is_named_who_does_not_want_it_or_adds_to_an_anonymous_complaint__INT_4(
    post: Callable[..., Any],
    sign_in: Callable[..., FlaskClient],
    session: DeskSession,
    world: World,
    now: datetime.datetime,
) -> None:
    fair: dict[str, Any] = {
        "estate_id": world.estate.id,
        "category": ComplaintCategory.NEIGHBOUR_DISPUTE,
        "another_matter": True,
    }
    drafts = [
        complaints.ComplaintDraft(summary="楼上半夜装修", place="3栋", anonymous=True, **fair),
        complaints.ComplaintDraft(summary="楼上狗叫", unit_id=world.units[0].id, reporter_name="张", **fair),
    ]
    made = complaints.register(Call(session, world.actor("clerk"), now - HOUR), drafts).all()
    session.commit()
    clerk = sign_in("clerk")
    call = {"category": "neighbour_dispute", "severity": "ordinary", "channel": "phone", "summary": "又吵了"}
    named = {"reporter_name": "李", "reporter_phone": PHONE, "unit_id": f"id:{world.units[1].id}", "place": "3栋"}
    for complaint, wish in ((made[0], {}), (made[1], {"anonymous": "y"})):
        answer = post(clerk, "/admin/complaints/new/", **call, **named, **wish, repeat_of=str(complaint.id))
        assert answer.status_code == 302
    told = session.scalars(select(RepeatReport)).all()
    assert [each.place for each in told] == ["3栋", "3栋"]
    kept = [(each.reporter_name, each.reporter_phone, each.reporter_phone_digest, each.unit_id) for each in told]
    assert kept == [(None,) * 4] * 2
