"""Conditions as data: the same answer in Python and in both databases, refused where they say nothing, said back."""

import datetime
import random
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, insert, select
from sqlalchemy.engine import Engine

from models.base import Choice, Flag, LocalDate, LongText, ShortText, UTCDateTime, named
from models.calendar import WorkingCalendar
from models.conditions import OPERATORS, Asking, Condition, clause, in_words, kind_of, predicate, read
from models.errors import OperationRefused
from models.tickets import Ticket, TicketKind
from tests.marks import EVERYTHING

ROWS, TREES = 250, 4000 if EVERYTHING else 250  # 62,500 pairs
ZONE = ZoneInfo("Europe/London")
SPRING = datetime.datetime(2026, 3, 29, 0, 30, tzinfo=datetime.UTC)
"""Half an hour before the clocks of that zone go forward."""
WORDS = (
    "",
    "a",
    "A",
    "%",
    "_",
    "a_b",
    "50%",
    "ÄRGER",
    "ärger",
    "ａ１",
    "a1",
    "漏水",
    "漏水 3栋",
    "İ",
    "ı",
    "I",
    "ß",
    "\\",
    "'",
    "é",
    "é",
)
LABELS = ("title", "note", "kind", "urgent", "minutes", "on", "at", "team_id", "staff_id")


def table_of(metadata: MetaData) -> Table:
    Table("staff", metadata, Column("id", Integer, primary_key=True))
    Table("teams", metadata, Column("id", Integer, primary_key=True))
    return Table(
        "asked",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("title", ShortText(60), info=named("Title", words=True)),
        Column("note", LongText, info=named("Note", words=True)),
        Column("kind", Choice(TicketKind), info=named("Kind")),
        Column("urgent", Flag, info=named("Urgent")),
        Column("minutes", Integer, info=named("Minutes")),
        Column("on", LocalDate, info=named("Day")),
        Column("at", UTCDateTime, info=named("When")),
        Column("team_id", Integer, ForeignKey("teams.id"), info=named("Team")),
        Column("staff_id", Integer, ForeignKey("staff.id"), info=named("Person")),
        Column("id_number", ShortText(60), info=named("ID number", personal=True)),
    )


