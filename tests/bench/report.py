"""What came out: the table on the terminal, the JSON document, the tables of docs/performance.md."""

import datetime
import importlib.metadata
import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.measure import HALF, Measured, slope
from tests.bench.throughput import MEBIBYTES, SHARE, Throughput

STEEPEST = 0.1
HEAD = (
    f"{'database':10} {'rows':>9} {'scenario':24} {'ours p50':>9} {'p95':>9} {'floor p50':>9} {'p95':>9}"
    f" {'ratio':>7} {'bound':>5}"
)
PACKAGES = ("Flask", "Flask-Admin", "SQLAlchemy", "psycopg", "gunicorn")
BEGIN, END = "<!-- measured: begin (written by make bench) -->", "<!-- measured: end -->"


def line(one: Measured) -> str:
    """One scenario on the terminal."""
    return (
        f"{one.dialect:10} {one.rows:>9,} {one.name:24} {one.ours_p50:9.1f} {one.ours_p95:9.1f}"
        f" {one.floor_p50:9.1f} {one.floor_p95:9.1f} {one.ratio:7.2f} {one.bound:5g}  {one.verdict}"
    )


def throughput_line(one: Throughput) -> str:
    """Requests a second on the terminal."""
    return (
        f"{one.dialect:10} {one.rows:>9,} {'requests/s, 8 conn.':24} {one.ours:9.1f} {'':9} {one.floor:9.1f} {'':9}"
        f" {one.share:7.2f} {SHARE:>5g}  {one.verdict}  (a worker's peak: {one.mebibytes:.0f} MiB of {MEBIBYTES};"
        f" {one.mebibytes_sign_in:.0f} MiB with a sign-in)"
    )


def slopes(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """The slope of log p50 over log rows, of ours and of the floor, where several sizes were measured."""
    found: list[dict[str, Any]] = []
    series: dict[tuple[str, str], list[Measured]] = {}
    for one in measured:
        series.setdefault((one.dialect, one.name), []).append(one)
    for (dialect, name), points in series.items():
        if len({point.rows for point in points}) < 2:
            continue
        ours = slope([(point.rows, point.ours_p50) for point in points])
        floor = slope([(point.rows, point.floor_p50) for point in points])
        verdict = "ok" if ours <= STEEPEST else "over" if ours <= STEEPEST * HALF else "FAILS"
        verdict = verdict if points[0].grows else "-"
        found.append(
            {"dialect": dialect, "name": name, "ours": round(ours, 3), "floor": round(floor, 3), "verdict": verdict}
        )
    return found


def slope_line(one: dict[str, Any]) -> str:
    """The growth of one scenario on the terminal."""
    return f"{one['dialect']:10} {one['name']:24} ours {one['ours']:6.3f}  floor {one['floor']:6.3f}  {one['verdict']}"


def machine(databases: dict[str, str]) -> dict[str, str]:
    """When, on what, and with which versions was measured; *databases* as they call themselves."""
    found = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(" ", "minutes"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }
    found |= {name: importlib.metadata.version(name) for name in PACKAGES}
    return {**found, **databases}


def _processor() -> str:
    for text in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if text.startswith("model name"):
            return text.partition(":")[2].strip()
    return platform.machine()


def version_of(dialect: str, bare: Any) -> str:
    """How a database calls itself."""
    return sqlite3.sqlite_version if dialect == "sqlite" else str(bare.row("SHOW server_version")[0])


def document(
    facts: dict[str, str], measured: Sequence[Measured], served: Sequence[Throughput], requests: int
) -> dict[str, Any]:
    """Everything, for the JSON file; times in milliseconds."""
    return {
        "machine": facts,
        "requests": requests,
        "scenarios": [one.document() for one in measured],
        "throughput": [one.document() for one in served],
        "slopes": slopes(measured),
    }


def write_json(path: Path, found: dict[str, Any]) -> None:
    """The document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_markdown(path: Path, found: dict[str, Any]) -> None:
    """Put the tables between the marks of *path*; a new file holds nothing else."""
    tables = f"{BEGIN}\n\n{markdown(found)}\n{END}\n"
    text = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    path.write_text(before + tables + rest.partition(f"{END}\n")[2], encoding="utf-8")


def markdown(found: dict[str, Any]) -> str:
    """The tables."""
    lines = [", ".join(f"{name} {value}" for name, value in found["machine"].items()) + ".", ""]
    lines += _table(
        ("database", "rows", "scenario", "ours p50", "p95", "floor p50", "p95", "ratio", "bound", ""),
        [
            (
                *(one["dialect"], f"{one['rows']:,}", one["name"]),
                *(f"{one[name]:.1f} ms" for name in ("ours_p50", "ours_p95", "floor_p50", "floor_p95")),
                *(f"{one['ratio']:.2f}", f"{one['bound']:g}", one["verdict"]),
            )
            for one in found["scenarios"]
        ],
    )
    if found["throughput"]:
        lines += _table(
            (
                "database",
                "rows",
                "ours, requests/s",
                "floor",
                "share",
                "bound",
                "worker's peak memory",
                "with a sign-in",
                "",
            ),
            [
                (
                    *(one["dialect"], f"{one['rows']:,}", f"{one['ours']:.0f}", f"{one['floor']:.0f}"),
                    *(f"{one['share']:.2f}", f"{one['bound']:g}", f"{one['mebibytes']:.0f} MiB"),
                    *(f"{one['mebibytes_sign_in']:.0f} MiB", one["verdict"]),
                )
                for one in found["throughput"]
            ],
        )
    if found["slopes"]:
        lines += _table(
            ("database", "scenario", "slope of ours", "of the floor", ""),
            [
                (one["dialect"], one["name"], f"{one['ours']:.3f}", f"{one['floor']:.3f}", one["verdict"])
                for one in found["slopes"]
            ],
        )
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]
