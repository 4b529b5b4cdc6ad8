"""The page of calendar days says which year has no official calendar yet (SET-2)."""

import datetime
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.call import Call
from models.operations import settings
from models.session import DeskSession
from models.settings import CalendarDay, DayKind
from tests.factories import World
from tests.views.test_lists import statements
from tests.views.test_statements import READING, asked

PAGE = "/admin/calendar-days/"
KNOWN = datetime.datetime(2025, 6, 2, 2, 0, tzinfo=datetime.UTC)
UNKNOWN = datetime.datetime(2099, 6, 1, 2, 0, tzinfo=datetime.UTC)


def sentences(client: FlaskClient) -> list[int]:
    """The years that the page names."""
    text = client.get(PAGE).text
    return [year for year in range(2020, 2110) if f"The official calendar of {year} is not in this program yet" in text]


@pytest.mark.parametrize("username", ["manager", "clerk"])
def test_a_year_without_official_calendar_is_named_until_days_are_written_by_hand__SET_2(
    username: str, app: Flask, session: DeskSession, world: World, sign_in: Callable[..., FlaskClient]
) -> None:
    app.config["FRONTDESK_NOW"] = UNKNOWN
    client = sign_in(username)
    assert sentences(client) == [2099, 2100]
    with statements(app) as seen:
        client.get(PAGE)
    assert len(asked(seen)) <= READING["index_view"]
    own = CalendarDay(estate_id=world.estate.id, day=datetime.date(2099, 10, 1), kind=DayKind.OFF, name="国庆节")
    settings.register_calendar_days(Call(session, world.actor("manager"), UNKNOWN), [own]).one()
    session.commit()
    assert sentences(client) == [2100]


def test_nothing_is_said_where_both_calendars_are_known__SET_2(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    app.config["FRONTDESK_NOW"] = KNOWN
    assert sentences(sign_in("manager")) == []
