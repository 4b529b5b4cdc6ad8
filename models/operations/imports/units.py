"""Rows of units out of a spreadsheet: new ones are registered, known ones get what the row says of them."""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.addresses import room_in_address
from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.estates import Estate, Unit, UnitUse
from models.import_columns import heading
from models.import_headings import UNITS
from models.operations import estates
from models.operations.imports.room_columns import RoomColumns
from models.residents import OccupancyKind
from models.rooms import room_figures, room_key
from models.session import DeskSession
from models.spreadsheets import RULE, SheetRow
from models.staff import Actor

Result = str | OperationRefused
"""What became of a row: "imported", "updated", "unchanged", or why it was refused."""


def hold_estate(session: DeskSession, estate_id: int) -> None:
    """Let no other import into this estate go on until the transaction ends: they would not see each other's rows."""
    session.execute(select(Estate.id).where(Estate.id == estate_id).with_for_update(key_share=True))


_PLACE_WORDS = re.compile("[栋幢座]|号?楼|单元|[室房户]|#|(?<=[0-9A-Za-z])号")
_BUILDING_WORD = re.compile("[栋幢座]|号?楼|#")
_BUILDING_IN = re.compile(r"[0-9A-Za-z]{1,4}\s*(?:[栋幢座]|号楼)")
_STAIRWELL_WORD = re.compile("单元")
_WITH_STAIRWELL = 3
"""Parts of a number with building, stairwell and room."""
_LEVELS = re.compile(r"([0-9A-Za-z]+)\s*(号楼|[栋幢座楼]|单元)?")
_OF_A_PLACE = re.compile(
    "(?:所在|所属|房屋|住宅|项目|小区|物业)?(?:"
    "[第几一二三四五六七八九十0-9]*期|分期|期数|期别|开发期|[^\\W\\d]{0,3}区|区域|区名|"
    "座|栋|楼|幢|楼栋|楼宇|楼座|栋座|楼层|层|层数|单元|梯|门洞|苑|组团|院|弄|巷"
    ")(?:号|编号|名称|名|数|代码)?"
    "|(?:the)?(?:building|block|tower|stair|stairs|stairwell|staircase|entrance|core|phase|zone|court|section|wing|"
    "floor|level)s?(?:no|number|name|code|id)?"
)
"""Whole headings, as :func:`heading` has them: 登记日期, 座机 and score name no place."""


def full_code(code: str, building: str | None, stairwell: str | None = None) -> str:
    """The number of a unit where columns of their own name building and stairwell (单元).

    "2302" of "2栋" is "2-2302", "101" of "88栋" "2单元" is "88-2-101"; what the number says already is not said twice.
    A number that is written in words ("88栋2单元101室") becomes its figures. Zeros before a figure stay as they are
    written, and make no difference: "03-1203" says building 3 already.
    """
    code = unicodedata.normalize("NFKC", code).strip()
    written = room_figures(code) if _PLACE_WORDS.search(code) else code
    block, stair, room = (room_key(part or "") for part in (building, stairwell, code))
    block_written, stair_written, rest = (room_figures(part or "") for part in (building, stairwell, code))
    if not stair:
        said = not block or room == block or room.startswith(f"{block}-")
        return written if said or (block.isalpha() and room.startswith(block)) else f"{block_written}-{written}"
    whole = f"{block}-{stair}" if block else stair
    if room == whole or room.startswith(f"{whole}-"):
        return written
    if block and room.startswith(f"{block}-") and room.count("-") == block.count("-") + 1:
        room, rest = room.removeprefix(f"{block}-"), _behind(block, rest)
    rest = _behind(stair, rest) if room.startswith(f"{stair}-") else rest
    return f"{block_written}-{stair_written}-{rest}" if block else f"{stair_written}-{rest}"


def _building_in(code: str) -> str | None:
    """The building that *code* names in words, as it is written there: 3栋 of 3栋101."""
    found = _BUILDING_IN.match(unicodedata.normalize("NFKC", code))
    return None if found is None else re.sub(r"\s", "", found[0])


def _behind(beginning: str, room: str) -> str:
    """*room* without as many parts as *beginning* has."""
    return room.split("-", beginning.count("-") + 1)[-1]


