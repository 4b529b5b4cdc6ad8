"""Rows of residents out of a spreadsheet: who is not in the file yet, and which unit each has.

An import never overwrites what the register says of a person: it fills gaps, and refuses a row that says otherwise. So
the same file a second time writes nothing, whatever the desk has done in between.
"""

import datetime
import itertools
from array import array
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.errors import Msgid, OperationRefused, gettext_noop
from models.import_cells import Masked
from models.import_headings import RESIDENTS
from models.operations import residents
from models.operations._identity import id_digest
from models.operations._import_people import Fact, Key, Person, Stay
from models.operations._import_units import KnownUnits, Result, TellApart, full_code, hold_estate
from models.operations._registers import local_date
from models.operations.residents import OccupancyDraft, ResidentDraft
from models.personal import IdDocument, Unreadable, keyring_of, masked_id_number, masked_phone
from models.phones import numbers_of, read_phones
from models.residents import MERGED, Occupancy, OccupancyKind, Resident, ResidentContact, ResidentMerge
from models.spreadsheets import RULE, SheetRow
from models.staff import Actor

_OF_A_PERSON = ("phone", "id_document", "id_number", "vehicles", "emergency_contact", "moved_in_on", "note")
_PHONES = ("phone", "phone_2", "phone_3")
_ID_CARD_LENGTH = 18
_WEIGHT = ("unchanged", "updated", "imported")
"""What is said of a row with several people: the most that became of any of them."""


def _has_number() -> ColumnElement[bool]:
    return select(ResidentContact.id).where(ResidentContact.resident_id == Resident.id).exists()


def _says(known: Any, told: Any) -> bool:
    """Whether what is *known* says what was *told*: of several numbers one may be told."""
    return bool(told <= known if isinstance(known, frozenset) else told == known)


