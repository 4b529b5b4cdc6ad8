"""``db upgrade`` and ``audit`` bring official days that the program has learnt, and say so once (SET-2)."""

import pytest
from sqlalchemy import func, select

from models.events import Event
from models.message_texts import MessageText, kinds
from models.operations.settings import official_days
from models.settings import CalendarDay
from tests.fixed import NOW


@pytest.fixture
def known():
    """What the commands find for an estate today: the sentence's part for each year, and the number of days."""
    year = NOW.year
    counts = [(each, len(official_days([each])[0])) for each in range(year - 1, year + 2)]
    return [(each, count) for each, count in counts if count]


def sentence(known, *codes):
    parts = [f"{code} {year} ({count} days)" for code in codes for year, count in known]
    return f"Official calendar added: {', '.join(parts)}.\n" if parts else ""


def days_of(world, *estates):
    query = select(func.count()).select_from(CalendarDay).where(CalendarDay.estate_id.in_([row.id for row in estates]))
    found = world.session.scalar(query)
    world.session.commit()
    return found


def test_an_upgrade_adds_the_official_days_and_says_so_once__SET_2(run_here, world, known):
    code, first, err = run_here("db", "upgrade")
    assert (code, err) == (0, "")
    assert first.endswith(sentence(known, "XL", "YH"))
    assert days_of(world, world.estate, world.other) == 2 * sum(count for _, count in known)
    assert world.session.scalar(select(func.count()).select_from(MessageText)) == 2 * len(list(kinds()))
    world.session.commit()
    code, again, err = run_here("db", "upgrade")
    assert (code, err) == (0, "")
    assert again == first.removesuffix(sentence(known, "XL", "YH"))
    assert run_here("verify")[0] == 0


def test_the_daily_audit_adds_them_first_as_the_system_account__SET_2(run_here, world, known):
    code, out, err = run_here("audit", "--estate", "YH", "--as", "clerk")
    assert (code, err) == (0, sentence(known, "YH"))
    assert out.startswith("YH ")
    assert days_of(world, world.other) == 0
    assert days_of(world, world.estate) == sum(count for _, count in known)
    query = select(Event.role, Event.source).where(Event.register == "calendar_days").distinct()
    assert {tuple(row) for row in world.session.execute(query)} == ({("system", "cli")} if known else set())
    assert run_here("audit", "--estate", "YH")[2] == ""


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--date", "2020-01-01")])
def test_what_only_looks_adds_nothing__SET_2(run_here, world, arguments):
    assert "Official calendar" not in "".join(run_here("audit", *arguments)[1:])
    assert days_of(world, world.estate, world.other) == 0
