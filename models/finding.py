"""What a person who searches means: a number, words, a name, a room in any spelling, a phone number or its last four.

One text is split at blanks; every part must be found, each wherever the register can be found by it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Select,
    TableClause,
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
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base, tables
from models.declared import Searched
from models.estates import Unit
from models.matters import Matter, RepeatReport
from models.meanings import meanings_of, parts_of, room_of, terms
from models.names import said_together, surname_said
from models.personal import Keyring
from models.residents import Occupancy, Resident, ResidentContact, ResidentMerge
from models.search import index_of, room_token

_GIVEN = ("given", "given_together")
_SAID_OF_A_NAME = ("surname", "simplified")
_OF_A_NAME = ("name", "together", "turned", *_SAID_OF_A_NAME, *_GIVEN)
_OF_A_RESIDENT = ("together", "turned", *_SAID_OF_A_NAME, "plate", "plate_apart", "plate_together", *_GIVEN)
_TAGS = ("tag", "tag_counted", "tag_together")


def search_condition(
    model: type[Base], text: str, keyring: Keyring, *, by_given_name: bool = True
) -> ColumnElement[bool] | None:
    """The rows of *model* that *text* finds; None when there is nothing in it to search for.

    That is so for signs only and for a single letter or digit: both would find nearly everything.
    *by_given_name*: pinyin may be the end of a name as well as its beginning.
    """
    ways = _ways(model, text, keyring, by_given_name=by_given_name)
    # Found apart and united: an OR over tables would make the database read all of them.
    return None if ways is None else and_(*(model.id.in_(union(*each) if len(each) > 1 else each[0]) for each in ways))


def can_gather_newest(session: Session) -> bool:
    """Whether :func:`matches` may be asked for the newest: SQLite's index gives rows in their order, PostgreSQL's none.

    Where not, :func:`found_one_by_one` meets them soon; on SQLite that would ask the index anew for every row.
    """
    return session.get_bind().dialect.name == "sqlite"


def matches(
    model: type[Base],
    text: str,
    keyring: Keyring,
    *conditions: ColumnElement[bool],
    place: Any,
    most: int,
    newest: bool = False,
) -> Select[Any] | None:
    """``id`` and ``place`` of the rows of *model* that *text* finds and *conditions* are true of; None as above.

    Of each way of finding them at most *most* rows, those with the highest ids if *newest*: fewer than that in all are
    all there are. To be read as a table of its own (a CTE), because PostgreSQL takes every word for a frequent one:
    asked for the newest rows that hold it, it would look at all rows from the newest on.
    """
    ways = _ways(model, text, keyring)
    if ways is None:
        return None
    wanted = select(model.id.label("id"), place.label("place")).where(*conditions).limit(most)
    if len(ways) > 1:
        wanted = wanted.order_by(model.id.desc()) if newest else wanted
        return wanted.where(and_(*(model.id.in_(union(*each) if len(each) > 1 else each[0]) for each in ways)))
    apart = []
    for each in ways[0]:
        if each.get_final_froms() == [model.__table__] and each.whereclause is not None:
            one, number = wanted.where(each.whereclause), cast("ColumnElement[int]", model.id)
        else:
            way = each.subquery()
            one, number = wanted.join(way, way.c[0] == model.id), way.c[0]
        apart.append(select((one.order_by(number.desc()) if newest else one).subquery()))
    return select(union(*apart).subquery()) if len(apart) > 1 else apart[0]


def found_one_by_one(model: type[Base], text: str, keyring: Keyring) -> ColumnElement[bool]:
    """Like :func:`search_condition`, of one row after another: for what so many rows fit that the first come soon."""
    return and_(*(or_(*(_is_among(model, way) for way in each)) for each in _ways(model, text, keyring) or ()))


def _is_among(model: type[Base], way: Select[Any]) -> ColumnElement[bool]:
    (source,) = way.get_final_froms()
    if source is model.__table__ and way.whereclause is not None:
        return way.whereclause
    if isinstance(source, TableClause) and source.name == index_of(model.__tablename__):
        # Without the offset PostgreSQL would first look up all rows that hold the words.
        return way.where(way.selected_columns[0] == model.id).offset(0).exists()
    return model.id.in_(way)


class SearchText(NamedTuple):
    """What a text asks for. Texts with the same *kinds* make the same statement but for the *values*."""

    kinds: tuple[frozenset[str], ...]
    """What each part may mean."""
    values: dict[str, Any]
    """By the names of the statement's parameters."""
    names: tuple[str, ...]
    """The parts that can be a name or its pinyin: those without a digit."""
    rooms: tuple[str, ...]
    """The words of the index for the rooms that are named in whatever spelling."""


