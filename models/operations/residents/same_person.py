"""Who is there already under another writing of the same name (RES-1): offered before anybody is registered twice."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import is_same_name, may_be_called
from models.operations.core import CHUNK, name_pinyin
from models.personal import keyring_of
from models.phones import read_noted_phones
from models.residents import MERGED, Occupancy, Resident, ResidentContact, ResidentMerge

Name = tuple[int, str, str]
"""Id, name and its pinyin."""


def merged_names(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Resident -> the names, with their pinyin, of all who were merged into that one, one after the other too."""
    found: dict[int, list[tuple[str, str]]] = {}
    kept_in = {row_id: row_id for row_id in ids}
    going = sorted(kept_in)
    while going:
        query = select(ResidentMerge.kept_id, Resident.id, Resident.name, Resident.name_pinyin)
        query = query.join(Resident, Resident.id == ResidentMerge.merged_id).where(ResidentMerge.undone_at.is_(None))
        rows = [
            row
            for start in range(0, len(going), CHUNK)
            for row in session.execute(query.where(ResidentMerge.kept_id.in_(going[start : start + CHUNK])))
        ]
        for kept_id, merged_id, name, spelt in rows:
            kept_in[merged_id] = kept_in[kept_id]
            found.setdefault(kept_in[kept_id], []).append((name, spelt))
        going = sorted(merged_id for _kept, merged_id, _name, _spelt in rows)
    return found


class ReachedThere:
    """The people of some estates by the numbers at which they are reached, under all names that they had."""

    def __init__(self, session: Session, numbers: Iterable[tuple[int, str | None]]) -> None:
        """*numbers*: estate and numbers as they were said, which the caller has not checked yet."""
        self._digest = keyring_of(session).digest
        self._found: dict[tuple[int, str], list[Name]] = {}
        wanted: set[str] = set()
        estates: set[int] = set()
        for estate_id, said in numbers:
            wanted.update(self._digests(said))
            estates.add(estate_id)
        query = select(
            Resident.estate_id, ResidentContact.value_digest, Resident.id, Resident.name, Resident.name_pinyin
        )
        query = query.join(ResidentContact, ResidentContact.resident_id == Resident.id)
        query = query.where(Resident.estate_id.in_(estates), Resident.id.not_in(MERGED)).order_by(Resident.id)
        digests = sorted(wanted)
        for start in range(0, len(digests), CHUNK):
            chosen = query.where(ResidentContact.value_digest.in_(digests[start : start + CHUNK]))
            for estate_id, digest, row_id, name, spelt in session.execute(chosen):
                self._found.setdefault((estate_id, str(digest)), []).append((row_id, name, spelt))
        self._former = merged_names(session, {known[0] for people in self._found.values() for known in people})

    def who(self, estate_id: int, name: str, said: str | None) -> Name | None:
        """The first who is or may be called so and is reached at one of the numbers *said*: 盖女士 may be 盖晨曦."""
        called = (name, name_pinyin(name))
        reached = [known for digest in self._digests(said) for known in self._found.get((estate_id, digest), ())]
        same = (known for known in reached if any(is_same_name(called, each) for each in self._names(known)))
        perhaps = (known for known in reached if any(may_be_called(name, each) for each, _ in self._names(known)))
        return next(same, None) or next(perhaps, None)

    def _names(self, known: Name) -> list[tuple[str, str]]:
        return [known[1:], *self._former.get(known[0], ())]

    def _digests(self, said: str | None) -> list[str]:
        try:
            return [self._digest(phone.found_by) for phone in read_noted_phones(said or "")]
        except ValueError:  # no phone: refused where it is checked
            return []


class LivingThere:
    """The people who have some units now, with whether they are reached at any number."""

    def __init__(self, session: Session, units: Sequence[int], people: Sequence[int]) -> None:
        has_number = select(ResidentContact.id).where(ResidentContact.resident_id == Resident.id).exists()
        columns: tuple[Any, ...] = (
            Resident.id,
            Resident.name,
            Resident.name_pinyin,
            Resident.id_number_digest,
            has_number,
        )
        self._people: dict[int, tuple[Any, ...]] = {}
        self._by_unit: dict[int, list[tuple[Any, ...]]] = {}
        for start in range(0, len(people), CHUNK):
            asked = select(*columns).where(Resident.id.in_(people[start : start + CHUNK]))
            self._people.update((row[0], tuple(row)) for row in session.execute(asked))
        query = select(Occupancy.unit_id, *columns).join(Occupancy, Occupancy.resident_id == Resident.id)
        query = query.where(Occupancy.until_on.is_(None), Resident.id.not_in(MERGED)).order_by(Resident.id)
        for start in range(0, len(units), CHUNK):
            for unit_id, *row in session.execute(query.where(Occupancy.unit_id.in_(units[start : start + CHUNK]))):
                self._by_unit.setdefault(unit_id, []).append(tuple(row))

    def who(self, unit_id: int, resident_id: int) -> Name | None:
        """Somebody else there who is called as *resident_id* is, where nothing tells them apart: no number of one."""
        person = self._people.get(resident_id)
        for other in self._by_unit.get(unit_id, ()) if person is not None else ():
            assert person is not None
            told_apart = (person[4] and other[4]) or (None not in (person[3], other[3]) and person[3] != other[3])
            if other[0] != resident_id and not told_apart and is_same_name(person[1:3], other[1:3]):
                return other[0], other[1], other[2]
        return None
