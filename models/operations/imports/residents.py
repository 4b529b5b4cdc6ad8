"""Rows of residents out of a spreadsheet: who is not in the file yet, and which unit each has.

An import never overwrites what the register says of a person: it fills gaps, and refuses a row that says otherwise. So
the same file a second time writes nothing, whatever the desk has done in between.
"""

import datetime
import itertools
import re
from array import array
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from models.call import Call
from models.errors import Msgid, OperationRefused, gettext_noop
from models.import_cells import Masked
from models.import_columns import heading
from models.import_headings import RESIDENTS
from models.operations import contacts, residents
from models.operations.core import id_digest, local_date
from models.operations.imports.known_people import OF_A_PERSON, KnownPeople
from models.operations.imports.matters import no_unit
from models.operations.imports.people import Fact, Person, Stay
from models.operations.imports.room_columns import RoomColumns
from models.operations.imports.units import KnownUnits, Result, TellApart, full_code, hold_estate
from models.operations.residents import OccupancyDraft, ResidentDraft
from models.personal import IdDocument, keyring_of
from models.phones import read_noted_phones
from models.plates import plates_in
from models.residents import OccupancyKind, ResidentContact
from models.session import DeskSession
from models.spreadsheets import RULE, SheetRow
from models.staff import Actor

_OWNER = re.compile("(?:业主|户主|产权人|房东|房主|owner)")
"""How a heading begins that says of the names below it that they own."""
_PHONES = ("phone", "phone_2", "phone_3")
_ID_CARD_LENGTH = 18
_WEIGHT = ("unchanged", "updated", "imported")
"""What is said of a row with several people: the most that became of any of them."""


def _says(name: str, known: Any, told: Any) -> bool:
    """Whether what is *known* says what was *told*; of vehicles in whatever writing."""
    return bool(plates_in(known) == plates_in(told) if name == "vehicles" else known == told)


def _joined(parts: Sequence[str | None], between: str) -> str:
    """*parts* in one text, which is hidden in part when any of them is."""
    said = between.join(part for part in parts if part)
    return Masked(said) if any(isinstance(part, Masked) for part in parts) else said


