"""How values become words: money, times, lists, what is left of a deadline, and how HTML of our own is written."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask_babel import force_locale
from markupsafe import Markup

from models.base import UNREADABLE_DAY, UNREADABLE_INSTANT
from models.errors import Msgid, OperationRefused, Phrase
from models.sentences import ColumnName, TableName
from models.tickets import Ticket, TicketKind
from tests.factories import World
from tests.fixed import NOW
from tests.marks import only_sqlite
from views.forms.widgets import attributes
from views.words import cells, language

NOBODY: Any = []
FIVE: Any = 5
NOTHING: Any = None
MINUTE, HOUR, DAY = (datetime.timedelta(minutes=count) for count in (1, 60, 1440))
AT = datetime.datetime(2026, 11, 22, 16, 5, 9, tzinfo=datetime.UTC)


@pytest.fixture(params=["en", "zh_Hans_CN"])
def reader(app: Flask, world: World, request: pytest.FixtureRequest) -> Iterator[str]:
    """Who reads English, and who reads Chinese, in an estate at UTC+8."""
    with app.test_request_context("/"), force_locale(request.param):
        g.language, g.current_estate = request.param, world.estate
        yield request.param


LEFT = [
    (2 * HOUR, "", "2 h left"),
    (2 * HOUR - MINUTE, ' class="soon"', "1 h left"),
    (HOUR, ' class="soon"', "1 h left"),
    (HOUR - MINUTE, ' class="soon"', "59 min left"),
    (0 * MINUTE, ' class="soon"', "0 min left"),
    (-MINUTE, ' class="late"', "overdue 1 min"),
    (-59 * MINUTE, ' class="late"', "overdue 59 min"),
    (-HOUR, ' class="late"', "overdue 1 h"),
    (48 * HOUR - MINUTE, "", "47 h left"),
    (48 * HOUR, "", "2 days left"),
    (-3 * DAY, ' class="late old"', "overdue 3 days"),
]


@only_sqlite
@pytest.mark.parametrize(("left", "kind", "text"), LEFT)
def test_a_deadline_says_what_is_left_and_how_urgent_it_is(
    reader: str, left: datetime.timedelta, kind: str, text: str
) -> None:
    if reader != "en":
        return
    shown = cells.deadline(NOW + left)
    moment = (NOW + left).isoformat()[:16]
    local = language.local_time(NOW + left)
    expected = f'<time{kind} datetime="{moment}Z" title="{local}">{text}</time>'
    assert shown == expected
    assert cells.deadline(NOW + left, ended=True) == local


@only_sqlite
def test_nothing_is_a_dash_and_what_cannot_be_read_is_said_so(reader: str) -> None:
    unreadable = {"en": "unreadable"}.get(reader, "无法读取")
    for show in (cells.deadline, language.local_time, language.money, cells.value_text, cells.lines, language.in_words):
        assert show(None) == "—", show
    for show in (cells.value_text, cells.lines, language.in_words):
        assert show("") == "—", show
    assert cells.value_text([]) == "—"
    assert cells.deadline(UNREADABLE_INSTANT) == language.local_time(UNREADABLE_INSTANT) == unreadable
    assert cells.value_text(UNREADABLE_DAY) == cells.value_text(UNREADABLE_INSTANT) == unreadable
    late = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    assert (language.local_moment(late), language.local_time(late)) == (None, unreadable)


@only_sqlite
def test_each_kind_of_value_has_its_words(reader: str) -> None:
    chinese = reader != "en"
    refusal = OperationRefused("JOB-6", Msgid("This needs one of these roles: %(roles)s."), roles=["x", "y"])
    ours = OperationRefused("STATE", Msgid("This needs one of these roles: %(roles)s."), roles=[])
    yes, no = ("是", "否") if chinese else ("yes", "no")
    for value, text in [
        (TicketKind.REPAIR, "报修" if chinese else "repair"),
        (True, yes),
        (False, no),
        (AT, "2026-11-23 00:05"),
        (AT.date(), "2026-11-22"),
        ("字", "字"),
        (7, "7"),
        (0, "0"),
    ]:
        assert language.in_words(value) == cells.value_text(value) == text, value
    assert cells.value_text(["a", TicketKind.REPAIR]) == ("a、报修" if chinese else "a, repair")
    between = "；" if chinese else "; "
    assert language.in_words(["a", True]) == f"a{between}{yes}"
    assert language.in_words(("a", "b")) == language.joined(["a", "b"]) == f"a{between}b"
    assert language.in_words(frozenset({"a"})) == "a"
    assert language.in_words(Msgid("Edit")) == language.say("Edit") == ("编辑" if chinese else "Edit")
    assert language.in_words(Phrase(Msgid("Search for at most %(count)s characters."), {"count": 3})).count("3") == 1
    assert language.in_words(ColumnName(Ticket.__table__.c.summary)) == ("摘要" if chinese else "Summary")
    assert language.in_words(TableName("tickets")) == ("报修工单" if chinese else "Tickets")
    assert language.in_words(refusal) == language.sentence(refusal)
    assert language.sentence(refusal).startswith("JOB-6：" if chinese else "JOB-6: This needs")
    assert language.sentence(ours) in ("This needs one of these roles: .", language.say(ours.message, roles=NOBODY))
    assert "STATE" not in language.sentence(ours)
    assert language.say("Search for at most %(count)s characters.", count_fen=FIVE, count=NOTHING).count("—") == 1


@only_sqlite
def test_marks_between_words_are_those_of_the_readers_language(reader: str) -> None:
    said = language.listed(["a", 1]), language.remarked("a", "b"), language.titled("a", "b"), language.clauses("a", "b")
    assert said == {"en": ("a, 1", "a (b)", "a: b", "a, b.")}.get(reader, ("a、1", "a（b）", "a：b", "a，b。"))
    assert language.is_chinese() is (reader != "en")


@only_sqlite
@pytest.mark.parametrize(
    ("fen", "yuan"), [(0, "¥0.00"), (5, "¥0.05"), (100, "¥1.00"), (123_456_789, "¥1,234,567.89"), (-5, "-¥0.05")]
)
def test_money_is_in_yuan(reader: str, fen: Any, yuan: str) -> None:
    assert language.money(fen) == yuan
    assert language.say("%(a_fen)s", **{"a_fen": fen}) == yuan


@only_sqlite
def test_times_are_those_of_the_estates_clock(reader: str) -> None:
    assert language.local_time(AT) == "2026-11-23 00:05"
    assert language.local_time(AT, seconds=True) == "2026-11-23 00:05:09"
    assert language.from_local(datetime.datetime(2026, 11, 23, 0, 5, 9)) == AT  # noqa: DTZ001  # a wall clock
    g.current_estate = None
    assert language.local_time(AT) == "2026-11-23 00:05", "where no estate is shown, China's"
    assert language.local_today() == (NOW + 8 * HOUR).date()


def test_html_is_escaped_once_and_words_leave_their_marks_behind() -> None:
    assert cells.escaped("a<b>&'\"") == "a&lt;b&gt;&amp;&#39;&#34;"
    assert cells.escaped(Markup("<b>")) == "<b>"
    assert cells.escaped(7) == "7"
    assert cells.lines("a\n<b>") == '<span class="multiline">a\n&lt;b&gt;</span>'
    assert cells.coloured("red", "<x>") == '<span class="pill pill-red">&lt;x&gt;</span>'
    texts = {
        Markup("<b>a  b</b>"): "a b",
        Markup("<p><b>a</b> c</p>"): "a c",
        Markup("<b>a &amp; b</b>"): "a & b",
        Markup("—"): "",
        "—": "",
        "<b>": "<b>",
        "": "",
    }
    assert {shown: cells.as_text(shown) for shown in texts} == texts
    given: dict[str, Any] = {
        "class_": "x",
        "id": '"',
        "checked": True,
        "async_": True,
        "gone": False,
        "none": None,
        "maxlength": 0,
    }
    assert attributes(**given) == 'async checked class="x" id="&#34;" maxlength="0"'
    assert attributes() == ""
