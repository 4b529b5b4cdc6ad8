"""The record page: entries that name a colleague, a stale save chosen field by field, paper."""

import datetime
import html
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from models.call import Call
from models.events import Event
from models.operations import staff
from models.roles import Role
from models.said import PersonalKey
from models.session import DeskSession
from models.staff import StaffAssignment
from models.tickets import Ticket, TicketKind, TicketStatus
from models.told import Told, ToldKind
from tests import reading
from tests.factories import World
from tests.marks import only_sqlite
from tests.operations.walks import ticket_in
from tests.records import Records
from tests.views.test_statements import filled

Post = Callable[..., Any]
SignIn = Callable[..., FlaskClient]


def comment(client: FlaskClient, post: Post, ticket: int, body: str) -> Any:
    return post(client, f"/admin/tickets/step/comment/?id={ticket}", kind="note", body=body)


def test_a_mention_is_counted_in_the_header_shown_and_marked_as_seen(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    clerk, supervisor = sign_in("clerk"), sign_in("supervisor")
    post(supervisor, "/admin/mentions/seen/", all="1")
    assert "mention-link" not in supervisor.get("/admin/").text
    page = clerk.get(f"/admin/tickets/details/?id={records.tickets[1]}").text
    form = reading.one(reading.page(page), f'form[action="/admin/tickets/step/comment/?id={records.tickets[1]}"]')
    assert form.attributes["data-mention-url-value"] == "/admin/mentions/people/"
    assert comment(clerk, post, records.tickets[1], "@周敏 <b>请看</b>").status_code == 302
    assert 'aria-label="1 message not seen"' in supervisor.get("/admin/tickets/").text
    told = supervisor.get("/admin/mentions/").text
    assert "@周敏 &lt;b&gt;请看&lt;/b&gt;" in told
    assert f"/admin/tickets/details/?id={records.tickets[1]}" in told
    mention = look.scalars(select(Told.id).where(Told.kind == ToldKind.MENTION)).one()
    look.rollback()
    assert post(clerk, "/admin/mentions/seen/", id=str(mention)).status_code == 302
    assert "mention-link" in supervisor.get("/admin/").text
    assert post(supervisor, "/admin/mentions/seen/", id="x").status_code == 400
    assert post(supervisor, "/admin/mentions/seen/", id=str(mention)).status_code == 302
    assert "mention-link" not in supervisor.get("/admin/").text
    assert "Mark as seen" not in supervisor.get("/admin/mentions/").text


def test_who_cannot_read_the_record_is_named_in_the_refusal_and_nothing_is_written(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    answer = comment(sign_in("clerk"), post, records.tickets[1], "@王强 去看看")
    assert answer.status_code == 409
    assert "王强 may not read" in answer.text
    assert "@王强 去看看" in answer.text
    assert look.scalars(select(Told).where(Told.kind == ToldKind.MENTION)).all() == []


def test_colleagues_are_offered_to_those_who_may_write_entries(records: Records, sign_in: SignIn) -> None:
    found = sign_in("clerk").get("/admin/mentions/people/?q=zhou").get_json()
    assert found == [{"text": "周敏 (supervisor)", "write": "周敏"}]
    assert sign_in("clerk").get("/admin/mentions/people/?q=admin").get_json() == []
    assert sign_in("auditor").get("/admin/mentions/people/?q=zhou").status_code == 403
    assert sign_in("clerk").get("/admin/mentions/people/?q=" + "x" * 101).status_code == 400


def typed(page: str, **changes: str) -> dict[str, str]:
    found = {name: value for name, value in filled(page).items() if not name.startswith("choose-")}
    return {**found, **changes}


def radios(page: str) -> dict[str, str]:
    """Field -> what is chosen of it, empty where nothing is."""
    whole = reading.page(page)
    differing = [reading.typed(field) for field in whole.css("[name=differs]")]
    return {name: " ".join(reading.ticked(whole, f"choose-{name}")) for name in differing}


def test_a_stale_save_shows_the_others_change_beside_yours_and_saves_the_chosen_mix(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    one, other = sign_in("clerk"), sign_in("supervisor")
    url = f"/admin/tickets/edit/?id={records.tickets[1]}"
    page = one.get(url).text
    mine = typed(page, summary="my summary", place="my place", severity="minor")
    theirs = typed(page, summary="their summary", detail="their detail", severity="serious")
    assert other.post(url, data=with_token(other, url, theirs)).status_code == 302
    answer = one.post(url, data=mine)
    assert answer.status_code == 409
    assert radios(answer.text) == {"summary": "", "detail": "stored", "severity": "", "place": "yours"}
    assert "Changed by 周敏" in answer.text
    for text in ("their summary", "my summary", "their detail", "my place"):
        assert text in answer.text
    again = {**typed(answer.text), "differs": ["summary", "detail", "severity", "place"]}
    again |= {"choose-detail": "stored", "choose-place": "yours", "choose-summary": "yours"}
    undecided = one.post(url, data=again)
    assert undecided.status_code == 400
    assert "for: Severity." in undecided.text
    assert radios(undecided.text) == {"summary": "yours", "detail": "stored", "severity": "", "place": "yours"}
    assert look.get_one(Ticket, records.tickets[1]).summary == "their summary"
    look.rollback()
    saved = one.post(url, data={**again, "choose-severity": "stored"})
    assert saved.status_code == 302
    look.expire_all()
    ticket = look.get_one(Ticket, records.tickets[1])
    assert (ticket.summary, ticket.detail, ticket.severity, ticket.place) == (
        "my summary",
        "their detail",
        "serious",
        "my place",
    )
    last = look.scalars(select(Event).where(Event.register == "tickets").order_by(Event.id.desc()).limit(1)).one()
    assert set(last.after) == {"summary", "place"}


def with_token(client: FlaskClient, url: str, fields: dict[str, str]) -> dict[str, str]:
    """The same fields with the token of this browser."""
    return {**fields, "csrf_token": filled(client.get(url).text)["csrf_token"]}


def test_choosing_what_is_stored_everywhere_changes_nothing(
    records: Records, sign_in: SignIn, look: DeskSession
) -> None:
    one, other = sign_in("clerk"), sign_in("supervisor")
    url = f"/admin/tickets/edit/?id={records.tickets[1]}"
    mine = typed(one.get(url).text, summary="my summary")
    assert other.post(url, data=with_token(other, url, {**mine, "summary": "theirs"})).status_code == 302
    answer = one.post(url, data=mine)
    again = {**typed(answer.text), "differs": "summary", "choose-summary": "stored"}
    assert one.post(url, data=again).status_code == 302
    assert look.get_one(Ticket, records.tickets[1]).summary == "theirs"


def test_every_record_can_be_printed_with_where_and_when(
    pages: dict[str, Any], records: Records, sign_in: SignIn
) -> None:
    client = sign_in("manager")
    page = html.unescape(client.get(f"/admin/tickets/details/?id={records.tickets[0]}").text)
    assert 'data-action="print#now"' in page
    assert "云湖花园 · printed 2026-11-18 10:00 by 吴总" in page


def test_what_happened_to_a_colleague_in_another_estate_stays_there(
    world: World, session: DeskSession, now: datetime.datetime, sign_in: SignIn
) -> None:
    session.add(StaffAssignment(estate_id=world.other.id, staff_id=world.person("admin").id, role=Role.ADMIN))
    session.flush()
    colleague = world.person("technician2")
    staff.grant_role(Call(session, world.actor("admin"), now), [colleague], estate=world.other, role=Role.MANAGER)
    session.commit()
    address = f"/admin/staff/details/?id={colleague.id}"
    assert world.other.name in sign_in("admin").get(address).text
    page = sign_in("clerk").get(address).text
    assert colleague.name in page
    assert world.other.name not in page


def test_what_was_said_is_shown_in_the_history_until_it_is_erased(
    records: Records, sign_in: SignIn, session: DeskSession
) -> None:
    client, page = sign_in("manager"), f"/admin/tickets/details/?id={records.tickets[1]}"
    step = f"/admin/tickets/edit/?id={records.tickets[1]}"
    for summary in ("王强家漏水", "修好了"):
        given = {**filled(client.get(step).text), "summary": summary}
        assert client.post(step, data=given).status_code == 302
    for address in (page, "/admin/events/"):
        assert "王强家漏水" in client.get(address).text
    theirs = PersonalKey.register == "tickets", PersonalKey.record_id == records.tickets[1]
    session.execute(delete(PersonalKey).where(*theirs))
    session.commit()
    for address in (page, "/admin/events/"):
        told = client.get(address).text
        assert "王强家漏水" not in told
        assert "erased" in told


WAY = ["received", "dispatched", "accepted", "in progress", "done", "closed"]


@pytest.mark.parametrize(
    ("status", "way", "turn"),
    [
        (TicketStatus.RECEIVED, WAY, "Next step: Dispatch · 陈思"),
        (TicketStatus.DISPATCHED, WAY, "Next step: Accept · 王强"),
        (TicketStatus.IN_PROGRESS, WAY, "Next step: Finish · 王强"),
        (TicketStatus.WAITING, [*WAY[:4], "waiting", *WAY[4:]], "Next step: Resume · 王强"),
        (TicketStatus.CLOSED, WAY, None),
        (TicketStatus.CANCELLED, ["received", "cancelled"], None),
    ],
)
@only_sqlite
def test_a_record_says_where_it_is_and_whose_turn_it_is__JOB_1(
    status: TicketStatus,
    way: list[str],
    turn: str | None,
    session: DeskSession,
    world: World,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    ticket = ticket_in(world, status, now - datetime.timedelta(minutes=50))
    session.commit()
    page = reading.page(sign_in("clerk").get(f"/admin/tickets/details/?id={ticket.id}"))
    heading = reading.words(reading.one(page, "h1"))
    assert heading.startswith(f"{ticket.summary} {ticket.number} "), "called by its sentence"
    stages = reading.one(page, "ol.stages")
    assert [reading.words(node) for node in stages.css("li > span")] == way
    current = reading.one(stages, "[aria-current=step] > span")
    assert reading.words(current) == {"in_progress": "in progress"}.get(status.value, status.value)
    has_time = status is not TicketStatus.WAITING  # whose instant stands among its clocks
    assert bool(stages.css("[aria-current=step] > time")) is has_time
    turns = [reading.words(node) for node in page.css("p.turn")]
    assert [text.split(" · ")[:2] for text in turns] == ([turn.split(" · ")] if turn else [])


@only_sqlite
def test_the_history_says_to_whom_and_for_when__DSP_11(
    session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    ticket = ticket_in(world, TicketStatus.DISPATCHED, now - datetime.timedelta(hours=3))
    session.commit()
    page = reading.page(sign_in("clerk").get(f"/admin/tickets/details/?id={ticket.id}"))
    lines = [reading.words(node) for node in page.css(".history-head strong")]
    assert lines == ["Dispatch: engineering; 王强", "Register"]


@only_sqlite
def test_an_enquiry_is_answered_first_and_a_repair_dispatched__INT_5(
    session: DeskSession, world: World, now: datetime.datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    asked, broken = (
        ticket_in(world, TicketStatus.RECEIVED, now, kind=kind) for kind in (TicketKind.ENQUIRY, TicketKind.REPAIR)
    )
    session.commit()
    desk = reading.page(sign_in("clerk").get("/admin/?show=open"))
    for ticket, verb in ((asked, "answer"), (broken, "dispatch")):
        row = reading.row_of(desk, "/admin/tickets/details/", ticket.id)
        steps = [address for _text, address in reading.links(row) if "/step/" in address]
        assert steps == [f"/admin/tickets/step/{verb}/?id={ticket.id}"]
