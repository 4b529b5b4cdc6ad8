"""Which language a page is in, and how values are shown in it."""

import datetime

import pytest
from flask_babel import force_locale

from models.base import LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.roles import Role
from models.sentences import ColumnName, TableName
from models.tickets import Ticket
from tests.factories import token
from tests.marks import only_sqlite
from views.words import language


def lang(answer):
    return answer.text.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans-CN"),
        ("zh", "zh-Hans-CN"),
        ("zh-TW", "zh-Hans-CN"),
        ("zh_Hans_CN", "zh-Hans-CN"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr,zh;q=0.5", "zh-Hans-CN"),
        ("fr,de;q=0.5", "en"),
        ("\x80;;;q=,", "en"),
    ],
)
@only_sqlite
def test_the_page_follows_the_browser(client, wanted, got):
    headers = {"Accept-Language": wanted} if wanted else {}
    assert lang(client.get("/login", headers=headers)) == got


def switch(client, wanted, path="/login", **more):
    data = {"language": wanted, "csrf_token": token(client, path), **more}
    return client.post("/account/language", data=data)


@only_sqlite
def test_the_switch_is_stronger_and_remembered(client):
    answer = switch(client, "zh_Hans_CN", next="/login")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert lang(client.get("/login", headers={"Accept-Language": "en"})) == "zh-Hans-CN"
    switch(client, "en")
    assert lang(client.get("/login", headers={"Accept-Language": "zh"})) == "en"


@only_sqlite
def test_a_language_there_is_not_is_refused(client):
    for wanted in ("", "fr", "../en", "zh"):
        assert switch(client, wanted).status_code == 400


@only_sqlite
def test_the_choice_goes_with_the_person_to_another_browser(sign_in, session, world):
    switch(sign_in("clerk"), "zh_Hans_CN", "/account/password")
    assert lang(sign_in("clerk").get("/account/password")) == "zh-Hans-CN"
    assert lang(sign_in("manager").get("/account/password")) == "en"


@only_sqlite
def test_the_switch_sends_nobody_away(client):
    assert switch(client, "en", next="//evil.com").location == "/admin/"


class Fruit(LabelledEnum):
    """For these tests."""

    APPLE = "apple", gettext_noop("repair")


@pytest.mark.parametrize(
    ("value", "english"),
    [
        (None, "—"),
        ("", "—"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        ("as it is", "as it is"),
        (Fruit.APPLE, "repair"),
        (Role.LEAD, "team lead"),
        (Msgid("Close"), "Close"),
        (datetime.date(2026, 11, 18), "2026-11-18"),
        (datetime.datetime(2026, 11, 18, 16, 5, tzinfo=datetime.UTC), "2026-11-19 00:05"),
        ([Fruit.APPLE, 1], "repair; 1"),
        (ColumnName(Ticket.__table__.columns["summary"]), "Summary"),
        (TableName("tickets"), "Tickets"),
        (OperationRefused("JOB-6", Msgid("Not %(what)s."), what=Fruit.APPLE), "JOB-6: Not repair."),
    ],
)
@only_sqlite
def test_values_are_shown_as_a_person_reads_them(app, value, english):
    with app.test_request_context():
        assert language.in_words(value) == english


@only_sqlite
def test_a_sentence_carries_its_rule_and_its_values(app):
    refusal = OperationRefused(
        "JOB-4",
        Msgid("%(due_fen)s of %(who)s since %(at)s is open: %(what)s."),
        due_fen=123456,
        who="张伟",
        at=datetime.datetime(2026, 11, 18, 2, tzinfo=datetime.UTC),
        what=[Fruit.APPLE] * 2,
    )
    with app.test_request_context():
        said = language.sentence(refusal)
    assert said == "JOB-4: ¥1,234.56 of 张伟 since 2026-11-18 10:00 is open: repair; repair."


@only_sqlite
def test_what_only_the_program_calls_a_rule_is_not_shown(app):
    with app.test_request_context():
        assert language.sentence(OperationRefused("ROLE", Msgid("No."))) == "No."


@only_sqlite
def test_the_command_line_can_speak_chinese_too(app):
    with app.app_context(), force_locale("zh_Hans_CN"):
        assert language.joined([1, 2]) == "1；2"
    with app.app_context():
        assert language.joined([1, 2]) == "1; 2"


@pytest.mark.parametrize(("fen", "shown"), [(None, "—"), (0, "¥0.00"), (5, "¥0.05"), (-5000, "-¥50.00")])
def test_money_is_shown_in_yuan(fen, shown):
    assert language.money(fen) == shown


@only_sqlite
def test_what_a_person_typed_is_meant_by_the_estates_clock(app):
    with app.test_request_context():
        typed = datetime.datetime(2026, 11, 18, 8, 30)  # noqa: DTZ001  # what a person types has no zone
        assert language.from_local(typed) == datetime.datetime(2026, 11, 18, 0, 30, tzinfo=datetime.UTC)