class Chance:
    """Rows and trees drawn by chance, the same in every run."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311  # to be the same again

    def moment(self) -> datetime.datetime:
        minutes = self.draw.choice((-60, -30, -1, 0, 1, 30, 60, 1440, 5000, -5000))
        return SPRING + datetime.timedelta(minutes=minutes, microseconds=self.draw.choice((0, 0, 1)))

    def values(self) -> dict[str, Any]:
        pick = self.draw.choice
        return {
            "title": pick(WORDS),
            "note": pick(WORDS) + pick(WORDS),
            "kind": pick(list(TicketKind)),
            "urgent": pick((True, False)),
            "minutes": pick((-1, 0, 1, 2, 60)),
            "on": self.moment().date(),
            "at": self.moment(),
            "team_id": pick((1, 2, 3)),
            "staff_id": pick((1, 2, 3)),
        }

    def row(self, number: int) -> dict[str, Any]:
        return {"id": number} | {
            name: None if self.draw.random() < 0.2 else value for name, value in self.values().items()
        }

    def spelt(self, kind: str, value: Any) -> Any:
        if kind == "day":
            return self.draw.choice((value.isoformat(), "today", "+1 days", "-1 working_days", "+2 working_days"))
        if kind == "instant":
            zone = self.draw.choice((datetime.UTC, ZONE, ZoneInfo("Asia/Shanghai")))
            relative = ("now", "today", "+1 days", "-2 hours", "+30 minutes", "+1 working_days")
            return self.draw.choice((value.astimezone(zone).isoformat(),) * 3 + relative)
        return getattr(value, "value", value)

    def tree(self, columns: Any, depth: int = 0) -> dict[str, Any]:
        how = self.draw.choice(("leaf", "leaf", "leaf", "all", "any", "not")) if depth < 3 else "leaf"
        if how == "not":
            return {"not": self.tree(columns, depth + 1)}
        if how != "leaf":
            return {how: [self.tree(columns, depth + 1) for _each in range(self.draw.randint(1, 3))]}
        name = self.draw.choice(LABELS)
        kind = kind_of(columns[name]) or ""
        op = self.draw.choice(OPERATORS[kind])
        if op == "empty":
            return {"field": name, "op": op}
        given = [self.spelt(kind, "x" if (value := self.values()[name]) == "" else value) for _each in range(2)]
        if kind == "reference" and self.draw.random() < 0.3:
            given[0] = "me" if name == "staff_id" else "my_team"
        many = op in {"among", "between"}
        return {"field": name, "op": op, "value": given if many else given[0]}


@pytest.fixture
def asking() -> Asking:
    calendar = WorkingCalendar(ZONE, {day: [(540, 1080)] for day in range(5)}, {datetime.date(2026, 3, 30): []})
    return Asking(SPRING + datetime.timedelta(minutes=45), calendar, me=2, teams=(1, 3))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened
        opened.rollback()


def test_a_condition_has_the_same_answer_in_python_and_in_the_database__SET_1(
    connection: Connection, asking: Asking
) -> None:
    chance, metadata = Chance(20260329), MetaData()
    table = table_of(metadata)
    kinds = {"sqlite": {"BOOLEAN": "INTEGER"}}.get(connection.dialect.name, {})
    columns = ", ".join(
        f'"{column.name}" {kinds.get(written, written)}'
        for column in table.columns
        for written in [column.type.dialect_impl(connection.dialect).compile(connection.dialect)]
    )
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE asked ({columns})")
    rows = [chance.row(number) for number in range(ROWS)]
    connection.execute(insert(table), rows)
    differing = []
    trues = 0
    for _each in range(TREES):
        tree = chance.tree(table.c)
        condition: Condition = read(tree, table.c)
        in_database = set(connection.scalars(select(table.c.id).where(clause(condition, table.c, asking))))
        against = set(connection.scalars(select(table.c.id).where(~clause(condition, table.c, asking))))
        so = predicate(condition, table.c, asking)
        in_python = {row["id"] for row in rows if so(row)}
        trues += len(in_python)
        if in_database != in_python or against != {row["id"] for row in rows} - in_python:
            differing.append((tree, in_database ^ in_python))
    assert differing == []
    assert 0.2 < trues / (ROWS * TREES) < 0.8


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"all": []},
        {"all": {"field": "kind", "op": "empty"}},
        {"not": []},
        {"all": [{"field": "kind", "op": "empty"}], "any": []},
        {"field": "nowhere", "op": "empty"},
        {"field": ["kind"], "op": "empty"},
        {"field": "reporter_phone", "op": "empty"},
        {"field": "kind", "op": "contains", "value": "e"},
        {"field": "kind", "op": "is", "value": "nothing"},
        {"field": "kind", "op": "is"},
        {"field": "kind", "op": "is", "value": ["repair"]},
        {"field": "kind", "op": "empty", "value": "repair"},
        {"field": "kind", "op": "among", "value": []},
        {"field": "kind", "op": "is", "value": "repair", "sql": "1 = 1"},
        {"field": "summary", "op": "contains", "value": ""},
        {"field": "summary", "op": "contains", "value": "\0"},
        {"field": "summary", "op": "contains", "value": "\ud800"},
        {"field": "summary", "op": "contains", "value": 7},
        {"field": "due_at", "op": "before", "value": "2026-11-18 10:00"},
        {"field": "due_at", "op": "before", "value": "soon"},
        {"field": "due_at", "op": "between", "value": ["now"]},
        {"field": "assignee_id", "op": "is", "value": "my_team"},
        {"field": "assignee_id", "op": "is", "value": True},
        {"field": "repeats", "op": "more", "value": 2**63},
        {"any": [{"field": "kind", "op": "empty"}] * 60},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"field": "kind", "op": "empty"}}}}}}}},
    ],
)
def test_what_is_no_condition_is_refused_with_its_place__SET_1(data: Any) -> None:
    with pytest.raises(OperationRefused) as refused:
        read(data, Ticket.__table__.c)
    assert (refused.value.rule, refused.value.field) == ("SET-1", "condition")
    assert str(refused.value.values["place"]).startswith("condition")


def test_the_place_of_a_mistake_is_named__SET_1() -> None:
    good, bad = {"field": "kind", "op": "is", "value": "repair"}, {"field": "kind", "op": "is", "value": "x"}
    with pytest.raises(OperationRefused, match=r"condition\.all\[1\]\.not\[0\]: x is no value of Kind"):
        read({"all": [good, {"not": bad}]}, Ticket.__table__.c)


def test_a_condition_is_said_back_as_a_sentence__SET_1() -> None:
    columns = Ticket.__table__.c
    tree = {
        "all": [
            {"field": "kind", "op": "is", "value": "emergency"},
            {"not": {"field": "status", "op": "among", "value": ["closed", "cancelled"]}},
            {"field": "summary", "op": "empty"},
        ]
    }
    phrase = in_words(read(tree, columns), columns, lambda column, value: value)
    assert str(phrase) == ("all of: Kind is emergency; not: Status is one of closed; cancelled; Summary is empty")