def question_of(text: str, keyring: Keyring) -> SearchText:
    """What *text* asks for: a statement that was kept for its kinds answers it with its values."""
    parts = parts_of(text)
    meanings = meanings_of(parts, keyring)
    together = said_together(parts)
    names = [surname_said(part) or part for part in parts if part.isalpha()]
    return SearchText(
        tuple(frozenset(each) for each in meanings),
        {f"{name}_of_{number}": value for number, each in enumerate(meanings) for name, value in each.items()},
        (*(name for name in names if not together or not name.isascii()), *filter(None, [together])),
        tuple(word for each in meanings for word in each.get("room", ())),
    )


def _ways(
    model: type[Base], text: str, keyring: Keyring, *, by_given_name: bool = True
) -> "list[list[Select[Any]]] | None":
    """For each part of *text* the ways in which it is found, None when there is nothing to search for."""
    parts = parts_of(text)
    ways = []
    for number, (part, meanings) in enumerate(zip(parts, meanings_of(parts, keyring), strict=True)):
        if not by_given_name:
            meanings = {name: value for name, value in meanings.items() if name not in _GIVEN}
        said = _Said(meanings, number)
        places = _places(model, said)
        if not places and len(parts) > 1 and part.isalnum():
            places = _places(model, said.only("itself"))  # a single digit says something beside other words
        if places:
            ways.append(places)
        elif len(parts) == 1:
            return None
    return ways or None


def rooms_named(text: str) -> tuple[str, ...]:
    """The words of the index for the rooms that *text* names in whatever spelling."""
    return tuple(room_token(key) for part in parts_of(text) if (key := room_of(part)) is not None)


def units_named(text: str, keyring: Keyring) -> ColumnElement[bool] | None:
    """The units that *text* as a whole names, however it is written; None where it names none or says more."""
    parts = parts_of(text)
    if len(parts) != 1:
        return None
    (meanings,) = meanings_of(parts, keyring)
    only = {name: value for name, value in meanings.items() if name in ("room", "numbered", "orders")}
    ways = _rooms(_Said(only, 0))
    return Unit.id.in_(union(*ways) if len(ways) > 1 else ways[0]) if ways else None


def half_typed(values: dict[str, Any]) -> dict[str, Any]:
    """*values* of a question and ``rooms``, for all rooms whose number begins so: ``1-2`` for 1-201, 1-202 …"""
    return {
        name: tuple(_beginning(token) for token in value) if name.startswith("room") else value
        for name, value in values.items()
    }


def _beginning(token: str) -> str:
    # A nought that is typed last is the first of a figure written with zeros, which the index leaves out.
    return f"{token.removesuffix('0') if token.endswith('x0') else token}*"


def words_found(model: type[Base], text: str) -> ColumnElement[bool] | None:
    """The rows of *model* in whose words *text* stands; None for a text without any."""
    needed = terms(text)
    return model.id.in_(_holding(model, bindparam(None, needed, type_=SearchQuery))) if needed else None


def found_rooms(named: tuple[str, ...] | None = None) -> Select[Any]:
    """The ids of the rooms whose words (:func:`rooms_named`) are *named*, else the value of the parameter ``rooms``."""
    return _holding(Unit, bindparam("rooms" if named is None else None, named, type_=SearchQuery))


@dataclass(frozen=True)
class _Said:
    """The part *number* of a text, with its meanings."""

    meanings: dict[str, Any]
    number: int

    def __contains__(self, meaning: str) -> bool:
        return meaning in self.meanings

    def only(self, meaning: str) -> "_Said":
        """The same with one meaning, as words."""
        return _Said({"words": self.meanings[meaning]}, self.number)

    def several(self, meaning: str) -> BindParameter[Any]:
        """The parameter for the values of *meaning*, any of which may be meant."""
        return bindparam(f"{meaning}_of_{self.number}", list(self.meanings[meaning]), expanding=True)

    def parameter(self, meaning: str) -> ColumnElement[Any]:
        """The parameter of a statement for the value of *meaning*; SQLAlchemy itself would name one ``name_1``."""
        kind = None if meaning.startswith(("phone", "tag")) else SearchQuery
        return bindparam(f"{meaning}_of_{self.number}", self.meanings[meaning], type_=kind)


