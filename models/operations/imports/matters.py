"""Rows of tickets or complaints out of a spreadsheet, for the day an estate changes over to this desk (INT-6).

Each row becomes a matter by :func:`take_over`: open ones start their clocks when they were heard, closed ones arrive
closed. Which matter a row is says :mod:`known_matters`.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.calendar import DEFAULT_ZONE, zone_named
from models.call import Call
from models.complaints import Complaint, ComplaintCategory
from models.errors import OperationRefused, gettext_noop
from models.estates import Estate
from models.import_cells import ANONYMOUS, Masked, says_nothing, word_key
from models.import_columns import too_long
from models.import_headings import COLUMNS
from models.matters import Channel
from models.operations.core import DESK_ROLES, can_own, check_phone, phone_columns
from models.operations.imports.known_matters import KnownMatters, identifies, key_of
from models.operations.imports.units import KnownUnits, Result, TellApart, full_code, hold_estate
from models.operations.source_imports import refuse_future, take_over
from models.residents import Occupancy, OccupancyKind, Resident
from models.session import DeskSession
from models.settings import Category
from models.source_mapping import Register, SourceFacts
from models.spreadsheets import RULE, SheetRow
from models.staff import Actor, Staff, StaffAssignment
from models.tickets import Ticket, TicketKind

SOURCE = "import"
MAXIMUM_PLACE = 200
MODELS: dict[str, Any] = {"tickets": Ticket, "complaints": Complaint}
_KINDS = {
    "报修": TicketKind.REPAIR,
    "维修": TicketKind.REPAIR,
    "入户服务": TicketKind.HOUSEHOLD_SERVICE,
    "居家服务": TicketKind.HOUSEHOLD_SERVICE,
    "家政": TicketKind.HOUSEHOLD_SERVICE,
    "建议": TicketKind.SUGGESTION,
    "咨询": TicketKind.ENQUIRY,
    "查询": TicketKind.QUERY,
    "质疑": TicketKind.QUERY,
    "求助": TicketKind.EMERGENCY,
    "紧急": TicketKind.EMERGENCY,
}
_CATEGORIES = {
    "房屋": ComplaintCategory.HOUSE_FABRIC,
    "设备": ComplaintCategory.EQUIPMENT,
    "安全": ComplaintCategory.SAFETY_AND_ORDER,
    "秩序": ComplaintCategory.SAFETY_AND_ORDER,
    "环境": ComplaintCategory.ENVIRONMENT,
    "保洁": ComplaintCategory.ENVIRONMENT,
    "绿化": ComplaintCategory.ENVIRONMENT,
    "服务": ComplaintCategory.GENERAL_SERVICE,
    "邻里": ComplaintCategory.NEIGHBOUR_DISPUTE,
    "业户纠纷": ComplaintCategory.NEIGHBOUR_DISPUTE,
    "开发商": ComplaintCategory.DEVELOPER_RELATED,
    "其它类": ComplaintCategory.OTHER,
}


def zone_of(session: DeskSession, estate_id: int) -> ZoneInfo:
    """The time zone in which the files of an estate write their times."""
    return zone_named(session.scalar(select(Estate.timezone).where(Estate.id == estate_id)) or DEFAULT_ZONE)


def in_utc(value: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    """A time of a file, written in *zone* unless it names another, in UTC."""
    return None if value is None else value.replace(tzinfo=value.tzinfo or zone).astimezone(datetime.UTC)


def refuse_hidden(values: dict[str, Any]) -> None:
    """Raise the refusal of a number that is hidden in part: nobody could call it (RES-4)."""
    for value in values.values():
        if isinstance(value, Masked):
            message = gettext_noop("“%(value)s” is hidden in part: write the whole number, or empty the cell.")
            raise OperationRefused(RULE, message, value=str(value))


def unit_of(units: KnownUnits, apart: TellApart, values: dict[str, Any], row: SheetRow) -> int | None:
    """The unit that a row names; refused when there is no such unit. Takes its columns out of *values*.

    What names a part of the estate and no room (3栋, 大堂) becomes the place; a place that is a room becomes the unit.
    """
    code, building, stairwell = (values.pop(name, None) for name in ("unit", "building", "stairwell"))
    code = None if code is None or says_nothing(code) else code
    unit_id = None if code is None else units.find(code, building, stairwell)
    if code is not None and unit_id is not None:
        apart.check(str(unit_id), code, row)
    elif code is not None and re.search(r"\d", code):
        raise no_unit(full_code(code, building, stairwell))
    elif parts := [part for part in (_with(building, "栋"), _with(stairwell, "单元"), code) if part]:
        values["place"] = " ".join([*parts, values.get("place", "")]).strip()
        if len(values["place"]) > MAXIMUM_PLACE:
            raise too_long(gettext_noop("Place"), MAXIMUM_PLACE)
    elif "place" in values:
        with suppress(OperationRefused):  # of what fits several rooms, or is elsewhere, the words stay
            unit_id = units.find(values["place"])
        if unit_id is not None:
            del values["place"]
    return unit_id


def no_unit(code: str) -> OperationRefused:
    """The refusal of a row that names a unit which is not there."""
    message = gettext_noop("There is no unit %(code)s in this estate; import the units first.")
    return OperationRefused("RES-1", message, code=code)


def _with(said: str | None, word: str) -> str | None:
    """The number of a building or a stairwell with the word for it, where it is a bare one."""
    if said is None or says_nothing(said):
        return None
    return f"{said}{word}" if re.fullmatch("[0-9A-Za-z]{1,3}", said) else said


def desk_owner_of(session: DeskSession, estate_id: int, actor: Actor) -> Staff:
    """Who owns what *actor* brings: the person, or the first of the estate's desk where the program itself does it."""
    person = session.get_one(Staff, actor.staff_id)
    if not actor.is_system and can_own(session, person, estate_id):
        return person
    query = select(Staff).join(StaffAssignment, StaffAssignment.staff_id == Staff.id)
    query = query.where(StaffAssignment.estate_id == estate_id, StaffAssignment.role.in_(DESK_ROLES))
    query = query.where(StaffAssignment.ended_at.is_(None), Staff.disabled_at.is_(None))
    found = session.scalars(query.order_by(Staff.id)).first()
    if found is None:
        raise OperationRefused("INT-1", gettext_noop("Nobody works at the desk of this estate."))
    return found