@dataclass
class ResidentsImport:
    """Takes rows of residents; for a preview one object for a whole file knows whom its earlier rows bring."""

    session: DeskSession
    estate_id: int
    columns: Sequence[str | None]
    actor: Actor
    now: datetime.datetime
    preview: bool = False
    header: Sequence[str] = ()
    everybody: OccupancyKind | None = None
    """As what somebody has a unit whose row does not say it."""

    def __post_init__(self) -> None:
        self._apart = TellApart(self.header, self.columns)
        self._units = KnownUnits(self.session, self.estate_id, self.columns)
        self._today = local_date(self.session, self.estate_id, self.now)
        self._keyring = keyring_of(self.session)
        self._people = KnownPeople(self.session, self.estate_id)

    def look_through(self, chunks: Iterable[Sequence[SheetRow]]) -> None:
        """See before a preview which rows of the file may be about one person.

        Only those people are remembered then, instead of all: a worker has no memory for everybody of a large estate.
        """
        seen = array("q")
        for rows in chunks:
            for at, row in enumerate(rows):
                with suppress(OperationRefused):
                    for fact in self._read(at, row):
                        stays: dict[Stay, datetime.date | None] = {}
                        if fact.unit_id is not None and fact.kind is not None:
                            stays[fact.unit_id, fact.kind] = None
                        seen.extend(map(hash, Person(fact.name, fact.values, stays=stays).marks()))
        self._apart = TellApart(self.header, self.columns)
        found = sorted(seen)
        self._people.repeated = frozenset(one for one, other in itertools.pairwise(found) if one == other)

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        self.rooms.look(rows)
        self._results: list[Result] = ["unchanged"] * len(rows)
        self._stays: list[tuple[Person, Fact]] = []
        self._touched: list[Person] = []
        if not self.preview:
            hold_estate(self.session, self.estate_id)
            self._people.forget_new()
        read: list[list[Fact]] = []
        for at, row in enumerate(rows):
            try:
                read.append(self._read(at, row))
            except OperationRefused as refusal:
                self._results[at] = refusal.with_traceback(None)  # which would keep all rows of the chunk
        self._people.load([fact for facts in read for fact in facts])
        for facts in read:
            try:
                for fact in facts:  # a row is taken as a whole or not at all
                    self._check(fact)
                self._results[facts[0].at] = max((self._plan(fact) for fact in facts), key=_WEIGHT.index)
            except OperationRefused as refusal:
                self._results[facts[0].at] = refusal.with_traceback(None)
        self._write()
        return self._results

    @property
    def _by_heading(self) -> OccupancyKind | None:
        """As what the names stand there: beside a column of tenants, those under 业主姓名 are the owners."""
        if "tenant_name" not in self.columns or "name" not in self.columns or not self.header:
            return None
        said = heading(self.header[list(self.columns).index("name")])
        return OccupancyKind.OWNER if _OWNER.match(said) else None

    @property
    def rooms(self) -> RoomColumns:
        """How the rows of the file name their rooms."""
        return self._units.rooms

    # ------------------------------------------------------------- what a row says

    def _read(self, at: int, row: SheetRow) -> list[Fact]:
        """The people of one row: whom its own columns name, and the tenant of the same unit."""
        cells = RESIDENTS.read(self.columns, row)
        code, building, stairwell = (cells.pop(name, None) for name in ("unit", "building", "stairwell"))
        unit_id = None if code is None else self._units.find(code, building, stairwell)
        said = building or stairwell or ("kind" in cells and "unit" in self.columns)
        if code is None and said and "name" in cells:
            message = gettext_noop(
                "The room is empty here, and the row says who somebody is in it: write the room in each row, also of "
                "those who live together."
            )
            raise OperationRefused("RES-1", message)
        if code is not None and unit_id is None:
            raise no_unit(full_code(code, building, stairwell))
        if code is not None:
            self._apart.check(str(unit_id), code, row, full_code(code, building, stairwell))
        kind = cells.pop("kind", None) or self.everybody or self._by_heading
        if phones := [cells.pop(name) for name in _PHONES if name in cells]:
            cells["phone"] = _joined(phones, " / ")
        if (number := cells.pop("emergency_phone", None)) is not None:
            cells["emergency_contact"] = _joined([cells.get("emergency_contact"), number], " ")
        found = {name: cells.pop(f"tenant_{name}", None) for name in ("name", "phone", "moved_in_on")}
        tenant = {name: value for name, value in found.items() if value is not None}
        if tenant.keys() == {"moved_in_on"}:  # whoever it is that rents
            cells.setdefault("moved_in_on", tenant.pop("moved_in_on"))
        elif tenant and not {"name", "room_and_person"} & {*self.columns}:  # a file of tenants, where all is theirs
            tenant = {**cells, **tenant}
            if len(phones := [phone for phone in (found["phone"], cells.get("phone")) if phone]) > 1:
                tenant["phone"] = _joined(phones, " / ")
            cells = {}
        until = cells.pop("moved_out_on", None)
        facts = []
        if cells or not tenant:
            facts.append(self._fact(at, cells, unit_id, code, kind))
        if tenant:
            facts.append(self._fact(at, tenant, unit_id, code, OccupancyKind.TENANT))
        facts[-1].until = until  # of owner and tenant it is the tenant who moves out
        return facts

    def _fact(
        self, at: int, cells: dict[str, Any], unit_id: int | None, code: str | None, kind: OccupancyKind | None
    ) -> Fact:
        hidden = {name: value for name, value in cells.items() if isinstance(value, Masked)}
        plain = {name: value for name, value in cells.items() if name not in hidden}
        draft = ResidentDraft(self.estate_id, plain.pop("name", ""), **plain)
        number = draft.id_number
        if number and draft.id_document is None and len(number) == _ID_CARD_LENGTH:
            draft.id_document = IdDocument.ID_CARD
        residents.check_person(draft, today=self._today)
        return Fact(at, draft, self._comparable(draft), unit_id, code or "", kind, hidden=hidden)

    def _comparable(self, draft: ResidentDraft) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(draft, name) for name in OF_A_PERSON if getattr(draft, name)}
        if phones := read_noted_phones(draft.phone or ""):
            values["phone"] = frozenset(self._keyring.digest(phone.found_by) for phone in phones)
        if digest := id_digest(self.session, draft.id_number):
            values["id_number"] = digest
        return values

    # ------------------------------------------------------------- what is to be done

    def _check(self, fact: Fact) -> None:
        """Raise what speaks against *fact*, before anything of its row is done."""
        person = self._people.find(fact)
        if person is not None:
            self._compare(person, fact)
        else:
            person = Person(fact.name, {})
        if fact.unit_id is not None and fact.kind is None and not person.lives_in(fact.unit_id):
            message = gettext_noop(
                "Say as what the person has the unit, owner, tenant or family: in a column of the file, or once for "
                "all of it (“Whose row does not say it is”; --everybody at the command line)."
            )
            raise OperationRefused("RES-1", message)
        self._has_new_stay(person, fact)

    def _plan(self, fact: Fact) -> str:
        person = self._people.find(fact)
        if person is None:
            person = Person(fact.name, dict(fact.values), draft=fact.draft)
            result = "imported"
        else:
            result = self._compare(person, fact)
        if self._has_new_stay(person, fact):
            assert fact.unit_id is not None
            assert fact.kind is not None
            person.stays[fact.unit_id, fact.kind] = fact.until
            self._stays.append((person, fact))
            result = "imported"
        if result != "unchanged":
            for name in fact.values.keys() - person.values.keys():
                self._fill(person, name, fact)
            self._add_numbers(person, fact)
            person.notes += self._further_notes(person, fact)
            if not person.rows:
                self._touched.append(person)
            person.rows.append(fact.at)
            self._people.know(person)
        return result

    def _compare(self, person: Person, fact: Fact) -> str:
        # The day of moving in is the unit's own: somebody with two units has two. A further number is no other one.
        other: list[Msgid] = [
            RESIDENTS.named[name].label
            for name in OF_A_PERSON
            if name not in ("moved_in_on", "phone")
            and name in fact.values
            and not _says(name, person.values.get(name, fact.values[name]), fact.values[name])
        ]
        if other:
            message = gettext_noop(
                "%(name)s is known with another entry here: %(columns)s. An import overwrites nothing: "
                "change the person's record, or empty the cell."
            )
            raise OperationRefused(RULE, message, name=person.name, columns=other)
        fuller = fact.values.keys() - person.values.keys() or self._further_numbers(person, fact)
        return "updated" if fuller or self._further_notes(person, fact) else "unchanged"

    def _further_notes(self, person: Person, fact: Fact) -> list[tuple[ResidentContact, str]]:
        """What *fact* says beside numbers that *person* is known by and that have no such note yet."""
        said = read_noted_phones(fact.draft.phone or "") if person.contacts else ()
        notes = {self._keyring.digest(phone.found_by): phone.note for phone in said if phone.note}
        told = [(contact, notes.get(contact.value_digest or "")) for contact in person.contacts]
        return [(contact, note) for contact, note in told if note and note not in (contact.note or "")]

    def _further_numbers(self, person: Person, fact: Fact) -> list[str]:
        """What *fact* says beside the numbers that *person* is known by."""
        if "phone" not in person.values or fact.values.get("phone", frozenset()) <= person.values["phone"]:
            return []
        said = read_noted_phones(fact.draft.phone or "")
        return [phone.noted for phone in said if self._keyring.digest(phone.found_by) not in person.values["phone"]]

    def _add_numbers(self, person: Person, fact: Fact) -> None:
        if not (further := self._further_numbers(person, fact)):
            return
        person.values["phone"] |= fact.values["phone"]
        if person.draft is not None:
            person.draft.phone = " / ".join([person.draft.phone or "", *further])
        elif "phone" in person.gaps:
            person.gaps["phone"] = " / ".join([person.gaps["phone"], *further])
        else:
            person.further += further

    def _has_new_stay(self, person: Person, fact: Fact) -> bool:
        if fact.unit_id is None or fact.kind is None:
            if fact.until is not None:
                message = gettext_noop("Say which unit the person moved out of, and as what: owner, tenant or family.")
                raise OperationRefused("RES-1", message)
            return False
        key = (fact.unit_id, fact.kind)
        if key not in person.stays:
            self._check_days(fact)
            return True
        ended = person.stays[key]
        if ended is None and fact.until is not None:
            message = gettext_noop(
                "%(name)s left %(unit)s on %(day)s, says the file, and has it still here. An import overwrites "
                "nothing: end it in the person's record."
            )
            raise OperationRefused("RES-1", message, name=person.name, unit=fact.unit, day=fact.until)
        if ended is None or ended == fact.until:
            return False
        if fact.draft.moved_in_on is None or fact.draft.moved_in_on <= ended:
            message = gettext_noop(
                "%(name)s left %(unit)s on %(day)s; for a new stay, write down a later day of moving in."
            )
            raise OperationRefused("RES-1", message, name=person.name, unit=fact.unit, day=ended)
        self._check_days(fact)
        return True

    @staticmethod
    def _check_days(fact: Fact) -> None:
        first = fact.draft.moved_in_on
        if fact.until is None:
            return
        if first is None:
            raise OperationRefused("RES-1", gettext_noop("Write down the day of moving in beside that of moving out."))
        if first > fact.until:
            raise OperationRefused("RES-1", gettext_noop("The first day must not be after the last."))

    @staticmethod
    def _fill(person: Person, name: str, fact: Fact) -> None:
        person.values[name] = fact.values[name]
        plain = getattr(fact.draft, name)
        if person.draft is not None:
            setattr(person.draft, name, plain)
        else:
            person.gaps[name] = plain

    # ------------------------------------------------------------- doing it

    def _write(self) -> None:
        common: dict[str, Any] = {"actor": self.actor, "now": self.now, "preview": self.preview}
        new = [person for person in self._touched if person.draft is not None]
        drafts = [person.draft for person in new if person.draft is not None]
        registered = residents.register(Call(self.session, **common), drafts)
        refused = {id(draft): refusal for draft, refusal in registered.refused}
        accepted = [person for person in new if id(person.draft) not in refused]
        for person in new:
            self._refuse(person, refused.get(id(person.draft)))
        filled = [person for person in self._touched if person.gaps]
        changes = [(person.resident, person.gaps) for person in filled if person.resident is not None]
        amended = residents.amend_each(Call(self.session, **common), changes)
        unchanged = {row.id: refusal for row, refusal in amended.refused}
        for person in filled:
            assert person.resident is not None
            self._refuse(person, unchanged.get(person.resident.id))
        self._write_further_numbers(common)
        if not self.preview:
            for person, row in zip(accepted, registered.done, strict=True):
                person.resident = row
            # Everything that could refuse these was looked at; if one is refused all the same, all is rolled back.
            residents.register_occupancy(Call(self.session, self.actor, self.now), self._occupancies()).all()
        for person in self._touched:
            person.rows, person.gaps, person.further, person.notes = [], {}, [], []

    def _write_further_numbers(self, common: dict[str, Any]) -> None:
        people = [person for person in self._touched if person.further and person.resident is not None]
        drafts = [
            contacts.ContactDraft(" / ".join(person.further), person.resident.id, estate_id=self.estate_id)
            for person in people
            if person.resident is not None
        ]
        refused = {
            id(draft): refusal for draft, refusal in contacts.register(Call(self.session, **common), drafts).refused
        }
        for person, draft in zip(people, drafts, strict=True):
            self._refuse(person, refused.get(id(draft)))
        for person in self._touched:
            for contact, note in person.notes:
                if note not in (contact.note or ""):
                    joined = "；".join(filter(None, [contact.note, note]))
                    for _row, refusal in contacts.amend(Call(self.session, **common), [contact], note=joined).refused:
                        self._refuse(person, refusal)

    def _refuse(self, person: Person, refusal: OperationRefused | None) -> None:
        if refusal is None:
            return
        for at in person.rows:
            self._results[at] = refusal
        self._people.forget(person)

    def _occupancies(self) -> list[OccupancyDraft]:
        drafts = []
        for person, fact in self._stays:
            if isinstance(self._results[fact.at], OperationRefused):
                continue
            assert person.resident is not None
            assert fact.unit_id is not None
            assert fact.kind is not None
            from_on = fact.draft.moved_in_on
            unit, resident = fact.unit_id, person.resident.id
            stay = OccupancyDraft(self.estate_id, unit, resident, fact.kind, from_on, fact.until, another_person=True)
            drafts.append(stay)
        return drafts