def _places(model: type[Any], said: _Said) -> "list[Select[Any]]":
    """Each way in which rows of *model* are found by what was *said*, as a query for their ids."""
    by: Searched = model.searched or Searched()
    # A unit with a number of its own is meant as that: its words alone would find every other shop.
    by_words = "words" in said and by.words and not (by.room and "numbered" in said)
    found = [_holding(model, said.parameter("words"))] if by_words else []
    if "number" in said and by.number:
        found.append(_holding(model, said.parameter("number")))
    if by.names:
        found += [_holding(model, said.parameter(meaning)) for meaning in _SAID_OF_A_NAME if meaning in said]
    rooms = _rooms(said)
    if by.room:
        found += rooms
    for name in by.people:
        found += _referring(model, name, _people(said))
    for name in by.units:
        found += _referring(model, name, rooms)
    for name in by.phones:
        found += _by_phone(said, model, getattr(model, f"{name}_digest"), getattr(model, f"{name}_tail_digest"))
    for name in by.tags:
        found += _by_tag(said, model, name)
    for name in by.through:
        found += _referring(model, name, _places(target_of(model, name), said))
    if model is Resident:
        found += _of_residents(said, rooms)
    elif issubclass(model, Matter):
        found += _told_again(said, model)
    return found


def _rooms(said: _Said) -> "list[Select[Any]]":
    rooms = [_holding(Unit, said.parameter("room"))] if "room" in said else []
    if "numbered" in said:
        named = Unit.id.in_(_holding(Unit, said.parameter("numbered")))
        rooms.append(select(Unit.id).where(named, Unit.sort_key.in_(said.several("orders"))))
    return rooms


def _referring(model: type[Any], name: str, queries: "list[Select[Any]]") -> "list[Select[Any]]":
    return [select(model.id).where(getattr(model, name).in_(query)) for query in queries]


def target_of(model: type[Any], name: str) -> type[Any]:
    """The table that the column *name* refers to."""
    (key,) = model.__table__.columns[name].foreign_keys
    return tables()[key.column.table.name]


def _of_residents(said: _Said, rooms: "list[Select[Any]]") -> "list[Select[Any]]":
    """Also by their numbers, plates, other names, and where they live."""
    ways = _of_contacts(said, ResidentContact, ResidentContact.resident_id) + _under_another_name(said)
    ways += [_holding(Resident, said.parameter(meaning)) for meaning in _OF_A_RESIDENT if meaning in said]
    return ways + [
        select(Occupancy.resident_id).where(Occupancy.unit_id.in_(each), Occupancy.until_on.is_(None)) for each in rooms
    ]


def _told_again(said: _Said, model: type[Any]) -> "list[Select[Any]]":
    """The matters of *model* that whoever else called about is found by, or what was said then (INT-6)."""
    ways = _places(RepeatReport, said)
    if not ways:
        return []
    each = union(*ways) if len(ways) > 1 else ways[0]
    again = select(RepeatReport.record_id).where(RepeatReport.register == model.__tablename__)
    return [again.where(RepeatReport.id.in_(each)).distinct()]


def _under_another_name(said: _Said) -> "list[Select[Any]]":
    """Into whom somebody was merged (RES-1) who is called so: the other spelling of the name leads to the kept one."""
    names = [_holding(Resident, said.parameter(name)) for name in _OF_A_NAME if name in said]
    if not names:
        return []
    each = union(*names) if len(names) > 1 else names[0]
    merged = ResidentMerge.merged_id.in_(each)
    return [select(ResidentMerge.kept_id).where(ResidentMerge.undone_at.is_(None), merged).distinct()]


def _people(said: _Said) -> "list[Select[Any]]":
    found = [_holding(Resident, said.parameter(name)) for name in _OF_A_NAME if name in said]
    found += _under_another_name(said)
    return found + _of_contacts(said, ResidentContact, ResidentContact.resident_id)


def _by_tag(said: _Said, model: type[Any], name: str) -> "list[Select[Any]]":
    asked = [said.parameter(meaning) for meaning in _TAGS if meaning in said]
    return [select(model.id).where(getattr(model, name) == each) for each in asked]


def _of_contacts(said: _Said, model: type[Any], owner: Any) -> "list[Select[Any]]":
    return [
        way.with_only_columns(owner).distinct() for way in _by_phone(said, model, model.value_digest, model.tail_digest)
    ]


def _by_phone(said: _Said, model: type[Any], whole: Any, tail: Any) -> "list[Select[Any]]":
    if "phone_tail" in said:
        return [select(model.id).where(tail == said.parameter("phone_tail"))]
    either = [said.parameter("phone"), said.parameter("phone_before")] if "phone" in said else []
    return [select(model.id).where(or_(*(whole == each for each in either)))] if either else []


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


def _holding(model: type[Base], needed: ColumnElement[Any]) -> Select[Any]:
    index = index_of(model.__tablename__)
    name: ColumnElement[Any] = literal_column(index)
    return select(record_id(name)).select_from(table(index)).where(holds(name, needed))
