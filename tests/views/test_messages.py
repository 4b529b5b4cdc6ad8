"""What concerns a person: what others' acts told, unseen first, only of what may still be read, and seen by a POST."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select

from models.estates import Unit
from models.keys import Key, KeyApproval
from models.matters import ClockRun
from models.session import DeskSession
from models.settings import Clock
from models.told import Told, ToldKind
from tests import reading
from tests.factories import World
from tests.guards_off import guards_off
from tests.records import Records
from views.words.codes import CLOCK_NAMES

SignIn = Callable[..., FlaskClient]
Post = Callable[..., Any]


@pytest.fixture
def told(records: Records, world: World, session: DeskSession) -> Callable[..., int]:
    """Write one message to a person, about the first ticket where nothing else is said; there are no others."""
    session.execute(delete(Told))
    session.commit()

    def write(username: str, kind: ToldKind = ToldKind.NEW_JOB, **columns: Any) -> int:
        session.rollback()
        number = (session.scalar(select(Told.id).order_by(Told.id.desc()).limit(1)) or 0) + 1
        said = {
            "estate_id": world.estate.id,
            "register": "tickets",
            "record_id": records.tickets[0],
            "staff_id": world.person(username).id,
            "told_by_id": world.person("clerk").id,
            "kind": kind,
            "rule": "DSP-11",
            "at": datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC),
            "cause": f"event:{number}",
            **columns,
        }
        session.execute(insert(Told), [said])
        session.commit()
        found = session.scalars(select(Told.id).order_by(Told.id.desc()).limit(1)).one()
        session.rollback()
        return found

    return write


def kinds(client: FlaskClient, query: str = "") -> list[str]:
    """The kind of each message, in their order."""
    page = reading.page(client.get(f"/admin/mentions/{query}"))
    return [reading.words(head).partition(" ·")[0] for head in page.css(".mention .history-head")]


def test_a_message_says_what_about_what_who_when_and_by_which_rule(told, sign_in: SignIn, records: Records) -> None:
    told("supervisor")
    page = reading.page(sign_in("supervisor").get("/admin/mentions/"))
    (entry,) = page.css("li.mention")
    said = reading.words(entry)
    assert said.startswith("new job · ")
    assert reading.ids(entry, "/admin/tickets/details/") == [records.tickets[0]]
    for part in ("陈思", "2026-11-20 09:00", "DSP-11"):
        assert part in said, part


def test_each_sees_the_own_messages_unseen_first_then_the_latest(told, sign_in: SignIn, now) -> None:
    told("supervisor", ToldKind.CHASED)
    told("supervisor", ToldKind.ESCALATED, seen_at=now)
    told("supervisor", ToldKind.SERIOUS)
    told("manager", ToldKind.COMPLAINT)
    told("supervisor", ToldKind.NEW_JOB, withdrawn_at=now)
    told("supervisor", ToldKind.REASSIGNED, seen_at=now, withdrawn_at=now)
    supervisor = sign_in("supervisor")
    assert kinds(supervisor) == ["serious matter", "chased", "given to somebody else", "escalated"]
    assert kinds(supervisor, "?kind=chased") == ["chased"]
    assert kinds(sign_in("manager")) == ["complaint to the department"]
    assert "taken back" in supervisor.get("/admin/mentions/").text
    assert 'aria-label="2 messages not seen"' in supervisor.get("/admin/").text
    assert supervisor.get("/admin/mentions/?kind=nothing").status_code == 400


def test_messages_are_turned_over_page_by_page_each_once(told, sign_in: SignIn, session: DeskSession, now) -> None:
    first = told("supervisor")
    row = dict(session.execute(select(Told.__table__).where(Told.id == first)).one()._mapping)
    columns = {name: value for name, value in row.items() if name != "id"}
    many: list[dict[str, Any]] = [
        {**columns, "cause": f"event:{1000 + place}", "seen_at": now if place < 55 else None} for place in range(110)
    ]
    session.execute(insert(Told), many)
    session.commit()
    supervisor, address, found = sign_in("supervisor"), "/admin/mentions/", []
    for _turn in range(3):
        page = reading.page(supervisor.get(address))
        found.append(len(page.css("li.mention")))
        found.append(len(page.css("li.mention-new")))
        following = page.css_first("a[rel=next]")
        address = str(following.attributes["href"]) if following is not None else ""
    assert (found, address) == ([50, 50, 50, 6, 11, 0], "")


def test_an_opened_record_brings_the_form_by_which_its_messages_are_seen_and_a_get_writes_nothing(
    told, sign_in: SignIn, post: Post, records: Records
) -> None:
    mine, other = told("supervisor"), told("supervisor", record_id=records.tickets[1])
    told("manager")
    supervisor = sign_in("supervisor")
    address = f"/admin/tickets/details/?id={records.tickets[0]}"
    for _turn in range(2):
        form = reading.one(reading.page(supervisor.get(address)), "form[data-controller=seen]")
        assert [node.attributes["value"] for node in form.css("input[name=id]")] == [str(mine)]
        assert "New for you: new job" in reading.words(form)
    assert post(supervisor, form.attributes["action"], id=str(mine)).status_code == 302
    assert reading.page(supervisor.get(address)).css("form[data-controller=seen]") == []
    assert 'aria-label="1 message not seen"' in supervisor.get("/admin/").text
    assert post(supervisor, "/admin/mentions/seen/", all="1").status_code == 302
    assert "mention-link" not in supervisor.get("/admin/").text
    assert other != mine


def test_a_matter_is_watched_by_a_button_beside_its_title_and_found_among_what_one_watches(
    told, sign_in: SignIn, post: Post, records: Records
) -> None:
    clerk, register = sign_in("clerk2"), "/admin/tickets"
    address = f"{register}/details/?id={records.tickets[0]}"

    def offered() -> list[str]:
        forms = reading.page(clerk.get(address)).css(".title-actions form")
        return [reading.words(form) for form in forms if "watch" in str(form.attributes["action"])]

    assert offered() == ["Watch"]
    for verb, then in (("watch", "Stop watching"), ("stop_watching", "Watch"), ("watch", "Stop watching")):
        assert post(clerk, f"{register}/step/{verb}/?id={records.tickets[0]}").status_code == 302
        assert offered() == [then]
    assert reading.ids(reading.page(clerk.get(f"{register}/?flt_state=watched")), f"{register}/details/") == [
        records.tickets[0]
    ]
    told("clerk2", ToldKind.WATCHED)
    assert "; " in reading.words(reading.one(reading.page(clerk.get("/admin/mentions/?kind=watched")), ".mention-text"))
    told("clerk2", ToldKind.CHASED)
    assert (kinds(clerk), kinds(clerk, "?kind=watched")) == (["chased"], ["step on what you watch"])
    chips = reading.page(clerk.get("/admin/mentions/")).css(".chips .chip")
    assert [reading.words(chip) for chip in chips] == ["what concerns me 1", "what I watch 1"]
    assert "Choose “Watch” on the page of a matter" in sign_in("clerk").get("/admin/mentions/?kind=watched").text


def test_of_a_record_of_another_estate_nothing_but_its_number_is_shown(told, sign_in: SignIn, records: Records) -> None:
    told("stranger")
    page = reading.page(sign_in("stranger").get("/admin/mentions/"))
    (entry,) = page.css("li.mention")
    assert "You may no longer read this record." in reading.words(entry)
    assert reading.ids(entry, "/admin/tickets/details/") == []


def test_an_approval_is_called_by_its_key_and_room_and_a_limit_by_what_it_measures__KEY_3(
    told, sign_in: SignIn, records: Records, session: DeskSession, now
) -> None:
    approval = session.get_one(KeyApproval, records.ids["key_approvals"])
    key = session.get_one(Key, approval.key_id)
    number, room = key.number, session.scalars(select(Unit.code).where(Unit.id == key.unit_id)).one()
    run = session.execute(select(ClockRun.id, Clock.code).join(Clock, Clock.id == ClockRun.clock_id).limit(1)).one()
    session.rollback()
    told("supervisor", ToldKind.APPROVAL_REQUESTED, register="key_approvals", record_id=records.ids["key_approvals"])
    told("supervisor", ToldKind.MISSED, cause=f"clock_run:{run.id}:missed")
    page = reading.page(sign_in("supervisor").get("/admin/mentions/"))
    limit, asked = (reading.words(entry) for entry in page.css("li.mention"))
    assert asked.startswith(f"approval requested · {number} {room} ")
    assert limit.startswith("limit missed · ")
    assert f" {CLOCK_NAMES[run.code]}; 20" in limit


def test_the_empty_inbox_says_what_it_is_for(told, sign_in: SignIn) -> None:
    assert "a new job, a call that was repeated" in sign_in("auditor").get("/admin/mentions/").text


def test_a_message_with_a_cause_or_kind_of_another_program_breaks_nothing(told, sign_in: SignIn, session) -> None:
    told("supervisor", ToldKind.MENTION, cause="gate")
    with guards_off(session.connection()):
        session.connection().exec_driver_sql("UPDATE told SET kind = 'gate_open'")
    session.commit()
    told("supervisor", ToldKind.MENTION, cause="comment:x")
    assert len(kinds(sign_in("supervisor"))) == 2