class TellApart:
    """Asks where rows of a file would become one unit and the file seems to mean two."""

    def __init__(self, header: Sequence[str], columns: Sequence[str | None]) -> None:
        named = zip(header, columns, strict=False)
        self._left = [
            at for at, (text, name) in enumerate(named) if name is None and _OF_A_PLACE.fullmatch(heading(text))
        ]
        self._header = header
        self._seen: dict[str, tuple[int, list[str], list[str]]] = {}
        self._figures: dict[str, tuple[int, str]] = {}

    def check_zeros(self, key: str, code: str, row: SheetRow) -> None:
        """Refuse a *row* that names the unit *key* with other zeros than an earlier one: 88-1-0101, 88-1-101."""
        figures = room_figures(code)
        first, known = self._figures.setdefault(key, (row.number, figures))
        if figures != known and room_key(code) == room_key(known):
            message = gettext_noop(
                "This row says %(code)s and row %(row)s %(other)s, which would be one unit. Write both alike; if they "
                "are two, name them so that more than zeros tells them apart."
            )
            raise OperationRefused(RULE, message, row=first, code=figures, other=known)

    def check(self, key: str, code: str, row: SheetRow, called: str | None = None) -> None:
        """Refuse a *row* of the unit *key*, *called* so, that names its place otherwise than an earlier one."""
        levels = [word.replace("号楼", "栋") for _number, word in _LEVELS.findall(code)]
        levels = ["栋" if word in "幢座楼" and word else word for word in levels]
        if not self._left and not any(levels):
            return
        rest = [row.cells[at] if at < len(row.cells) else "" for at in self._left]
        first, known_levels, known_rest = self._seen.setdefault(key, (row.number, levels, rest))
        if any(one and other and one != other for one, other in zip(levels, known_levels, strict=False)):
            message = gettext_noop(
                "This row and row %(row)s would be one unit, %(code)s, but one says building (栋) and the other "
                "stairwell (单元): write out both."
            )
            raise OperationRefused(RULE, message, row=first, code=called or code)
        for at, one, other in zip(self._left, rest, known_rest, strict=True):
            if one != other:
                message = gettext_noop(
                    "This row and row %(row)s would be one unit, %(code)s, but differ in the column “%(column)s”, "
                    "which is not taken. Say what that column is."
                )
                raise OperationRefused(RULE, message, row=first, code=called or code, column=self._header[at])


