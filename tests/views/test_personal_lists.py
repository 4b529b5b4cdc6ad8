"""What each person makes of a list: saved views, own and shared; columns, remembered; a record beside the list."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.operations import saved_views
from models.personal import keyring_of
from models.said import said
from models.saved_views import ColumnChoice, SavedView
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite, only_sqlite
from tests.records import Records

LIST = "/admin/tickets/"
Post = Callable[..., Any]
SignIn = Callable[..., FlaskClient]


def save(client: FlaskClient, post: Post, name: str, query: str = "flt_status=received", **fields: str) -> Any:
    return post(client, f"{LIST}views/", name=name, query=query, **fields)


def tabs(page: str) -> list[str]:
    """The names above the list."""
    return [reading.words(node) for node in reading.page(page).css("nav[aria-label='Saved views'] a")]


def test_a_saved_view_is_the_list_under_a_name_for_its_owner_alone(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    clerk = sign_in("clerk")
    answer = save(clerk, post, "  待派   单 ", "search=&flt_status=received&desc=0&sort=due_at")
    assert answer.headers["Location"].endswith("?desc=0&flt_status=received&sort=due_at")
    page = clerk.get(answer.headers["Location"]).text
    assert tabs(page) == ["All", "待派 单"]
    assert 'href="/admin/tickets/?desc=0&amp;flt_status=received&amp;sort=due_at" aria-current="page"' in page
    assert tabs(sign_in("clerk2").get(LIST).text) == []
    assert tabs(clerk.get("/admin/complaints/").text) == []
    event = look.scalars(select(Event).where(Event.register == "saved_views")).one()
    assert (event.verb, said(event, keyring_of(look)).after["name"]) == ("save", "待派 单")


def test_a_name_is_given_once_a_person_and_register(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    clerk = sign_in("clerk")
    save(clerk, post, "mine")
    page = clerk.get(save(clerk, post, "mine ").headers["Location"]).text
    assert "There is a view “mine” already." in page
    assert 'value="mine " aria-invalid="true" autofocus' in page
    assert "Give the view a name." in clerk.get(save(clerk, post, "   ").headers["Location"]).text
    assert "at most 60" in clerk.get(save(clerk, post, "长" * 61).headers["Location"]).text
    save(sign_in("clerk2"), post, "mine")
    post(clerk, "/admin/complaints/views/", name="mine", query="")
    assert look.scalar(select(func.count()).select_from(SavedView)) == 3
    assert save(clerk, post, "bad", "flt_nothing=1").status_code == 400
    assert save(clerk, post, "bad", "sort=password_hash").status_code == 400


def test_shared_views_are_made_by_leads_and_supervisors_and_seen_by_everybody_of_the_estate(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    clerk, supervisor = sign_in("clerk"), sign_in("supervisor")
    assert save(clerk, post, "for all", shared="1").status_code == 302
    assert tabs(clerk.get(LIST).text) == []
    save(supervisor, post, "for all", shared="1")
    assert tabs(clerk.get(LIST).text) == ["All", "for all shared"]
    save(sign_in("lead"), post, "engineering", shared="1")
    assert tabs(clerk.get(LIST).text) == ["All", "engineering shared", "for all shared"]
    view = look.scalars(select(SavedView).where(SavedView.name == "for all")).one()
    for wanted in ("rename", "share", "delete"):
        answer = post(clerk, f"{LIST}views/change/", id=str(view.id), do=wanted, name="other", query="")
        assert answer.status_code == 404
    assert sign_in("stranger").get(LIST).text.count("for all") == 0


def test_a_view_is_renamed_shared_and_deleted(records: Records, sign_in: SignIn, post: Post, look: DeskSession) -> None:
    manager = sign_in("manager")
    save(manager, post, "first")
    save(manager, post, "second")
    view = look.scalars(select(SavedView).where(SavedView.name == "first")).one()
    look.rollback()

    def change(**fields: str) -> Any:
        return manager.get(
            post(manager, f"{LIST}views/change/", id=str(view.id), query="", **fields).headers["Location"]
        ).text

    assert "There is a view “second” already." in change(do="rename", name="second")
    assert tabs(change(do="rename", name="third")) == ["All", "second", "third"]
    assert tabs(sign_in("clerk").get(LIST).text) == []
    change(do="share")
    assert tabs(sign_in("clerk").get(LIST).text) == ["All", "third shared"]
    assert tabs(change(do="delete")) == ["All", "second"]
    answer = post(manager, f"{LIST}views/change/", id=str(view.id), query="", do="delete")
    assert answer.status_code == 404
    look.rollback()
    verbs = look.scalars(select(Event.verb).where(Event.register == "saved_views").order_by(Event.id))
    assert list(verbs) == ["save", "save", "rename", "share", "delete"]


def test_chosen_columns_stand_in_the_address_and_are_remembered_for_the_person_and_register(
    records: Records, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    clerk = sign_in("clerk")
    answer = post(
        clerk, f"{LIST}columns/", column=["summary", "category", "reporter_phone"], query="sort=due_at&desc=0"
    )
    assert answer.headers["Location"].endswith("sort=due_at&desc=0&cols=number,summary,category,reporter_phone")
    assert headings(clerk.get(answer.headers["Location"]).text) == [
        "Number",
        "Summary",
        "Category",
        "Reporter's phone",
    ]
    page = clerk.get(LIST).text
    assert headings(page) == ["Number", "Summary", "Category", "Reporter's phone"]
    assert "138****5678" in page
    assert "13812345678" not in page
    assert 'name="cols" value="number,summary,category,reporter_phone"' in page
    assert headings(clerk.get(f"{LIST}?cols=status").text) == ["Number", "Status"]
    assert headings(sign_in("clerk2").get(LIST).text)[:3] == ["Number", "Status", "Due"]
    assert len(headings(clerk.get("/admin/complaints/").text)) > 4
    post(clerk, f"{LIST}columns/", standard="1", query="")
    assert headings(clerk.get(LIST).text)[:3] == ["Number", "Status", "Due"]
    assert look.scalar(select(func.count()).select_from(ColumnChoice)) == 1
    assert clerk.get(f"{LIST}?cols=password_hash").status_code == 400
    assert post(clerk, f"{LIST}columns/", column="reporter_phone_digest", query="").status_code == 400


def headings(page: str) -> list[str]:
    """The columns of the list."""
    return [reading.words(node).rstrip(" ↓↑") for node in reading.page(page).css("thead th[scope=col]")]


@first_sqlite
def test_every_list_shows_with_any_of_its_columns(pages: dict[str, Any], records: Records, sign_in: SignIn) -> None:
    client = sign_in("manager")
    for view in pages.values():
        if not hasattr(view, "choosable_columns"):
            continue
        for name in view.choosable_columns:
            answer = client.get(f"{view.url}/?cols={name}")
            assert answer.status_code == 200, (view.url, name)


def test_a_record_stands_beside_the_list_with_facts_history_and_next_steps(records: Records, sign_in: SignIn) -> None:
    client = sign_in("clerk")
    listed = client.get(f"{LIST}?flt_status=received").text
    assert 'data-preview-label-value="Preview"' in listed
    assert 'id="peek" method="get"' in listed
    assert 'name="flt_status" value="received"' in listed.partition('id="peek"')[2]
    beside = client.get(f"{LIST}?flt_status=received&preview={records.tickets[1]}").text
    aside = beside.partition("<aside")[2].partition("</aside>")[0]
    part = client.get(f"{LIST}preview/?id={records.tickets[1]}").text
    for text in (aside, part):
        assert "漏水 1" in text
        assert "Register" in text
        assert f"/admin/tickets/step/dispatch/?id={records.tickets[1]}" in text
        assert "13812345678" not in text
    assert "<html" not in part
    assert "<table" in beside
    assert client.get(f"{LIST}?preview=x").status_code == 400
    assert client.get(f"{LIST}?preview={records.foreign_ticket}").status_code == 404
    assert client.get(f"{LIST}preview/?id={records.foreign_ticket}").status_code == 404


def test_every_register_has_a_preview(pages: dict[str, Any], records: Records, sign_in: SignIn) -> None:
    client = sign_in("manager")
    for view in pages.values():
        if hasattr(view, "preview_of") and view.endpoint in records.ids:
            shown = client.get(f"{view.url}/details/?id={records.ids[view.endpoint]}")
            beside = client.get(f"{view.url}/preview/?id={records.ids[view.endpoint]}")
            assert beside.status_code == shown.status_code, view.url


@only_sqlite
def test_thirty_views_of_a_list_are_kept_and_no_more(
    world: World, session: DeskSession, now: datetime.datetime
) -> None:
    clerk = world.actor("clerk")

    def save(number: int) -> None:
        saved_views.save(
            Call(session, clerk, now), estate_id=world.estate.id, register="tickets", query="", name=f"view {number}"
        )

    for number in range(30):
        save(number)
    with pytest.raises(OperationRefused, match="30 views"):
        save(30)
