"""Measuring: ours and the floor in turn, in one process, each answer checked; only the answering is timed."""

import datetime
import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.bench.bare import Bare
from tests.bench.ground import Samples

WARM_UP = 3
FEWEST = 3
"""So many requests are made even where they take long."""
HALF = 1.5
"""A bound that is passed by half fails the run."""


class WrongAnswer(Exception):
    """Ours and the floor do not say or write the same."""


@dataclass
class Bench:
    """Both applications on one database, somebody signed in to each, and a connection of our own to look and undo."""

    ours_app: Flask
    floor_app: Flask
    ours: FlaskClient
    floor: FlaskClient
    token: str
    bare: Bare
    samples: Samples
    rows: int
    now: datetime.datetime
    """Stands still for both, so that no clock runs out between one answer and the other."""
    kept: dict[str, Any] = field(default_factory=dict)


Act = Callable[[], Any]


@dataclass
class Scenario:
    """One thing to measure. ``ours`` and ``floor`` prepare a turn and return what is timed."""

    name: str
    bound: float
    ours: Callable[[Bench, int], Act]
    floor: Callable[[Bench, int], Act]
    seen: Callable[[Bench, Any], Any]
    """What an answer (of either side) says or has written; has to be the same on both sides."""
    undo: Callable[[Bench], None] | None = None
    begin: Callable[[Bench], None] | None = None
    page: Callable[[Bench], str] | None = None
    """Our address, of a scenario that only reads."""
    share: float = 1.0
    """Which part of the asked number of requests is made: less where one takes long."""
    grows: bool = True
    """Whether its time has to be independent of the number of rows."""


@dataclass
class Measured:
    """What came out of one scenario on one database; milliseconds. ``cpu`` is the median of this process's own time:
    on a busy machine, and on SQLite only, the better comparison."""

    name: str
    dialect: str
    rows: int
    bound: float
    requests: int
    ours_p50: float
    ours_p95: float
    ours_cpu: float
    floor_p50: float
    floor_p95: float
    floor_cpu: float
    grows: bool
    found: str

    @property
    def ratio(self) -> float:
        """How many times the floor's time ours takes."""
        return self.ours_p50 / self.floor_p50

    @property
    def verdict(self) -> str:
        """``ok``, ``over`` the bound, or ``FAILS``: over it by half."""
        return "ok" if self.ratio <= self.bound else "over" if self.ratio <= self.bound * HALF else "FAILS"

    def document(self) -> dict[str, Any]:
        """For the JSON file; times in milliseconds, or requests a second."""
        return {**asdict(self), "ratio": round(self.ratio, 3), "verdict": self.verdict}


def measure(scenario: Scenario, bench: Bench, requests: int, warm_up: int = WARM_UP) -> Measured:
    """Round-robin, the first of each pair changing; raises WrongAnswer where the two do not agree."""
    if scenario.begin is not None:
        scenario.begin(bench)
    count = math.ceil(requests * scenario.share)
    if scenario.share < 1:
        count, warm_up = max(count, min(requests, FEWEST)), min(warm_up, 1)
    times: dict[str, list[float]] = {"ours": [], "floor": []}
    spent: dict[str, list[float]] = {"ours": [], "floor": []}
    sides = [("ours", scenario.ours), ("floor", scenario.floor)]
    found: Any = None
    gc.collect()
    for turn in range(-warm_up, count):
        answers = {}
        for name, prepare in sides if turn % 2 else reversed(sides):
            act = prepare(bench, turn + warm_up)
            worked, started = time.process_time(), time.perf_counter()
            answer = act()
            elapsed, used = time.perf_counter() - started, time.process_time() - worked
            answers[name] = scenario.seen(bench, answer)
            if scenario.undo is not None:
                scenario.undo(bench)
            if turn >= 0:
                times[name].append(elapsed * 1000)
                spent[name].append(used * 1000)
        if answers["ours"] != answers["floor"] or not answers["ours"]:
            raise WrongAnswer(
                f"{scenario.name}, turn {turn}: ours {short(answers['ours'])}, floor {short(answers['floor'])}"
            )
        found = answers["ours"]
    return Measured(
        name=scenario.name,
        dialect="sqlite" if bench.bare.is_sqlite else "postgresql",
        rows=bench.rows,
        bound=scenario.bound,
        requests=count,
        ours_p50=round(statistics.median(times["ours"]), 3),
        ours_p95=round(percentile(times["ours"], 0.95), 3),
        ours_cpu=round(statistics.median(spent["ours"]), 3),
        floor_cpu=round(statistics.median(spent["floor"]), 3),
        floor_p50=round(statistics.median(times["floor"]), 3),
        floor_p95=round(percentile(times["floor"], 0.95), 3),
        grows=scenario.grows,
        found=short(found),
    )


def percentile(values: list[float], part: float) -> float:
    """The value that *part* of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * part) - 1)]


def short(found: Any) -> str:
    """What was found, in a few words."""
    text = str(found)
    return text if len(text) < 160 else f"{text[:160]}…"


def slope(points: list[tuple[int, float]]) -> float:
    """The slope of log time over log rows: 0 is independent of the rows, 1 is proportional to them."""
    pairs = [(math.log(rows), math.log(value)) for rows, value in points]
    return statistics.linear_regression([x for x, _ in pairs], [y for _, y in pairs]).slope