class KnownUnits:
    """The units of one estate by how their numbers are read."""

    def __init__(self, session: DeskSession, estate_id: int, columns: Sequence[str | None] = ()) -> None:
        self._estate_name = session.scalar(select(Estate.name).where(Estate.id == estate_id)) or ""
        self._by_code: dict[str, int] = {}
        self._by_key: dict[str, set[int]] = {}
        self._buildings: dict[int, str] = {}
        self._stairwells: dict[str, set[str]] = {}
        """Building -> the stairwells with which its rooms are registered."""
        self.rooms = RoomColumns(columns)
        query = select(Unit.id, Unit.code, Unit.building).where(Unit.estate_id == estate_id)
        for unit_id, code, building in session.execute(query):
            self.add(unit_id, code, building)

    def add(self, unit_id: int, code: str, building: str | None) -> None:
        """Know one more unit."""
        self._by_code[code] = unit_id
        self._by_key.setdefault(room_key(code), set()).add(unit_id)
        self._buildings[unit_id] = block = room_key(building or "")
        parts = room_key(code).split("-")
        if len(parts) == _WITH_STAIRWELL and parts[0] == (block or parts[0]):
            self._stairwells.setdefault(parts[0], set()).add(parts[1])

    def key(self, code: str) -> str:
        """The same for every writing of a unit; of several that differ in zeros only, as the register has it."""
        return code if code in self._by_code and len(self._by_key[room_key(code)]) > 1 else room_key(code)

    def without_address(self, code: str, building: str | None) -> str:
        """*code* without street and estate; as it is where the register calls a unit so. Refuses another address."""
        if code in self._by_code or room_key(code) in self._by_key:
            return code
        return room_in_address(code, self._estate_name, has_building=building is not None)

    def find(self, code: str, building: str | None = None, stairwell: str | None = None) -> int | None:
        """The id of the unit that *code* names, None when there is none; refuses what fits several."""
        code, stairwell = self.rooms.read(self.without_address(code, building), building, stairwell)
        found = self._named(full_code(code, building, stairwell))
        if building and not stairwell:
            found = self._inside(code, building, found)
        if found is None and not stairwell and (building or not _STAIRWELL_WORD.search(code)):
            found = self._in_the_only_stairwell(full_code(code, building))
        if found is not None and not building:
            self._ask_which_building(code, stairwell, found)
        return found

    def _inside(self, code: str, building: str, found: int | None) -> int | None:
        """The unit *code* of *building*, where the number may begin with the building or with a stairwell in it."""
        block, key = room_key(building), room_key(code)
        if key.startswith(f"{block}-") and key.count("-") == block.count("-") + 1:
            deeper = self._named(f"{block}-{key}")
            if deeper is not None and found is not None:
                message = gettext_noop(
                    "“%(code)s” in %(building)s may be %(one)s or %(other)s; write the number as the register has it."
                )
                values = {"one": full_code(code, building), "other": f"{block}-{key}"}
                raise OperationRefused(RULE, message, code=code, building=building, **values)
            return found if deeper is None else deeper
        if found is None:
            plain = self._named(code)
            found = plain if plain is not None and self._buildings[plain] == block else None
        return found

    def _ask_which_building(self, code: str, stairwell: str | None, found: int) -> None:
        """Refuse the unit *found* where only a stairwell is named and the register has it in a building so numbered."""
        names_one = stairwell or (_STAIRWELL_WORD.search(code) and not _BUILDING_WORD.search(code))
        block = self._buildings[found]
        key = room_key(full_code(code, None, stairwell))
        if names_one and block and key.startswith(f"{block}-") and not _BUILDING_WORD.search(code):
            message = gettext_noop(
                "“%(code)s” names a stairwell (单元) and no building, and the register has building %(building)s: "
                "write out both."
            )
            raise OperationRefused(RULE, message, code=code, building=block)

    def _in_the_only_stairwell(self, code: str) -> int | None:
        """The unit of building and room where the building has one stairwell: 41-901 is 41-1-901 then.

        Refuses a room that is there, of a building with several.
        """
        building, _, room = room_key(code).rpartition("-")
        stairwells = self._stairwells.get(building, ())
        found = [unit for one in stairwells if (unit := self._named(f"{building}-{one}-{room}")) is not None]
        if found and len(stairwells) > 1:
            raise _without_stairwell(building, code)
        return found[0] if found else None

    def has_stairwells(self, building: str) -> bool:
        """Whether rooms of *building* are registered with a stairwell."""
        return room_key(building) in self._stairwells

    def _named(self, code: str) -> int | None:
        if code in self._by_code:
            return self._by_code[code]
        found = self._by_key.get(room_key(code), set())
        if len(found) > 1:
            message = gettext_noop("“%(code)s” fits several units; write the number as the register has it.")
            raise OperationRefused(RULE, message, code=code)
        return next(iter(found), None)


def _without_stairwell(building: str | None, code: str) -> OperationRefused:
    message = gettext_noop(
        "The register has the rooms of the building %(building)s with their stairwells, this row does not say "
        "one (%(code)s): write it too."
    )
    return OperationRefused(RULE, message, building=building, code=code)


