"""Which columns an import knows, and which of them the headings of a file name. Pure."""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.import_cells import Masked, at_hour, date, moment, word_key
from models.import_terms import due, returned, room_and_person, validity
from models.moments import with_year
from models.names import simplified
from models.spreadsheets import RULE, SheetRow, UnreadableSheet

HEADER_WITHIN = 20  # titles and notes may stand above the header
_HEADINGS_IN_GROUPS = 2
"""So many headings at least stand below the headings of groups."""


_READING_DAYS = (date, moment, due, returned, validity)
_ROOMS = ("房号", "房间号", "室号", "房间", "门牌号", "单元房号")
_NAMES = ("姓名", "业主姓名", "业主", "住户姓名", "住户", "客户姓名", "报修人", "投诉人")


@dataclass(frozen=True)
class Column:
    """One column: its name in our words, and the headings it is found by, the surest first."""

    name: str
    label: Msgid
    headers: tuple[str, ...]
    read: Callable[[str], Any] = str
    length: int = 200
    required: bool = False
    day: str | None = None
    """Of an hour: the column of the day that it is an hour of."""


ROOM_AND_PERSON = Column(
    "room_and_person",
    gettext_noop("Room and person"),
    (
        *(f"{room}{joint}{name}" for room in _ROOMS for joint in ("", "及", "和", "与") for name in _NAMES),
        *(f"{name}{joint}{room}" for room in _ROOMS for joint in ("及", "和", "与") for name in _NAMES),
        *(
            "姓名房号",
            "房号及人员",
            "room_and_person",
            "room_and_name",
            "unit_and_name",
            "name_and_room",
            "name_and_unit",
        ),
    ),
    room_and_person,
)


