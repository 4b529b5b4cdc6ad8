"""The words of the training estate, read from the TOML files beside this module."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from models.staff import Department
from models.tickets import TicketKind, WaitingReason


@dataclass(frozen=True)
class Report:
    """What is said, what the technician or the desk writes in the end, and words in the names of fitting places."""

    summary: str
    detail: str
    result: str
    where: str = ""
    wish: str | None = None


@dataclass(frozen=True)
class Theme:
    """One sort of trouble, charged now and then (``fee_yuan``), in ``common`` places, and whether it ``spreads``."""

    kind: TicketKind
    department: Department
    category: str
    weight: int
    wishes: tuple[str, ...]
    reports: tuple[Report, ...]
    fee_yuan: int
    common: bool
    spreads: bool


@functools.cache
def words(name: str) -> Mapping[str, Any]:
    """The parsed file *name* (``texts``, ``complaints``, …) of this package."""
    return tomllib.loads(files("seed").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def themes() -> tuple[Theme, ...]:
    """All sorts of trouble."""
    return tuple(
        Theme(
            kind=TicketKind(row["kind"]),
            department=Department(row["department"]),
            category=row["category"],
            weight=row["weight"],
            wishes=tuple(row["wishes"]),
            reports=tuple(Report(*report) for report in row["reports"]),
            fee_yuan=row.get("fee", 0),
            common=row.get("common", False),
            spreads=row.get("spreads", False),
        )
        for row in words("texts")["themes"]
    )


def english_report(category: str) -> Report | None:
    """What an English-speaking resident says about trouble of *category*, None where nothing is written."""
    said = words("texts")["english"].get(category)
    if said is None:
        return None
    summary, detail, wish = said
    return Report(summary, detail, words("texts")["english_results"][category], wish=wish)


def answered(kind: TicketKind | None) -> tuple[Report, ...]:
    """Questions and suggestions with the desk's answer; enquiries in English for None."""
    return tuple(Report(*row) for row in words("texts")["answered"][kind.value if kind else "english"])


def waiting_notes(reason: WaitingReason) -> Sequence[str]:
    """What is noted when a job waits for *reason*."""
    notes: list[str] = words("texts")["waiting"][reason.value]
    return notes


def phrases(name: str) -> Sequence[str]:
    """Short sentences for one purpose (``chases``, ``withdrawn`` …)."""
    found: list[str] = words("texts")["phrases"][name]
    return found