@dataclass
class MattersImport:
    """Takes rows of tickets or complaints."""

    session: DeskSession
    estate_id: int
    columns: Sequence[str | None]
    actor: Actor
    now: datetime.datetime
    preview: bool = False
    header: Sequence[str] = ()
    everybody: OccupancyKind | None = None
    register: Register = "tickets"

    def __post_init__(self) -> None:
        self._units = KnownUnits(self.session, self.estate_id)
        self._apart = TellApart(self.header, self.columns)
        self._zone = zone_of(self.session, self.estate_id)
        self._owner = desk_owner_of(self.session, self.estate_id, self.actor)
        self._known = KnownMatters(self.session, self.estate_id, MODELS[self.register], SOURCE)
        query = select(Category).where(Category.estate_id == self.estate_id, Category.register == self.register)
        self._categories = {word_key(word): row for row in self.session.scalars(query) for word in (row.name, row.code)}

    def look_through(self, chunks: Iterable[Sequence[SheetRow]]) -> None:
        """Nothing to see before a preview: what earlier rows were is remembered."""

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        if not self.preview:
            hold_estate(self.session, self.estate_id)
        results: list[Result] = ["unchanged"] * len(rows)
        read: dict[int, tuple[SourceFacts, str]] = {}
        ours = self._our_numbers(rows)
        for at, row in enumerate(rows):
            if ours & set(row.cells):
                continue
            try:
                read[at] = self._fact(row)
            except OperationRefused as refusal:
                results[at] = refusal.with_traceback(None)  # which would keep all rows of the chunk
        self._known.load(fact for fact, _meaning in read.values())
        facts: dict[int, SourceFacts] = {}
        for at, (fact, meaning) in read.items():
            try:
                facts[at] = self._known.recognised(fact, rows[at].number, meaning)
            except OperationRefused as refusal:
                results[at] = refusal.with_traceback(None)
        taken = take_over(
            Call(self.session, self.actor, self.now, preview=self.preview),
            list(facts.values()),
            estate_id=self.estate_id,
            desk_owner=self._owner,
            among=[MODELS[self.register]],  # a list of complaints says nothing of a ticket, not even by its number
        )
        refused = {id(fact): refusal for fact, refusal in taken.refused}
        for at, fact in facts.items():
            results[at] = refused.get(id(fact)) or taken.became.get(fact.source_key, "unchanged")
        return results

    def _our_numbers(self, rows: Sequence[SheetRow]) -> set[str]:
        """The numbers of *rows* that are our own: what was exported here is known here."""
        if "number" not in self.columns:
            return set()
        at = list(self.columns).index("number")
        numbers = {row.cells[at] for row in rows if at < len(row.cells) and row.cells[at]}
        model = MODELS[self.register]
        query = select(model.number).where(model.estate_id == self.estate_id, model.number.in_(numbers))
        return set(self.session.scalars(query))

    def _fact(self, row: SheetRow) -> tuple[SourceFacts, str]:
        """What *row* says, and the key of what it means."""
        values = COLUMNS[self.register].read(self.columns, row)
        refuse_hidden(values)
        unit_id = unit_of(self._units, self._apart, values, row)
        check_phone(values.get("reporter_phone"))
        anonymous = self._nobody(values, unit_id)
        if "summary" not in values:
            raise OperationRefused("INT-3", gettext_noop("Nothing says what happened."))
        heard_at, closed_at = (in_utc(values.get(name), self._zone) for name in ("heard_at", "closed_at"))
        if heard_at is None:
            raise OperationRefused("INT-3", gettext_noop("Nothing says when it was heard."))
        if closed_at is not None and self._is_day(values["closed_at"], heard_at):
            closed_at = max(closed_at, heard_at)  # of that day nobody wrote the hour
        closed = values.get("status", "closed" if closed_at else "open") == "closed"
        if not closed and closed_at is not None:
            message = gettext_noop(
                "Its status says that it is open, and the row when it was closed, %(closed)s: put one of them right."
            )
            raise OperationRefused("INT-3", message, closed=closed_at)
        if closed and closed_at is None:
            raise OperationRefused("INT-3", gettext_noop("It is closed, but nothing says when."))
        if closed and closed_at is not None and closed_at < heard_at:
            message = gettext_noop("It was closed (%(closed)s) before it was heard (%(heard)s).")
            raise OperationRefused("INT-3", message, closed=closed_at, heard=heard_at)
        kind, category, more, unknown = self._category(values.get("category"))
        summary = values["summary"]
        detail = [values.get("detail") or "", unknown, summary if len(summary) > SUMMARY else ""]
        name, phone = values.get("reporter_name") or "", re.sub(r"\D", "", values.get("reporter_phone") or "")
        number = values.get("number")
        meaning = key_of(unit_id, values.get("place"), name or phone, heard_at, summary[:SUMMARY])
        fact = SourceFacts(
            source=SOURCE,
            source_key=number if number is not None and identifies(number, self._number_header) else meaning,
            register=self.register,
            kind=kind,
            category=category,
            anonymous=anonymous,
            summary=summary[:SUMMARY],
            detail="\n".join(filter(None, detail)) or None,
            place=values.get("place"),
            channel=Channel.IMPORT,
            heard_at=heard_at,
            closed_at=closed_at if closed else None,
            result=values.get("result"),
            match_key=None,
            more={**more, **self._person(unit_id, values)},
            told=(str(unit_id or ""), word_key(name), phone, word_key(values.get("category") or "")),
        )
        if refusal := refuse_future(fact, self.now):
            raise refusal
        return fact, meaning

    @property
    def _number_header(self) -> str:
        at = list(self.columns).index("number")
        return self.header[at] if at < len(self.header) else ""

    def _is_day(self, said: datetime.datetime, moment: datetime.datetime) -> bool:
        """Whether *said* names, without an hour, the day of *moment*."""
        return said.time() == datetime.time() and said.date() == moment.astimezone(self._zone).date()

    def _nobody(self, values: dict[str, Any], unit_id: int | None) -> bool:
        """Whether the row says of a complaint that nobody is to be named (INT-4); takes such a word out of *values*."""
        if word_key(values.get("reporter_name") or "") not in ANONYMOUS:
            return False
        del values["reporter_name"]
        if self.register == "tickets":
            return False
        if unit_id is not None or values.get("reporter_phone"):
            message = gettext_noop(
                "It is anonymous, and gives the room or the phone of who complains: empty them, and write under Place "
                "where it was."
            )
            raise OperationRefused("INT-4", message)
        return True

    def _category(self, word: str | None) -> tuple[TicketKind | None, ComplaintCategory | None, dict[str, Any], str]:
        """Kind, category, columns, and the word itself where it is none of ours: it is kept among the details."""
        wanted = word_key(word or "")
        known = self._categories.get(wanted)
        if self.register == "complaints":
            words = {word_key(text): one for one in ComplaintCategory for text in (one.value, one.label)}
            found = words.get(wanted) or next((one for text, one in _CATEGORIES.items() if text in wanted), None)
            found = found or (
                ComplaintCategory(known.code) if known and known.code in list(ComplaintCategory) else None
            )
            return None, found or ComplaintCategory.OTHER, {}, "" if found or not word else word
        words_of_kinds = {word_key(text): kind for kind in TicketKind for text in (kind.value, kind.label)}
        kind = words_of_kinds.get(wanted) or next((kind for text, kind in _KINDS.items() if text in wanted), None)
        more = {"category_id": known.id} if known else {}
        return kind or TicketKind.REPAIR, None, more, "" if known or kind or not word else word

    def _person(self, unit_id: int | None, values: dict[str, Any]) -> dict[str, Any]:
        name = values.get("reporter_name")
        found: dict[str, Any] = {"unit_id": unit_id, "reporter_name": name}
        if phone := values.get("reporter_phone"):
            found |= phone_columns(self.session, phone, "reporter_phone")
        if unit_id is not None and name:
            query = select(Resident.id).join(Occupancy, Occupancy.resident_id == Resident.id).distinct()
            query = query.where(Occupancy.unit_id == unit_id, Occupancy.until_on.is_(None), Resident.name == name)
            people = self.session.scalars(query.limit(2)).all()
            if len(people) == 1:
                found["resident_id"] = people[0]
        return found


SUMMARY = 200