@dataclass
class UnitsImport:
    """Takes rows of units; one object for a whole file knows which units stood in it before."""

    session: DeskSession
    estate_id: int
    columns: Sequence[str | None]
    actor: Actor
    now: datetime.datetime
    preview: bool = False
    header: Sequence[str] = ()
    everybody: OccupancyKind | None = None
    _seen: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = KnownUnits(self.session, self.estate_id, self.columns)
        self._apart = TellApart(self.header, self.columns)

    def look_through(self, chunks: Iterable[Sequence[SheetRow]]) -> None:
        """Nothing to see before a preview: of units all are remembered, which takes little."""

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        if not self.preview:
            hold_estate(self.session, self.estate_id)
        self.rooms.look(rows)
        results: list[Result] = ["unchanged"] * len(rows)
        drafts: list[tuple[int, estates.UnitDraft]] = []
        known: list[tuple[int, int, dict[str, Any]]] = []
        for at, row in enumerate(rows):
            try:
                values = UNITS.read(self.columns, row)
                if "code" not in values or not room_key(values["code"]):
                    raise OperationRefused("RES-1", gettext_noop("Write down the number of the unit."))
                building, stairwell = values.get("building"), values.pop("stairwell", None)
                written = values.pop("code")
                if values.get("use") is not UnitUse.PLACE:
                    written = self._known.without_address(written, building)
                unit_id = self._known.find(written, building, stairwell)
                room, stairwell = self.rooms.read(written, building, stairwell)
                code = full_code(room, building, stairwell)
                key = self._known.key(code) if unit_id is None else str(unit_id)
                self._apart.check(key, written, row, code)
                if unit_id is None:
                    self._apart.check_zeros(key, code, row)
                    estates.check_one_room(written, values.get("use", UnitUse.HOME))
                    self._check_new(written, code, building, stairwell)
                if self._repeats(key, row.number, values):
                    continue
            except OperationRefused as refusal:
                results[at] = refusal.with_traceback(None)  # which would keep all rows of the chunk
                continue
            if unit_id is None:
                brought = {"building": _building_in(written), **values}
                drafts.append((at, estates.UnitDraft(self.estate_id, code, **brought)))
            else:
                known.append((at, unit_id, values))
        self._register(drafts, results)
        self._amend(known, results)
        return results

    @property
    def rooms(self) -> RoomColumns:
        """How the rows of the file name their rooms."""
        return self._known.rooms

    def _check_new(self, written: str, code: str, building: str | None, stairwell: str | None) -> None:
        """Refuse a new unit that may as well be one in a stairwell of a building whose others have one."""
        known = building and not stairwell and self._known.has_stairwells(building)
        if known and room_key(code).count("-") + 1 < _WITH_STAIRWELL and room_key(written)[:1].isdigit():
            raise _without_stairwell(building, written)

    def _repeats(self, key: str, number: int, values: dict[str, Any]) -> bool:
        """Whether an earlier row said the same of this unit; refuses one that said something else."""
        first, said = self._seen.setdefault(key, (number, values))
        if first != number and said != values:
            message = gettext_noop("Row %(row)s says something else of the same unit.")
            raise OperationRefused(RULE, message, row=first)
        return first != number

    def _register(self, drafts: list[tuple[int, estates.UnitDraft]], results: list[Result]) -> None:
        outcome = estates.register_units(
            Call(self.session, self.actor, self.now, preview=self.preview), [draft for _at, draft in drafts]
        )
        refused = {id(draft): refusal for draft, refusal in outcome.refused}
        for at, draft in drafts:
            results[at] = refused.get(id(draft), "imported")
        if not self.preview:
            for unit in outcome.done:
                self._known.add(unit.id, unit.code, unit.building)

    def _amend(self, known: list[tuple[int, int, dict[str, Any]]], results: list[Result]) -> None:
        query = select(Unit).where(Unit.id.in_([unit_id for _at, unit_id, _values in known]))
        units = {unit.id: unit for unit in self.session.scalars(query)}
        groups: dict[tuple[tuple[str, Any], ...], list[tuple[int, Unit]]] = {}
        for at, unit_id, values in known:
            unit = units[unit_id]
            changes = tuple(
                (name, value) for name, value in values.items() if not _same(name, getattr(unit, name), value)
            )
            if changes:
                groups.setdefault(changes, []).append((at, unit))
        for changes, members in groups.items():
            outcome = estates.amend_units(
                Call(self.session, self.actor, self.now, preview=self.preview),
                [unit for _at, unit in members],
                **dict(changes),
            )
            refused = {unit.id: refusal for unit, refusal in outcome.refused}
            for at, unit in members:
                results[at] = refused.get(unit.id, "updated")


def _same(name: str, old: Any, new: Any) -> bool:
    return bool(old == new) or (name == "building" and room_key(old or "") == room_key(new))
