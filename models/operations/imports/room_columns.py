"""How the rows of one file name their rooms, where building, stairwell and room stand in columns of their own. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from models.errors import OperationRefused, gettext_noop
from models.import_cells import says_nothing
from models.rooms import room_figures, room_key
from models.spreadsheets import RULE, SheetRow

_UNIT_COLUMNS = ("unit", "code")
_BUILDING_WORD = re.compile("[栋幢座]|号楼|#|(?<=[0-9A-Za-z])楼")
_SHORT = 2
"""Digits of the number of a stairwell, at most; 101-1 is a part of the room 101."""


class RoomColumns:
    """What all rows of a file show together: with 1栋 beside 2-101, the 2 is a stairwell, so it is in 1-101 (RES-1)."""

    def __init__(self, columns: Sequence[str | None]) -> None:
        self._at = {name: at for at, name in enumerate(columns) if name is not None}
        self._unit = next((self._at[name] for name in _UNIT_COLUMNS if name in self._at), None)
        self.has_buildings = False
        self.has_stairwells_in_rooms = False
        self.with_stairwells: set[str] = set()
        """Buildings of which some room is named with its stairwell."""

    def look(self, rows: Iterable[SheetRow]) -> None:
        """See how these *rows* name their rooms."""
        self.look_through([rows])

    def look_through(self, chunks: Iterable[Iterable[SheetRow]]) -> None:
        """See how the rows of a file name their rooms, chunk by chunk."""
        if self._unit is None or "building" not in self._at:
            return
        with_two_parts: set[str] = set()
        for code, building, stairwell in (self._place(row) for rows in chunks for row in rows):
            if not building or not code:
                continue
            self.has_buildings = True
            block, first = room_key(building), _stairwell_in(code)
            if stairwell:
                self.with_stairwells.add(block)
            elif first is not None and block:
                with_two_parts.add(block)
                self.has_stairwells_in_rooms |= first not in (block, block.rpartition("-")[2])
        if self.has_stairwells_in_rooms:
            self.with_stairwells |= with_two_parts

    def _place(self, row: SheetRow) -> tuple[str, str, str]:
        building, stairwell = (self._cell(row, self._at.get(name)) for name in ("building", "stairwell"))
        return self._cell(row, self._unit), building, stairwell

    @staticmethod
    def _cell(row: SheetRow, at: int | None) -> str:
        cell = row.cells[at] if at is not None and at < len(row.cells) else ""
        return "" if says_nothing(cell) and cell.strip() != "0" else cell

    def read(self, code: str, building: str | None, stairwell: str | None) -> tuple[str, str | None]:
        """Room and stairwell of a row. Refuses a row that leaves out what others of the file say."""
        if self.has_buildings and not building and _is_bare(code):
            message = gettext_noop(
                "The building is empty here, but not in other rows: write it in each row (%(code)s alone could be in "
                "any of them)."
            )
            raise OperationRefused(RULE, message, code=code)
        if not building:
            return code, stairwell
        first = None if stairwell else _stairwell_in(code)
        if first is not None and self.has_stairwells_in_rooms and room_key(building):
            own, room = room_figures(code).split("-")
            return room, own
        block = room_key(building)
        whole = first is not None and first == block
        if block in self.with_stairwells and not stairwell and (_is_bare(code) or whole):
            message = gettext_noop(
                "Other rows of the building %(building)s say the stairwell, this one does not (%(code)s): write it too."
            )
            raise OperationRefused(RULE, message, building=building, code=code)
        return code, stairwell

    # ------------------------------------------------------------- as it is kept with the file

    def facts(self) -> list[Any]:
        """What was seen, to be stored."""
        return [self.has_buildings, self.has_stairwells_in_rooms, sorted(self.with_stairwells)]

    def know(self, facts: Sequence[Any]) -> None:
        """Take what :meth:`facts` stored, before anything was seen."""
        if facts:
            self.has_buildings, self.has_stairwells_in_rooms, buildings = facts
            self.with_stairwells = set(buildings)


def _stairwell_in(code: str) -> str | None:
    """The first of the two parts of *code*, where it may be a stairwell: 1 of 1-101; None where it is none."""
    parts = room_key(code).split("-")
    if len(parts) != 2 or len(parts[0]) > _SHORT or _BUILDING_WORD.search(code):
        return None
    return parts[0] if parts[1][:1].isdigit() else None


def _is_bare(code: str) -> bool:
    """Whether *code* is the number of a room and nothing else."""
    key = room_key(code)
    return "-" not in key and key[:1].isdigit() and not _BUILDING_WORD.search(code)


def how_rooms_are_named(columns: Sequence[str | None], rows: Iterable[SheetRow]) -> list[Any]:
    """What *rows* show together of how they name their rooms, as :meth:`RoomColumns.facts` has it."""
    rooms = RoomColumns(columns)
    rooms.look(rows)
    return rooms.facts()