@dataclass
class ResidentsImport:
    """Takes rows of residents; for a preview one object for a whole file knows whom its earlier rows bring."""

    session: Session
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
        self._units = KnownUnits(self.session, self.estate_id)
        self._today = local_date(self.session, self.estate_id, self.now)
        self._keyring = keyring_of(self.session)
        self._new: dict[Key, Person] = {}
        self._repeated: frozenset[int] | None = None

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
        self._repeated = frozenset(one for one, other in itertools.pairwise(found) if one == other)

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        self._results: list[Result] = ["unchanged"] * len(rows)
        self._stays: list[tuple[Person, Fact]] = []
        self._touched: list[Person] = []
        if not self.preview:
            hold_estate(self.session, self.estate_id)
            self._new = {}  # whoever earlier chunks brought is in the register now
        read: list[list[Fact]] = []
        for at, row in enumerate(rows):
            try:
                read.append(self._read(at, row))
            except OperationRefused as refusal:
                self._results[at] = refusal.with_traceback(None)  # which would keep all rows of the chunk
        self._known = self._load([fact for facts in read for fact in facts])
        for facts in read:
            try:
                for fact in facts:  # a row is taken as a whole or not at all
                    self._check(fact)
                self._results[facts[0].at] = max((self._plan(fact) for fact in facts), key=_WEIGHT.index)
            except OperationRefused as refusal:
                self._results[facts[0].at] = refusal.with_traceback(None)
        self._write()
        return self._results

    # ------------------------------------------------------------- what a row says

    def _read(self, at: int, row: SheetRow) -> list[Fact]:
        """The people of one row: whom its own columns name, and the tenant of the same unit."""
        cells = RESIDENTS.read(self.columns, row)
        code, building, stairwell = (cells.pop(name, None) for name in ("unit", "building", "stairwell"))
        unit_id = None if code is None else self._units.find(code, building, stairwell)
        if code is not None and unit_id is None:
            message = gettext_noop("There is no unit %(code)s in this estate; import the units first.")
            raise OperationRefused("RES-1", message, code=full_code(code, building, stairwell))
        if code is not None:
            self._apart.check(str(unit_id), code, row)
        kind = cells.pop("kind", None) or self.everybody
        if phones := [cells.pop(name) for name in _PHONES if name in cells]:
            hidden = any(isinstance(phone, Masked) for phone in phones)
            cells["phone"] = Masked(" / ".join(phones)) if hidden else " / ".join(phones)
        tenant = {name: cells.pop(f"tenant_{name}", None) for name in ("name", "phone")}
        facts = []
        if cells or not any(tenant.values()):
            facts.append(self._fact(at, cells, unit_id, code, kind))
        if any(tenant.values()):
            given = {name: value for name, value in tenant.items() if value is not None}
            facts.append(self._fact(at, given, unit_id, code, OccupancyKind.TENANT))
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
        return Fact(at, draft, self._comparable(draft), unit_id, code or "", kind, hidden)

    def _comparable(self, draft: ResidentDraft) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(draft, name) for name in _OF_A_PERSON if getattr(draft, name)}
        if phones := read_phones(draft.phone or ""):
            values["phone"] = frozenset(self._keyring.digest(phone.found_by) for phone in phones)
        if digest := id_digest(self.session, draft.id_number):
            values["id_number"] = digest
        return values

    # ------------------------------------------------------------- whom the register knows

    def _load(self, facts: Sequence[Fact]) -> dict[Key, Person]:
        """The people of the register whom *facts* may mean, by what they are recognised by."""
        numbers = {fact.values["id_number"] for fact in facts if "id_number" in fact.values}
        phones = {digest for fact in facts for digest in fact.values.get("phone", ())}
        homeless = {fact.name for fact in facts if fact.bare and fact.unit_id is None}
        unknown = ~_has_number() & Resident.id_number_digest.is_(None)
        here: ColumnElement[bool] = Resident.estate_id == self.estate_id
        merged = set(self.session.scalars(MERGED.where(ResidentMerge.estate_id == self.estate_id)))
        found: dict[int, Resident] = {}
        for condition in (
            here & Resident.id_number_digest.in_(numbers),
            Resident.id.in_(select(ResidentContact.resident_id).where(ResidentContact.value_digest.in_(phones))),
            here & Resident.name.in_(homeless) & unknown,
            here & Resident.name.in_({fact.name for fact in facts if fact.hidden}),
            Resident.id.in_(self._living_there(facts)),
        ):
            rows = self.session.scalars(select(Resident).where(condition))
            found.update((row.id, row) for row in rows if row.estate_id == self.estate_id and row.id not in merged)
        contacts: dict[int, list[ResidentContact]] = {}
        query = select(ResidentContact).where(ResidentContact.resident_id.in_(found))
        for row in self.session.scalars(query.order_by(ResidentContact.valid.desc(), ResidentContact.id)):
            contacts.setdefault(row.resident_id, []).append(row)
        people = {row_id: self._person(found[row_id], contacts.get(row_id, [])) for row_id in sorted(found)}
        stays = select(Occupancy).where(Occupancy.resident_id.in_(people)).order_by(Occupancy.id)
        for stay in self.session.scalars(stays):
            known, key = people[stay.resident_id].stays, (stay.unit_id, stay.kind)
            last = known.get(key, stay.until_on)
            known[key] = None if last is None or stay.until_on is None else max(last, stay.until_on)
        index: dict[Key, Person] = {}
        for person in people.values():
            self._index(person, index)
        return index

    def _living_there(self, facts: Sequence[Fact]) -> set[int]:
        """Who has a unit of *facts* and the name that stands beside it."""
        wanted = {(fact.name, fact.unit_id) for fact in facts}
        query = select(Resident.id, Resident.name, Occupancy.unit_id)
        query = query.join(Occupancy, Occupancy.resident_id == Resident.id)
        query = query.where(Occupancy.unit_id.in_({fact.unit_id for fact in facts if fact.unit_id is not None}))
        return {row_id for row_id, name, unit_id in self.session.execute(query) if (name, unit_id) in wanted}

    def _person(self, row: Resident, contacts: Sequence[ResidentContact]) -> Person:
        values: dict[str, Any] = {name: getattr(row, name) for name in _OF_A_PERSON if getattr(row, name)}
        if values.pop("phone", None):
            values["phone"] = frozenset(contact.value_digest or "" for contact in contacts)
        values |= {"id_number": row.id_number_digest} if row.id_number_digest else {}
        if row.emergency_contact:
            values["emergency_contact"] = self._keyring.readable(row.emergency_contact)
        return Person(row.name, values, resident=row, contacts=contacts)

    @staticmethod
    def _index(person: Person, index: dict[Key, Person]) -> None:
        for key in person.marks():
            index.setdefault(key, person)

    def _remember(self, person: Person) -> None:
        for key in person.marks():
            if self._repeated is None or hash(key) in self._repeated:
                self._new.setdefault(key, person)

    def _find(self, fact: Fact) -> Person | None:
        if "id_number" in fact.values and (person := self._at("id", fact.values["id_number"])):
            if person.name != fact.name:
                message = gettext_noop(
                    "This ID number is registered for %(name)s already; one person is registered once."
                )
                raise OperationRefused("RES-1", message, name=person.name)
            return person
        for digest in fact.values.get("phone", ()):
            if person := self._at("phone", fact.name, digest):
                return person
        if fact.hidden:
            return self._whom_hidden_numbers_fit(fact)
        if fact.unit_id is None:
            return self._at("bare", fact.name) if fact.bare else None
        person = self._at("unit", fact.name, fact.unit_id)
        if person is not None and not fact.bare and not person.bare:
            self._ask_whether_another(fact, person)
            return None
        return person

    @staticmethod
    def _ask_whether_another(fact: Fact, person: Person) -> None:
        """Two people of one name in one unit are told apart by their ID numbers, by nothing less (RES-1)."""
        numbers = fact.values.get("id_number"), person.values.get("id_number")
        if None not in numbers and numbers[0] != numbers[1]:
            return
        message = gettext_noop(
            "%(name)s of %(unit)s is there already with another phone or ID number. If this is the same person, change "
            "the record; if it is another one, both need their ID number."
        )
        raise OperationRefused("RES-1", message, name=fact.name, unit=fact.unit)

    def _whom_hidden_numbers_fit(self, fact: Fact) -> Person:
        """The one person of that name whose numbers may be those that the file has hidden; others are refused."""
        people = {id(person): person for key, person in self._known.items() if person.name == fact.name}
        fitting = [person for person in people.values() if self._may_be(person, fact)]
        there = [person for person in fitting if any(unit_id == fact.unit_id for unit_id, _kind in person.stays)]
        if len(found := there if len(there) == 1 else fitting) == 1:
            return found[0]
        message = gettext_noop(
            "“%(value)s” is hidden in part, and hidden numbers are never stored. Nobody registered can be meant by it, "
            "or several people can: write the whole number, or empty the cell."
        )
        raise OperationRefused(RULE, message, value=next(iter(fact.hidden.values())))

    def _may_be(self, person: Person, fact: Fact) -> bool:
        if person.resident is None:
            return False
        for name, masked in fact.hidden.items():
            kept = [contact.value for contact in person.contacts if contact.valid or not person.contacts[0].valid]
            stored = kept if name == "phone" else filter(None, [getattr(person.resident, name)])
            try:
                plain = "/".join(map(self._keyring.decrypt, stored))
            except Unreadable:
                return False
            numbers = [number for number, _extension in numbers_of(plain)] if name == "phone" else [plain]
            hidden_here = masked_id_number if name == "id_number" else masked_phone
            if masked != hidden_here(plain) and not all(
                any(hidden.fits(number) for number in numbers) for hidden in masked.parts
            ):
                return False
        return True

    def _at(self, *key: Any) -> Person | None:
        return self._known.get(key) or self._new.get(key)

    # ------------------------------------------------------------- what is to be done

    def _check(self, fact: Fact) -> None:
        """Raise what speaks against *fact*, before anything of its row is done."""
        person = self._find(fact)
        if person is not None:
            self._compare(person, fact)
        else:
            person = Person(fact.name, {})
        if fact.unit_id is not None and fact.kind is None and not person.lives_in(fact.unit_id):
            message = gettext_noop("Say as what the person has the unit: owner, tenant or family.")
            raise OperationRefused("RES-1", message)
        self._has_new_stay(person, fact)

    def _plan(self, fact: Fact) -> str:
        person = self._find(fact)
        if person is None:
            person = Person(fact.name, dict(fact.values), draft=fact.draft)
            result = "imported"
        else:
            result = self._compare(person, fact)
        if self._has_new_stay(person, fact):
            assert fact.unit_id is not None
            assert fact.kind is not None
            person.stays[fact.unit_id, fact.kind] = None
            self._stays.append((person, fact))
            result = "imported"
        if result != "unchanged":
            for name in fact.values.keys() - person.values.keys():
                self._fill(person, name, fact)
            if not person.rows:
                self._touched.append(person)
            person.rows.append(fact.at)
            if person.resident is None:
                self._remember(person)
            else:
                self._index(person, self._known)
        return result

    def _compare(self, person: Person, fact: Fact) -> str:
        # The day of moving in is the unit's own: somebody with two units has two.
        other: list[Msgid] = [
            RESIDENTS.named[name].label
            for name in _OF_A_PERSON
            if name != "moved_in_on"
            and name in fact.values
            and not _says(person.values.get(name, fact.values[name]), fact.values[name])
        ]
        if other:
            message = gettext_noop(
                "%(name)s is known with another entry here: %(columns)s. An import overwrites nothing: "
                "change the person's record, or empty the cell."
            )
            raise OperationRefused(RULE, message, name=person.name, columns=other)
        return "updated" if fact.values.keys() - person.values.keys() else "unchanged"

    def _has_new_stay(self, person: Person, fact: Fact) -> bool:
        if fact.unit_id is None or fact.kind is None:
            return False
        key = (fact.unit_id, fact.kind)
        if key not in person.stays:
            return True
        ended = person.stays[key]
        if ended is None:
            return False
        if fact.draft.moved_in_on is None or fact.draft.moved_in_on <= ended:
            message = gettext_noop(
                "%(name)s left %(unit)s on %(day)s; for a new stay, write down a later day of moving in."
            )
            raise OperationRefused("RES-1", message, name=person.name, unit=fact.unit, day=ended)
        return True

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
        registered = residents.register(self.session, drafts, **common)
        refused = {id(draft): refusal for draft, refusal in registered.refused}
        accepted = [person for person in new if id(person.draft) not in refused]
        for person in new:
            self._refuse(person, refused.get(id(person.draft)))
        filled = [person for person in self._touched if person.gaps]
        changes = [(person.resident, person.gaps) for person in filled if person.resident is not None]
        amended = residents.amend_each(self.session, changes, **common)
        unchanged = {row.id: refusal for row, refusal in amended.refused}
        for person in filled:
            assert person.resident is not None
            self._refuse(person, unchanged.get(person.resident.id))
        if not self.preview:
            for person, row in zip(accepted, registered.done, strict=True):
                person.resident = row
            # Everything that could refuse these was looked at; if one is refused all the same, all is rolled back.
            residents.register_occupancy(self.session, self._occupancies(), actor=self.actor, now=self.now).all()
        for person in self._touched:
            person.rows, person.gaps = [], {}

    def _refuse(self, person: Person, refusal: OperationRefused | None) -> None:
        if refusal is None:
            return
        for at in person.rows:
            self._results[at] = refusal
        for key in [key for key, other in self._new.items() if other is person]:
            del self._new[key]

    def _occupancies(self) -> list[OccupancyDraft]:
        drafts = []
        for person, fact in self._stays:
            if isinstance(self._results[fact.at], OperationRefused):
                continue
            assert person.resident is not None
            assert fact.unit_id is not None
            assert fact.kind is not None
            from_on = fact.draft.moved_in_on
            drafts.append(OccupancyDraft(self.estate_id, fact.unit_id, person.resident.id, fact.kind, from_on))
        return drafts
