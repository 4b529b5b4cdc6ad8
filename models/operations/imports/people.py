"""Whom the rows of a file are about: what one row says, and what is known of a person by then."""

import datetime
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.import_cells import Masked
from models.names import name_key
from models.operations.residents import ResidentDraft
from models.residents import OccupancyKind, Resident, ResidentContact

Key = tuple[Any, ...]
Stay = tuple[int, OccupancyKind]


@dataclass
class Fact:
    """One row, read: the person it is about, by values that can be compared, and the unit."""

    at: int
    draft: ResidentDraft
    values: dict[str, Any]
    unit_id: int | None
    unit: str
    kind: OccupancyKind | None
    until: datetime.date | None = None
    """The last day in the unit, where the row says one."""
    hidden: dict[str, Masked] = field(default_factory=dict)
    """What the file has hidden in part, by column."""

    @property
    def name(self) -> str:
        return self.draft.name

    @functools.cached_property
    def called(self) -> str:
        """The name as it is recognised in any writing."""
        return name_key(self.name)

    @property
    def bare(self) -> bool:
        return "phone" not in self.values and "id_number" not in self.values


@dataclass
class Person:
    """Somebody of the register, or whom an earlier row of the file brings into it."""

    name: str
    values: dict[str, Any]
    resident: Resident | None = None
    draft: ResidentDraft | None = None
    contacts: Sequence[ResidentContact] = ()
    former: Sequence[str] = ()
    """The names of those who were merged into this one."""
    stays: dict[Stay, datetime.date | None] = field(default_factory=dict)
    """Unit and as what -> the last day, None while it lasts."""
    gaps: dict[str, Any] = field(default_factory=dict)
    """What rows of this chunk add to the register."""
    further: list[str] = field(default_factory=list)
    notes: list[tuple[ResidentContact, str]] = field(default_factory=list)
    """Numbers that rows of this chunk add to those the person has."""
    rows: list[int] = field(default_factory=list)

    @property
    def bare(self) -> bool:
        return "phone" not in self.values and "id_number" not in self.values

    @functools.cached_property
    def called(self) -> str:
        """The name as it is recognised in any writing."""
        return name_key(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """What the person is called, and those who were merged into this one."""
        return self.name, *self.former

    def lives_in(self, unit_id: int) -> bool:
        """Whether the person has the unit now, as whatever."""
        return any(unit == unit_id and until is None for (unit, _kind), until in self.stays.items())

    def marks(self) -> Iterable[Key]:
        if "id_number" in self.values:
            yield ("id", self.values["id_number"])
        for called in map(name_key, self.names):
            for digest in self.values.get("phone", ()):
                yield ("phone", called, digest)
            if self.bare:
                yield ("bare", called)
            for unit_id, kind in self.stays:
                yield ("unit", called, unit_id)
                yield ("unit", called, unit_id, kind)
