"""Whom the rows of a file may mean: people of the register, and those whom earlier rows bring (RES-1).

Somebody is recognised by the ID number, else by name and a phone, else by name and unit where nothing speaks against.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.names import is_same_name, name_key
from models.operations.core import name_pinyin
from models.operations.imports.people import Fact, Key, Person
from models.operations.residents import merged_names
from models.personal import Unreadable, keyring_of, masked_id_number, masked_phone
from models.phones import numbers_of
from models.residents import MERGED, Occupancy, Resident, ResidentContact, ResidentMerge
from models.spreadsheets import RULE

OF_A_PERSON = ("phone", "id_document", "id_number", "vehicles", "emergency_contact", "moved_in_on", "note")


def _has_number() -> ColumnElement[bool]:
    return select(ResidentContact.id).where(ResidentContact.resident_id == Resident.id).exists()


class KnownPeople:
    """The people of one estate whom a chunk of rows may mean, and whom the chunks before it bring."""

    def __init__(self, session: Session, estate_id: int) -> None:
        self.session, self.estate_id = session, estate_id
        self.repeated: frozenset[int] | None = None
        """What stands twice in the file, by its hash: only such people need to be remembered; None: all of them."""
        self._keyring = keyring_of(session)
        self._known: dict[Key, Person] = {}
        self._new: dict[Key, Person] = {}

    def forget_new(self) -> None:
        """Whoever earlier chunks brought is in the register now."""
        self._new = {}

    def forget(self, person: Person) -> None:
        """*person* of the file was refused, and is not known by it."""
        for key in [key for key, other in self._new.items() if other is person]:
            del self._new[key]

    def know(self, person: Person) -> None:
        """*person* is recognised from here on, by all that is known now."""
        for key in person.marks():
            if person.resident is not None:
                self._known.setdefault(key, person)
            elif self.repeated is None or hash(key) in self.repeated:
                self._new.setdefault(key, person)

    def load(self, facts: Sequence[Fact]) -> None:
        """Read the people of the register whom *facts* may mean."""
        self._known = {}
        numbers = {fact.values["id_number"] for fact in facts if "id_number" in fact.values}
        phones = {digest for fact in facts for digest in fact.values.get("phone", ())}
        homeless = {name for fact in facts if fact.bare and fact.unit_id is None for name in (fact.name, fact.called)}
        hidden = {name for fact in facts if fact.hidden for name in (fact.name, fact.called)}
        unknown = ~_has_number() & Resident.id_number_digest.is_(None)
        here: ColumnElement[bool] = Resident.estate_id == self.estate_id
        merged = set(self.session.scalars(MERGED.where(ResidentMerge.estate_id == self.estate_id)))
        found: dict[int, Resident] = {}
        for condition in (
            here & Resident.id_number_digest.in_(numbers),
            Resident.id.in_(select(ResidentContact.resident_id).where(ResidentContact.value_digest.in_(phones))),
            here & Resident.name.in_(homeless) & unknown,
            here & Resident.name.in_(hidden),
            Resident.id.in_(self._living_there(facts)),
        ):
            rows = self.session.scalars(select(Resident).where(condition))
            found.update((row.id, row) for row in rows if row.estate_id == self.estate_id and row.id not in merged)
        contacts: dict[int, list[ResidentContact]] = {}
        query = select(ResidentContact).where(ResidentContact.resident_id.in_(found))
        for row in self.session.scalars(query.order_by(ResidentContact.valid.desc(), ResidentContact.id)):
            contacts.setdefault(row.resident_id, []).append(row)
        people = {row_id: self._person(found[row_id], contacts.get(row_id, [])) for row_id in sorted(found)}
        for row_id, names in merged_names(self.session, found).items():
            people[row_id].former = [name for name, _spelt in names]
        stays = select(Occupancy).where(Occupancy.resident_id.in_(people)).order_by(Occupancy.id)
        for stay in self.session.scalars(stays):
            known, key = people[stay.resident_id].stays, (stay.unit_id, stay.kind)
            last = known.get(key, stay.until_on)
            known[key] = None if last is None or stay.until_on is None else max(last, stay.until_on)
        for person in people.values():
            self.know(person)

    def _living_there(self, facts: Sequence[Fact]) -> set[int]:
        """Who has a unit of *facts* and the name that stands beside it."""
        wanted = {(fact.called, fact.unit_id) for fact in facts}
        query = select(Resident.id, Resident.name, Occupancy.unit_id)
        query = query.join(Occupancy, Occupancy.resident_id == Resident.id)
        query = query.where(Occupancy.unit_id.in_({fact.unit_id for fact in facts if fact.unit_id is not None}))
        living = self.session.execute(query).all()
        former = merged_names(self.session, {row_id for row_id, _name, _unit_id in living})
        return {
            row_id
            for row_id, name, unit_id in living
            if any((name_key(each), unit_id) in wanted for each in (name, *(old for old, _ in former.get(row_id, ()))))
        }

    def _person(self, row: Resident, contacts: Sequence[ResidentContact]) -> Person:
        values: dict[str, Any] = {name: getattr(row, name) for name in OF_A_PERSON if getattr(row, name)}
        if values.pop("phone", None):
            values["phone"] = frozenset(contact.value_digest or "" for contact in contacts)
        values |= {"id_number": row.id_number_digest} if row.id_number_digest else {}
        if row.emergency_contact:
            values["emergency_contact"] = self._keyring.readable(row.emergency_contact)
        return Person(row.name, values, resident=row, contacts=contacts)

    def find(self, fact: Fact) -> Person | None:
        """Whom *fact* means; None for somebody new. Refuses what can mean several, or somebody else."""
        if "id_number" in fact.values and (person := self._at("id", fact.values["id_number"])):
            called = (fact.name, name_pinyin(fact.name))
            if not any(is_same_name((name, name_pinyin(name)), called) for name in person.names):
                message = gettext_noop(
                    "This ID number is registered for %(name)s already; one person is registered once."
                )
                raise OperationRefused("RES-1", message, name=person.name)
            return person
        found = [self._at("phone", fact.called, digest) for digest in fact.values.get("phone", ())]
        people = {id(person): person for person in found if person is not None}
        if len(people) > 1:
            message = gettext_noop(
                "The numbers of this row are those of several people called %(name)s: merge them, if they are one."
            )
            raise OperationRefused("RES-1", message, name=fact.name)
        if people:
            return next(iter(people.values()))
        if fact.hidden:
            return self._whom_hidden_numbers_fit(fact)
        if fact.unit_id is None:
            return self._at("bare", fact.called) if fact.bare else None
        person = self._at("unit", fact.called, fact.unit_id, fact.kind) or self._at("unit", fact.called, fact.unit_id)
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
        people = {
            id(person): person for key, person in self._known.items() if fact.called in map(name_key, person.names)
        }
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
