"""What a person who searches means: a number, words, a name, a room in any spelling, a phone number or its last four.

One text is split at blanks; every part must be found, each wherever the register can be found by it.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    Text,
    TypeDecorator,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base
from models.complaints import Complaint
from models.estates import Unit
from models.follow_ups import FollowUp
from models.keys import Key, KeyApproval, KeyLoan
from models.passes import VisitorPass
from models.personal import Keyring, normal_phone
from models.residents import Occupancy, Resident
from models.rooms import room_key
from models.search import FIRST_CHINESE, NUMBERS, index_of, number_token, room_token
from models.tickets import Ticket

TAIL = 4
SHORTEST_PHONE = 7
LONGEST_WORD = 60
LONGEST_ROOM_PART = 5
LONGEST_ROOM = 8

_PHONE = re.compile(r"[\d\s+()\-]+", re.ASCII)
_NUMBER = re.compile(r"[a-z]{0,4}-?[0-9][0-9a-z-]{2,39}", re.ASCII)
_WORD = re.compile(r"[^\W_]+")
_CHINESE = f"{chr(FIRST_CHINESE)}-\U0010ffff"
_RUN = re.compile(rf"([{_CHINESE}]+)|([^{_CHINESE}]+)")


def found(model: type[Base], text: str, keyring: Keyring) -> ColumnElement[bool] | None:
    """The rows of *model* that *text* finds; None when there is nothing in it to search for.

    That is so for signs only and for a single letter or digit: both would find nearly everything.
    """
    parts = _parts(text)
    conditions = []
    for part in parts:
        places = list(_places(model, part, keyring))
        if not places and len(parts) > 1 and part.isalnum():
            places = [_holding(model, (part,))]  # a single digit says something beside other words
        if places:
            # Found apart and united: an OR over tables would make the database read all of them.
            conditions.append(model.id.in_(union(*places) if len(places) > 1 else places[0]))
        elif len(parts) == 1:
            return None
    return and_(*conditions) if conditions else None


def terms(part: str) -> tuple[str, ...]:
    """The words of the index that *part* needs: pairs of Chinese characters, beginnings of others (``word*``)."""
    needed: list[str] = []
    for word in _WORD.findall(part):
        for chinese, other in _RUN.findall(word):
            if len(chinese) > 1:
                needed += [chinese[place : place + 2] for place in range(len(chinese) - 1)]
            elif chinese or len(word) > 1:
                # Two digits begin so many numbers that only they themselves are meant.
                needed.append((chinese or other[:LONGEST_WORD]) + "*" * (len(word) > 2 or not word.isdigit()))
    return tuple(dict.fromkeys(needed))


def _parts(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    if _PHONE.fullmatch(plain) and len(normal_phone(plain)) >= SHORTEST_PHONE:
        return [normal_phone(plain)]
    return plain.split()


def _room(part: str) -> str | None:
    """The key of the room that *part* may be, None when it is none."""
    key = room_key(part)
    groups = key.split("-")
    longest = LONGEST_ROOM_PART if len(groups) > 1 else LONGEST_ROOM
    fits = all(len(group) <= longest and group.isascii() and group.isalnum() for group in groups)
    return key if fits and len(key) > 1 and any(sign.isdigit() for sign in groups[-1]) else None


def _places(model: type[Any], part: str, keyring: Keyring) -> "list[Select[Any]]":
    """Each way in which rows of *model* are found by *part*, as a query for their ids."""
    room, needed = _room(part), terms(part)
    found: list[Select[Any]] = []
    # A room with its building is meant as that: its digits alone would find every floor's.
    if needed and (room is None or "-" not in room):
        found.append(_holding(model, needed))
    if model.__tablename__ in NUMBERS and _NUMBER.fullmatch(part):
        found.append(_holding(model, (number_token(part),)))
    units = None if room is None else _holding(Unit, (room_token(room),))
    people = _people(part, needed if room is None else (), keyring)
    if model is Unit:
        found += [] if units is None else [units]
    elif model is Resident:
        found += _by_phone(part, keyring, Resident, Resident.phone_digest, Resident.phone_tail_digest)
        if units is not None:
            living = select(Occupancy.resident_id).where(Occupancy.unit_id.in_(units), Occupancy.until_on.is_(None))
            found.append(living)
    elif model in (Ticket, Complaint):
        found += [select(model.id).where(model.resident_id.in_(query)) for query in people]
        found += [] if units is None else [select(model.id).where(model.unit_id.in_(units))]
        found += _by_phone(part, keyring, model, model.reporter_phone_digest, model.reporter_phone_tail_digest)
    elif model is VisitorPass:
        found += [] if units is None else [select(model.id).where(model.host_unit_id.in_(units))]
        found += _by_phone(part, keyring, model, model.phone_digest, model.phone_tail_digest)
    elif model is Key:
        found += [] if units is None else [select(model.id).where(model.unit_id.in_(units))]
    elif model in (KeyLoan, KeyApproval):
        found += [select(model.id).where(model.key_id.in_(query)) for query in _places(Key, part, keyring)]
    return found


def _people(part: str, needed: tuple[str, ...], keyring: Keyring) -> "list[Select[Any]]":
    found = [_holding(Resident, needed)] if needed else []
    return found + _by_phone(part, keyring, Resident, Resident.phone_digest, Resident.phone_tail_digest)


def _by_phone(part: str, keyring: Keyring, model: type[Any], whole: Any, tail: Any) -> "list[Select[Any]]":
    if not _PHONE.fullmatch(part):
        return []
    digits = normal_phone(part)
    if len(digits) == TAIL and part.isdigit():
        return [select(model.id).where(tail == keyring.digest(digits))]
    return [select(model.id).where(whole == keyring.digest(digits))] if len(digits) >= SHORTEST_PHONE else []


# ---------------------------------------------------------------- asking the index


class SearchQuery(TypeDecorator[tuple[str, ...]]):
    """Terms, all of which must be there, in the query language of the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """FTS5's or tsquery's spelling. Terms are letters and digits, with a star at the end for a beginning."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return " ".join(f'"{term.removesuffix("*")}"{" *" * term.endswith("*")}' for term in value)
        return " & ".join(f"'{term.removesuffix('*')}'{':*' * term.endswith('*')}" for term in value)


class record_id(FunctionElement[int]):  # reads as the SQL it stands for
    """The column of a search index that names the row."""

    inherit_cache = True


class holds(FunctionElement[bool]):  # likewise
    """Whether a row of a search index holds what is asked for."""

    inherit_cache = True


@compiles(record_id)
def _record_id(element: record_id, compiler: SQLCompiler, **kw: Any) -> str:
    column = "rowid" if compiler.dialect.name == "sqlite" else "id"
    return f"{compiler.process(element.clauses, **kw)}.{column}"


@compiles(holds)
def _holds(element: holds, compiler: SQLCompiler, **kw: Any) -> str:
    index, query = (compiler.process(clause, **kw) for clause in element.clauses)
    if compiler.dialect.name == "sqlite":
        return f"{index} MATCH {query}"
    return f"{index}.tokens @@ CAST({query} AS tsquery)"


def _holding(model: type[Base], needed: tuple[str, ...]) -> Select[Any]:
    index = index_of(model.__tablename__)
    name: ColumnElement[Any] = literal_column(index)
    query = bindparam(None, needed, type_=SearchQuery(), unique=True)
    return select(record_id(name)).select_from(table(index)).where(holds(name, query))


def found_follow_ups(text: str, keyring: Keyring) -> ColumnElement[bool] | None:
    """Follow-ups whose ticket or complaint *text* finds."""
    by_ticket, by_complaint = found(Ticket, text, keyring), found(Complaint, text, keyring)
    if by_ticket is None or by_complaint is None:
        return None
    return or_(
        FollowUp.ticket_id.in_(select(Ticket.id).where(by_ticket)),
        FollowUp.complaint_id.in_(select(Complaint.id).where(by_complaint)),
    )
