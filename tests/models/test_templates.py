"""Texts with placeholders: what may stand in them, what is refused and where, and what they say."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from models.errors import OperationRefused, gettext_noop
from models.templates import LANGUAGES, LONGEST, Names, Text, read

WORD = gettext_noop("Number")
NAMES = Names(dict.fromkeys(("number", "room", "at", "ticket.room"), WORD), {"lines": {"name": WORD, "count": WORD}})
VALUES = {
    "number": "R1",
    "room": None,
    "ticket.room": "2-101",
    "at": datetime.datetime(2026, 11, 29, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai")),
    "lines": [{"name": "螺丝", "count": 2}, {"name": "{{ number }}"}],
}


def accepted(text: str, language: str = "en") -> Text:
    return read(text, NAMES, rule="NOT-2", place="body", language=language)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ number }}{% if room %} · {{ room }}{% endif %}", "R1"),
        ("{% if room %}a{% elif number == 'R1' and not room %}b{% else %}c{% endif %}", "b"),
        ("{% if number != 'R1' or not ticket.room %}a{% endif %}", ""),
        ("{{ ticket.room }}|{{ at | time }}|{{ at | date }}|{{ at | full_date }}|{{ at }}",
         "2-101|14:05|Nov 29|November 29, 2026|Nov 29 14:05"),
        ("{% for line in lines %}\n{{ line.name }} × {{ line.count }}\n{% endfor %}",
         "\n螺丝 × 2\n\n{{ number }} × \n"),
        ("{% raw %}{{ x }}{% endraw %}{# unsaid #}{{ number | date }}", "{{ x }}R1"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_says_what_it_names_and_what_is_empty_is_left_out(text: str, said: str) -> None:
    assert accepted(text).render(VALUES) == said


def test_times_are_written_as_the_language_writes_them() -> None:
    assert accepted("{{ at }} {{ at | full_date }}", LANGUAGES[0]).render(VALUES) == "11月29日 14:05 2026年11月29日"


REFUSED = [
    "{{ ''.__class__ }}", "{{ number.__class__.__mro__ }}", "{{ number.format }}", "{{ _number }}", "{{ self }}",
    "{{ 'a' * 10**9 }}", "{{ 9 ** 9 }}", "{{ -number }}", "{{ number ~ room }}", "{{ 'a' }}", "{{ 1 }}", "{{ true }}",
    "{{ number() }}", "{{ range(10) }}", "{{ number[0] }}", "{{ number[:2] }}", "{{ ticket['room'] }}",
    "{{ number | upper }}", "{{ number | attr('x') }}", "{{ at | date('x') }}", "{{ at | date | time }}",
    "{{ number if room }}", "{{ number is defined }}", "{{ number == 'x' }}", "{{ (number, room) }}", "{{ [number] }}",
    "{{ {'a': number} }}", "{{ ticket }}", "{{ lines }}", "{{ ticket.room.x }}", "{{ ⅸ }}", "{{ ｎumber }}",
    "{% if 1 %}{% endif %}", "{% if number < 3 %}{% endif %}", "{% if number == room %}{% endif %}",
    "{% if 'a' in number %}{% endif %}", "{% if number == 'a' == 'b' %}{% endif %}", "{% if number() %}{% endif %}",
    "{% for a in number %}{% endfor %}", "{% for a in range(9) %}{% endfor %}", "{% for a, b in lines %}{% endfor %}",
    "{% for a in lines %}{% for b in lines %}{% endfor %}{% endfor %}", "{% for a in lines if a.name %}{% endfor %}",
    "{% for a in lines recursive %}{% endfor %}", "{% for number in lines %}{% endfor %}",
    "{% for a in lines %}{{ a }}{% endfor %}", "{% for a in lines %}{{ loop.index }}{% endfor %}",
    "{% for a in lines %}{% endfor %}{{ a.name }}", "{% for _a in lines %}{% endfor %}",
    "{% set x = 1 %}", "{% set x %}1{% endset %}", "{% with x = 1 %}{% endwith %}", "{% macro x() %}{% endmacro %}",
    "{% call x() %}{% endcall %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% include 'x' %}",
    "{% extends 'x' %}", "{% block x %}{% endblock %}", "{% filter date %}x{% endfilter %}",
    "{% autoescape true %}{% endautoescape %}", "{% do number %}", "{{ number", "{% if number %}", "{{ }}", "{% %}",
    "{{ " + "(" * 6000 + "number" + ")" * 6000 + " }}", "{{ " + "9" * 5000 + " }}", "{% if " + "not " * 900 + "room %}",
    "{% if number %}" * 8 + "{% endif %}" * 8, "{% if number %}" * 900 + "{% endif %}" * 900,
    "{{ number }}" * 1001, "a" * 20_001,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_whatever_else_jinja_knows_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(OperationRefused) as refusal:
        accepted(text)
    assert (refusal.value.rule, refusal.value.field) == ("NOT-2", "body")


def test_a_refusal_says_the_line_what_it_is_and_which_names_there_are() -> None:
    with pytest.raises(OperationRefused) as refusal:
        accepted("one\ntwo {{ rooom }}")
    assert str(refusal.value) == (
        "NOT-2: Line 2: there is no “rooom”. You may write these names: number, room, at, ticket.room, lines: name, "
        "count."
    )
    with pytest.raises(OperationRefused, match="Line 3: not allowed here: a call"):
        accepted("\n\n{{ number() }}")


def test_what_comes_out_has_a_bound_however_many_lines_there_are() -> None:
    many = {"lines": [{"name": "x" * 1000}] * 5000}
    said = accepted("{% for line in lines %}{{ line.name }}{% endfor %}").render(many)
    assert (len(said), said[-1]) == (LONGEST, "…")
    assert accepted("{{ number }}").render({"number": "abcdef"}, 4) == "abc…"
