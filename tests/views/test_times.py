"""Times as they are typed into a form: read by the field, said back in words, and asked for by the page meanwhile."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from models.quick_times import Toward
from models.session import DeskSession
from models.tickets import Ticket
from tests.factories import World
from tests.marks import only_sqlite
from tests.reading import one, page, words
from views.forms.times import quick_texts, read_time, time_in_words

NEW = "/admin/tickets/intake/"


@only_sqlite
def test_the_page_says_what_a_typed_time_means(
    sign_in: Callable[..., FlaskClient], world: World, now: datetime.datetime
) -> None:
    client = sign_in("clerk")
    ask = lambda **about: client.get("/admin/times/", query_string=about).get_json()  # noqa: E731
    assert now == datetime.datetime(2026, 11, 18, 2, 0, tzinfo=datetime.UTC), "ten in the morning there, a Wednesday"
    assert ask(text="+30", toward="ahead", ends="true") == {
        "value": "2026-11-18 10:30", "words": "Wed 18 Nov, 10:30", "window": False,
    }  # fmt: skip
    begins = ask(text="明天下午", toward="ahead", ends="false")
    assert (begins["value"], begins["window"]) == ("2026-11-19 13:30", True)
    assert ask(text="明天下午", toward="ahead", ends="true")["value"] == "2026-11-19 18:00"
    assert ask(text="2026年11月20日 下午3点", toward="ahead")["value"] == "2026-11-20 15:00"
    assert set(ask(text="周八", toward="ahead")) == set(ask(text="+30", toward="behind")) == {"problem"}
    assert client.get("/admin/times/?text=").get_json().keys() == {"problem"}
    assert client.application.test_client().get("/admin/times/?text=%2B30").status_code == 302


@only_sqlite
def test_without_scripts_the_page_that_answers_says_which_time_was_read__INT_5(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], session: DeskSession, world: World
) -> None:
    client = sign_in("clerk")
    typed = {"kind": "repair", "severity": "ordinary", "channel": "phone", "promised_at": "半小时后"}
    answer = post(client, NEW, **typed, visit_from="周八")
    assert answer.status_code == 400
    shown = page(answer.text)
    held = [one(shown, f"#{name}").attributes["value"] for name in ("promised_at", "visit_from")]
    assert held == ["2026-11-18 10:30", "周八"], "nothing was lost"
    assert words(one(shown, "#promised_at-said")) == "Wed 18 Nov, 10:30"
    assert "This is no time that can be read" in words(one(shown, "#visit_from-error"))
    about = {
        "summary": "灯不亮",
        "place": "大堂",
        "reporter_name": "王",
        "team_id": str(next(iter(world.teams.values())).id),
    }
    made = post(client, NEW, **typed, **about, visit_from="明天上午", visit_until="明天上午")
    assert made.status_code == 302, made.text
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    assert (ticket.visit_from, ticket.visit_until) == (
        datetime.datetime(2026, 11, 19, 0, 30, tzinfo=datetime.UTC),
        datetime.datetime(2026, 11, 19, 4, 0, tzinfo=datetime.UTC),
    )


@only_sqlite
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
@pytest.mark.parametrize("hour", [0, 1, 9, 15])
def test_what_stands_beside_a_field_is_read_by_it_in_each_language_at_each_hour(
    app: Flask, world: World, hour: int, language: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language.replace("_", "-")}):
        g.current_estate, g.now = world.estate, datetime.datetime(2026, 11, 18, hour, 5, tzinfo=datetime.UTC)
        for toward in Toward:
            for ends in (True, False):
                for text in quick_texts(toward, ends=ends):
                    assert time_in_words(read_time(text, toward, ends=ends)), text


@only_sqlite
def test_another_year_is_said(app: Flask, world: World) -> None:
    with app.test_request_context("/"):
        g.current_estate, g.now = world.estate, datetime.datetime(2026, 11, 18, 2, tzinfo=datetime.UTC)
        assert time_in_words(datetime.datetime(2027, 1, 4, 1, 0, tzinfo=datetime.UTC)) == "Mon 4 Jan 2027, 09:00"
        assert time_in_words(None) == ""
