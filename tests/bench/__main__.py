"""``python -m tests.bench`` (``make bench``): Front Desk against a hand-written floor; see docs/performance.md."""

import argparse
import sys
from pathlib import Path

from tests.bench import report
from tests.bench.ground import Unavailable, filled
from tests.bench.measure import Measured, WrongAnswer
from tests.bench.run import opened, run
from tests.bench.scenarios import SCENARIOS
from tests.bench.throughput import Throughput, throughput

DIALECTS = ("sqlite", "postgresql")
SERVED = "requests/s"


def arguments() -> argparse.Namespace:
    """What the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", default="100000", help="how many tickets; several, 10000,100000, give the growth")
    parser.add_argument("--db", default=",".join(DIALECTS), help="sqlite, postgresql or both (default)")
    parser.add_argument("--scenarios", default="", help=f"only those whose name has one of these words; {SERVED} too")
    parser.add_argument("--requests", type=int, default=40, help="for each side of a scenario")
    parser.add_argument("--seconds", type=float, default=5, help="of each measuring of requests a second")
    parser.add_argument("--json", type=Path, help="write everything there")
    parser.add_argument("--markdown", type=Path, help="write the tables there, between their marks")
    asked = parser.parse_args()
    try:
        asked.rows = [int(text) for text in asked.rows.split(",")]
    except ValueError:
        parser.error("--rows wants numbers")
    asked.db = asked.db.split(",")
    if unknown := set(asked.db) - set(DIALECTS):
        parser.error(f"--db does not know {', '.join(sorted(unknown))}")
    words = [word for word in asked.scenarios.split(",") if word]
    asked.chosen = [one for one in SCENARIOS if not words or any(word in one.name for word in words)]
    asked.served = not words or any(word in SERVED for word in words)
    if not asked.chosen and not asked.served:
        parser.error("no scenario is called that")
    return asked


def say(text: str) -> None:
    """To standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """0; 1 where a bound is passed by half or the two sides disagree."""
    asked = arguments()
    measured: list[Measured] = []
    served: list[Throughput] = []
    databases: dict[str, str] = {}
    facts = report.machine({})
    say(report.HEAD)
    wrong = False
    for dialect in asked.db:
        for rows in asked.rows:
            sys.stderr.write(f"{dialect}: making {rows:,} tickets …\n")
            try:
                with filled(dialect, rows) as url, opened(url, rows) as bench:
                    databases[dialect] = report.version_of(dialect, bench.bare)
                    if asked.served:
                        pages = [one.page(bench) for one in SCENARIOS if one.page is not None]
                        served.append(throughput(bench, url, asked.seconds, pages))
                        say(report.throughput_line(served[-1]))
                    measured += run(bench, asked.chosen, asked.requests, lambda one: say(report.line(one)))
            except Unavailable as error:
                say(f"{dialect}: not measured: {error}")
            except WrongAnswer as error:
                say(f"{dialect}: WRONG ANSWER: {error}")
                wrong = True
    found = report.document({**facts, **databases}, measured, served, asked.requests)
    for one in found["slopes"]:
        say(report.slope_line(one))
    if asked.json:
        report.write_json(asked.json, found)
    if asked.markdown:
        report.write_markdown(asked.markdown, found)
    failed = [one.name for one in measured if one.verdict == "FAILS"]
    failed += [SERVED for one in served if one.verdict == "FAILS"]
    failed += [f"growth of {one['name']}" for one in found["slopes"] if one["verdict"] == "FAILS"]
    if failed:
        say(f"passed by half or more: {', '.join(dict.fromkeys(failed))}")
    return 1 if wrong or failed or not measured + served else 0


if __name__ == "__main__":
    sys.exit(main())
