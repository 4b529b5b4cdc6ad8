"""The benchmark still works: every scenario gives the right answer on both sides. No time is looked at here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.pool import NullPool

from models.events import broken_seals
from models.personal import Keyring
from models.session import DeskSession, open_engine
from tests.bench.bare import Bare
from tests.bench.ground import Unavailable, filled
from tests.bench.measure import Bench, Measured, measure, slope
from tests.bench.report import BEGIN, END, document, write_markdown
from tests.bench.run import opened
from tests.bench.scenarios import SCENARIOS
from tests.conftest import DIALECTS
from tests.fixed import DATA_KEY
from tests.marks import EVERYTHING

ROWS = 300


@pytest.fixture(scope="module", params=DIALECTS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Both applications on a small scale estate, where everything is asked for."""
    if not EVERYTHING:
        pytest.skip("the benchmark itself is tried by FRONTDESK_TEST_ALL=1 only")
    try:
        with filled(request.param, ROWS) as url, opened(url, ROWS) as made:
            made.kept["url"] = url
            yield made
    except Unavailable as error:
        pytest.skip(str(error))


def test_ours_and_the_floor_give_the_same_answer_in_every_scenario(bench: Bench) -> None:
    for scenario in SCENARIOS:
        assert measure(scenario, bench, requests=1, warm_up=0).found, scenario.name


def test_what_the_floor_writes_is_sealed_like_ours(bench: Bench) -> None:
    engine = open_engine(bench.kept["url"], poolclass=NullPool)
    with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
        assert list(broken_seals(session)) == []
    engine.dispose()


def test_a_bound_fails_the_run_when_it_is_passed_by_half() -> None:
    def verdict(ours: float) -> str:
        return Measured("one", "sqlite", 1, 2.0, 1, ours, ours, ours, 1.0, 1.0, 1.0, True, "x").verdict

    assert [verdict(2), verdict(2.5), verdict(3), verdict(3.1)] == ["ok", "over", "over", "FAILS"]


def test_growth_is_the_slope_of_the_logarithms() -> None:
    assert slope([(100, 5.0), (1000, 5.0), (10_000, 5.0)]) == pytest.approx(0)
    assert slope([(100, 1.0), (1000, 10.0), (10_000, 100.0)]) == pytest.approx(1)


def test_the_tables_replace_those_that_were_measured_before(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Heading\n\n{BEGIN}\nold\n{END}\n\nThe end.\n", encoding="utf-8")
    measured = [Measured("list", "sqlite", rows, 4.0, 1, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, True, "x") for rows in (10, 100)]
    write_markdown(page, document({"date": "today"}, measured, [], 1))
    text = page.read_text(encoding="utf-8")
    assert "old" not in text
    assert "| sqlite | 100 | list | 2.0 ms | 2.0 ms | 1.0 ms | 1.0 ms | 2.00 | 4 | ok |" in text
    assert "| sqlite | list | 0.000 | 0.000 | ok |" in text
    assert text.startswith("# Heading\n")
    assert text.endswith("\n\nThe end.\n")


def test_marks_of_statements_are_translated_for_sqlite_only(tmp_path: Path) -> None:
    bare = Bare(f"sqlite:///{tmp_path}/empty.db")
    assert bare.row("SELECT %s + %s", 1, 2) == (3,)
    bare.close()