def heading(text: str) -> str:
    """*text* of a header as it is compared: "姓名（必填）" and "Name *" are headings too."""
    return word_key(simplified(re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", unicodedata.normalize("NFKC", text))))


def too_long(label: Msgid, length: int) -> OperationRefused:
    """The refusal of a cell that says more than the column *label* holds."""
    message = gettext_noop("“%(column)s” may have at most %(length)s characters.")
    return OperationRefused(RULE, message, column=label, length=length)


_BARE_PHONE = re.compile(
    "(?:联系|联络|移动|固定|备用|家庭|住宅|办公|第?[二三2-3])*(?:电话|手机|手机号|号码|方式|座机|固话){1,2}码?[1-3一二三]?"
    "|(?:contact|mobile|other|second|third|home)?(?:phone|mobile|telephone|tel|cell)s?(?:number|no)?[1-3]?"
)
_PERSON = re.compile(
    ".*(?:姓名|人)|(?:配偶|家属|家人|亲属|父亲|母亲|父母|子女|儿子|女儿|妻子?|丈夫|爱人|老人|保姆|中介|管家|客服|经办)"
    "(?:名字|名)?|(?:spouse|wife|husband|contact|agent|family|relative|child|parent|guardian|butler|coowner)(?:name)?"
)
_OF_A_DAY = re.compile("日期|date|day|日$|(?<=[a-z])on$")
_OF_AN_HOUR = re.compile("时间|时刻|钟点|time|hour")
_IN_A_NAME = re.compile(r"(?<![0-9])\+?[0-9](?:[-*＊ ]?[0-9*＊]){6,}(?![0-9])")
_MARK_OF_TEXT = re.compile(r"^['’‘`´＇](?=[+(（]?\d)(?!\d\ds\b)")
"""What people write before a number so that a spreadsheet keeps it as text: '13911110001."""
_GROUP = re.compile(
    r"(?:基本|登记)?(?:信息|资料|情况|登记)$|(?<=[a-z])\s+(?:details|information|info|data)$", re.IGNORECASE
)
"""How the heading of several columns ends: 业主信息 over 姓名 and 电话."""


class Columns:
    """The columns of one register, in the order in which forms offer them."""

    def __init__(
        self,
        *columns: Column,
        one_of: Sequence[str] = (),
        again: Mapping[str, str] | None = None,
        phones: Mapping[str, str] | None = None,
        at_home: str | None = None,
    ) -> None:
        """*one_of*: one of these has to be there. *again*: what a second column of that name is taken as.

        *phones*: whose number is in which column: the column of a person -> that of the phone. *at_home*: the person
        whom the column ``room_and_person`` names.
        """
        self.columns = columns
        self.named = {column.name: column for column in columns}
        self.one_of = one_of
        self._again = again or {}
        self._phones = phones or {}
        self._at_home = at_home
        self._known = {heading(column.label): (column.name, len(column.headers)) for column in columns}
        self._known |= {
            heading(header): (column.name, place)
            for column in columns
            for place, header in reversed(tuple(enumerate(column.headers)))
        }
        self._hours = {column.day: column.name for column in columns if column.day is not None}
        self._stems = {_stem(text): name for text, (name, _place) in self._known.items() if name in self._hours}

    @functools.cached_property
    def _words(self) -> frozenset[str]:
        """Headings that a cell may hold as well: 业主, 租户, owner. No start has to wait for them."""
        return frozenset(text for text in self._known if any(_is_word_of(column, text) for column in self.columns))

    @property
    def headings(self) -> frozenset[str]:
        """All headings that are known, as :func:`heading` has them; single letters and words of rows are none."""
        return frozenset(text for text in self._known if len(text) > 1)

    def guess(self, header: Sequence[str]) -> tuple[list[str | None], list[str]]:
        """The column behind each heading (None: not taken), and the headings that stand for one found already.

        Of two headings for one column the surer one is taken: 房号 before 房屋地址.
        """
        found = self._with_hours(header)
        best: dict[str | None, int] = {}
        for name, place in found:
            best[name] = min(place, best.get(name, place))
        whose = self._whose_phones(header, [name if place == best[name] else None for name, place in found], found)
        chosen: list[str | None] = []
        twice: list[str] = []
        beside_another = False
        for at, (text, (name, place)) in enumerate(zip(header, found, strict=True)):
            if name in self._phones:
                beside_another = name in chosen or place > best[name]
            if name is None or (place > best[name] and name not in self._again):
                chosen.append(None)
                continue
            taken = whose.get(at, name)
            if taken is None or (at in whose and taken != name and taken in chosen):
                chosen.append(None)
                continue
            while taken in chosen and taken in self._again:
                taken = self._again[taken]
            if beside_another and taken in self._again.values():  # the number of a person who is not taken
                chosen.append(None)
                continue
            if taken in chosen:
                twice.append(text)
            chosen.append(None if taken in chosen else taken)
        return chosen, twice

    def _with_hours(self, header: Sequence[str]) -> list[tuple[str | None, int]]:
        """What each heading is known as, and how surely: an hour where its day has a column too (日期 and 时间)."""
        texts = [heading(text) for text in header]
        found: list[tuple[str | None, int]] = [self._known.get(text, (None, 0)) for text in texts]
        hours = [at for at, text in enumerate(texts) if _OF_AN_HOUR.search(text) and not _OF_A_DAY.search(text)]
        for day, text in enumerate(texts):
            name = self._stems.get(_stem(text)) if _OF_A_DAY.search(text) else found[day][0]
            if name not in self._hours or day in hours:
                continue
            free = sorted((at for at in hours if found[at][0] in (None, name)), key=lambda at: abs(at - day))
            likely = [at for at in free if _stem(texts[at]) == _stem(text)]
            likely += [at for at in free if at == day + 1 and not (_stem(texts[at]) and _stem(text))]
            likely += [at for at in free if found[at][0] == name and not _stem(texts[at])]
            surer = [at for at, (known, place) in enumerate(found) if known == name and at not in (day, *likely[:1])]
            if likely and not any(found[at][1] < min(found[likely[0]][1], found[day][1]) for at in surer):
                found[day], found[likely[0]] = (name, -1), (self._hours[name], 0)
        return found

    def _whose_phones(
        self, header: Sequence[str], sure: Sequence[str | None], found: Sequence[tuple[str | None, int]]
    ) -> dict[int, str | None]:
        """Where the heading says a phone and not whose: that of the nearest person on its left; None where it is open.

        A person with a column 业主电话 of her own has no further one where somebody else has none.
        """
        headings = [heading(text) for text in header]
        numbers = {*self._phones.values(), *self._again, *self._again.values()}
        bare = [
            at for at, (name, _place) in enumerate(found) if name in numbers and _BARE_PHONE.fullmatch(headings[at])
        ]
        own = {name for at, (name, _place) in enumerate(found) if name in numbers and at not in bare}
        people: dict[int, str] = {}
        for at, name in enumerate(sure):
            if name in self._phones:
                people[at] = name or ""
            elif (name is None or found[at][0] in self._phones) and _PERSON.fullmatch(headings[at]):
                people[at] = ""
        whose: dict[int, str | None] = {}
        for at in bare:
            left = [(place, person) for place, person in people.items() if place < at]
            without = [(place, person) for place, person in left if self._phones.get(person) not in own]
            if not left:
                continue
            if not without:
                whose[at] = self._phones[left[0][1]] if len(left) == 1 else None
                continue
            place, person = without[-1]
            beside = any(other == place - 1 for other, _person in without)
            is_open = beside and not (people.get(place) == "" and place - 1 not in people)
            number = None if is_open else self._phones.get(person)
            if number != found[at][0] and not (number == "phone" and found[at][0] in self._again.values()):
                whose[at] = number
        return whose

    def check(self, chosen: Sequence[str | None], twice: Sequence[str] = ()) -> None:
        """Refuse (UnreadableSheet) a choice of columns that lacks a needed one or names one twice."""
        if twice:
            message = gettext_noop("Two columns hold the same: “%(header)s” repeats another one. Take one of them out.")
            raise UnreadableSheet(message, header=twice[0])
        for column in self.columns:
            count = sum(name == column.name for name in chosen)
            if count > 1:
                raise UnreadableSheet(gettext_noop("“%(column)s” is chosen for two columns."), column=column.label)
            if column.required and not count:
                message = gettext_noop(
                    "The column “%(column)s” is missing: say which column of the file it is, or which row "
                    "has the names of the columns."
                )
                raise UnreadableSheet(message, column=column.label)
        if self.one_of and not set(self.one_of) & set(chosen):
            message = gettext_noop("One of these columns must be there: %(columns)s.")
            raise UnreadableSheet(message, columns=[self.named[name].label for name in self.one_of])

    def read(self, chosen: Sequence[str | None], row: SheetRow) -> dict[str, Any]:
        """The values of one row by column; empty cells are left out. Raises OperationRefused with what is wrong."""
        if row.problem is not None:
            raise row.problem
        values: dict[str, Any] = {}
        for at, (name, cell) in enumerate(zip(chosen, row.cells, strict=False), 1):
            if name is not None and at in row.faults:
                raise row.faults[at]
            if name is None or not cell:
                continue
            column = self.named[name]
            written = _MARK_OF_TEXT.sub("", cell)
            if row.year is not None and column.read in _READING_DAYS:
                written = with_year(written, row.year)
            value = column.read(written)
            if isinstance(value, str) and len(value) > column.length and not isinstance(value, LabelledEnum):
                raise too_long(column.label, column.length)
            if value is not None:
                values[name] = value
        for day, hour in self._hours.items():
            if hour in values:
                values[day] = at_hour(values.get(day), values.pop(hour))
        self._part_room(values)
        for person, phone in self._phones.items():
            self._part_phone(values, person, phone)
        return values

    def _part_room(self, values: dict[str, Any]) -> None:
        """Room and person of one cell, as if each stood in a column of its own."""
        if self._at_home is None or (said := values.pop(ROOM_AND_PERSON.name, None)) is None:
            return
        room, name = said
        for column, value in (("unit", room), (self._at_home, self.named[self._at_home].read(name))):
            if values.setdefault(column, value) != value:
                message = gettext_noop("The row says “%(value)s” and, in another column, “%(other)s”.")
                raise OperationRefused(RULE, message, value=" ".join(said)[:40], other=str(values[column])[:40])

    def _part_phone(self, values: dict[str, Any], person: str, phone: str) -> None:
        """A number that stands in the name is a number, and no part of the name (RES-4)."""
        name = values.get(person)
        if isinstance(name, Masked) or not isinstance(name, str) or self.named[person].read is self.named[phone].read:
            return
        numbers = _IN_A_NAME.findall(unicodedata.normalize("NFKC", name))
        if not numbers:
            return
        values[person] = _IN_A_NAME.sub("", unicodedata.normalize("NFKC", name)).strip(" ,:;/()[]-、电话手机")
        if not values[person]:
            del values[person]
        read = [self.named[phone].read(number) for number in numbers]
        several = [number for number in (values.get(phone), *read) if number]
        joined = " / ".join(dict.fromkeys(several))
        values[phone] = Masked(joined) if any(isinstance(number, Masked) for number in several) else joined

    def header_of(self, rows: Sequence[SheetRow]) -> int:
        """Which of the first *rows* is the header: the one with most headings that are known, else the first.

        A row that names nothing but words which a cell may hold is one of data; of two rows of headings the lower is.
        """
        known = [self._headings_in(self.header_in(rows, at)) for at in range(min(len(rows), HEADER_WITHIN))]
        return known.index(max(known)) if known else 0

    def header_in(self, rows: Sequence[SheetRow], at: int) -> list[str]:
        """The headings in the row *at* that place, together with the row of groups above it, where there is one.

        业主信息 over 姓名 and 电话 makes 业主姓名 and 业主电话; 房号 over an empty cell is 房号.
        """
        cells = rows[at].cells
        filled = [heading(cell) for cell in cells if cell]
        known = [text for text in filled if text in self._known and text not in self._words]
        groups = rows[at - 1].cells if at else []
        if len(known) < _HEADINGS_IN_GROUPS or 2 * len(known) < len(filled) or sum(map(bool, groups)) < 2:
            return cells
        header, group = [], ""
        for place in range(max(len(cells), len(groups))):
            cell = cells[place] if place < len(cells) else ""
            own = groups[place] if place < len(groups) else ""
            group = own or group
            whole = _GROUP.sub("", unicodedata.normalize("NFKC", group).strip()) + cell
            header.append(own if not cell else whole if group != cell and heading(whole) in self._known else cell)
        return header

    def _headings_in(self, cells: Sequence[str]) -> int:
        named = [heading(cell) for cell, name in zip(cells, self.guess(cells)[0], strict=True) if name is not None]
        return 0 if self._words.issuperset(named) else len(named)


def _stem(text: str) -> str:
    """*text* of a heading without what makes it one of days or hours: 报修 of 报修日期."""
    return _OF_AN_HOUR.sub("", _OF_A_DAY.sub("", text))


def _is_word_of(column: Column, text: str) -> bool:
    try:
        return isinstance(column.read(text), LabelledEnum)
    except OperationRefused:
        return False
