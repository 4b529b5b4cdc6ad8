"""Column types, names of constraints and what every table has. No other module defines a type.

The types exist because SQLite's STRICT tables accept INTEGER, TEXT, REAL and BLOB only, and because a time without
zone or an unknown word must be refused on its way in, on both databases alike.
"""

import datetime
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    bindparam,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from models.canonical import canonical_json
from models.declared import Declares, Tone
from models.errors import Msgid

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def named(label: str, help: str = "", **marks: bool) -> dict[str, Any]:  # the word of forms
    """What stands on a column as its ``info``: what it is called, what a form says beside it, and marks.

    *label* is a text to translate as those of ``gettext_noop`` are, *help* is marked by it. Marks are ``personal``
    (encrypted, shown masked), ``secret`` (never shown) and ``dialled`` (a number that can be called). Each column of
    text or JSON that is neither says whether it holds names or what people say, ``words``, which events keep encrypted
    (models.said), or is ``harmless``.
    """
    return {"label": Msgid(label), **({"help": help} if help else {}), **marks}


class LabelledEnum(StrEnum):
    """A closed list of words: ``value`` is what the database holds, ``label`` what a person reads (translated).

    Words that are states have a ``tone`` too.
    """

    label: Msgid
    tone: Tone | None

    def __new__(cls, value: str, label: Msgid = Msgid(""), tone: Tone | None = None) -> Self:  # noqa: B008  # looked up by value, the enum passes no label
        """Make a member of its stored word and its marked label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.tone = tone
        return member


class ShortText(TypeDecorator[str]):
    """Text of at most ``length`` characters; longer text is refused by a CHECK on both databases."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int = 200) -> None:
        super().__init__()
        self.max_length = length


class LongText(ShortText):
    """Text of several lines, at most ``length`` characters."""

    cache_ok = True

    def __init__(self, length: int = 20_000) -> None:
        super().__init__(length)


class SortKey(TypeDecorator[str]):
    """Text that the database itself keeps to sort or to compare by; of any length, since nobody types it."""

    impl = Text
    cache_ok = True


class OtherWord(str):
    """A stored word that this version of the program does not declare; it reads as it is written."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word, as of a member that is declared."""
        return str(self)


class Choice(TypeDecorator[Any]):
    """A member of a LabelledEnum, stored as its word; the CHECK comes from the guards.

    Where the list is not *closed* the database takes any short word: a further one needs no change of the table. Then
    each table may declare *further* words, under that name of its class.
    """

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[LabelledEnum], *, closed: bool = True, further: str = "") -> None:
        super().__init__()
        self.enum, self.closed, self.further = enum, closed, further

    @functools.cached_property
    def words(self) -> tuple[LabelledEnum, ...]:
        """All members; complete when ``models`` is imported."""
        declaring = tables().values() if self.further else ()
        return (*self.enum, *(word for model in declaring for word in getattr(model, self.further)))

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Refuse (ValueError) a word that is not in the list."""
        return None if value is None else str((self.members.get(value) or self.enum(value)).value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The member for the stored word."""
        return self.result_processor(dialect, None)(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """The same without the calls around it: lists and exports read very many of these."""
        return self.members.__getitem__

    @functools.cached_property
    def members(self) -> Mapping[str | None, Any]:
        """Stored word -> member; where the list is not closed, of any word."""
        known: dict[str | None, Any] = {None: None, **{member.value: member for member in self.words}}
        return known if self.closed else _Open(known)


class _Open(dict[str | None, Any]):
    def __missing__(self, word: str) -> OtherWord:
        return OtherWord(word)


UNREADABLE_INSTANT = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
"""Stands for a stored time that is none (the 30th of February), so that one such row does not stop a whole list."""
UNREADABLE_DAY = UNREADABLE_INSTANT.date()


def read_instant(text: str) -> datetime.datetime:
    """The instant that *text* of a database spells, in UTC where it names no zone."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return UNREADABLE_INSTANT
    return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)


def read_day(text: str) -> datetime.date:
    """The date that *text* of a database spells."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return UNREADABLE_DAY


def _stored_instant(text: str | None) -> datetime.datetime | None:
    return None if text is None else read_instant(f"{text}+00:00")


class UTCDateTime(TypeDecorator[datetime.datetime]):
    """An instant. Naive values are refused; SQLite holds ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, timestamptz elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> Any:
        """Refuse (ValueError) an instant without time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(datetime.UTC)
        # Several times as quick as strftime; every row has a few of these.
        return value.replace(tzinfo=None).isoformat(" ", "microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime.datetime | None:
        """The instant, always in UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            return read_instant(value)
        return value.astimezone(datetime.UTC)  # type: ignore[no-any-return]  # the driver's row value is Any

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """The same without the calls around it."""
        return _stored_instant if dialect.name == "sqlite" else lambda value: self.process_result_value(value, dialect)


class LocalDate(TypeDecorator[datetime.date]):
    """A calendar date in the estate's own zone; SQLite holds ``YYYY-MM-DD``."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, date elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: datetime.date | None, dialect: Dialect) -> Any:
        """ISO text on SQLite."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime.date | None:
        """The date."""
        return read_day(value) if isinstance(value, str) else value


class Flag(TypeDecorator[bool]):
    """Yes or no; SQLite holds 1 or 0."""

    impl = Boolean
    cache_ok = True
    coerce_to_is_types = (type(None), bool)  # so that ``is_(True)`` becomes a constant: PostgreSQL takes no parameter

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integer on SQLite, boolean elsewhere."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """1 or 0 on SQLite."""
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """The truth value."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """Codes and values as canonical JSON text: sorted, so that equal values are equal text on both databases.

    What another program wrote that is none reads as the text that it is, and as an empty one of the *shape* where the
    column has one; so does what is of another shape.
    """

    impl = Text
    cache_ok = True

    def __init__(self, shape: type[dict[str, Any]] | type[list[Any]] | None = None) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Canonical JSON."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The parsed value."""
        if value is None:
            return None
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            found = value
        return found if self.shape is None or isinstance(found, self.shape) else self.shape()


class Words(Json):
    """A list of words as canonical JSON; what another program wrote that is no such list reads as an empty one."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The words."""
        found = super().process_result_value(value, dialect)
        return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else []


LONGEST_KEY = 400
"""Characters of the key of a record of another program's table, where it is not one whole number."""
Identity = BigInteger().with_variant(Integer(), "sqlite")


class utc_now(FunctionElement[datetime.datetime]):  # reads as the SQL function it is
    """The database's own clock, as default for rows that other programs insert; verbs always pass ``now``."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(utc_now, "sqlite")
def _utc_now_sqlite(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"


@compiles(utc_now)
def _utc_now(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "now()"


def among(column: Any, members: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that *column* is one of *members*, written out instead of sent beside the statement.

    A database uses a partial index only when it sees the very words that the index was made with.
    """
    words = bindparam(None, list(members), type_=column.type, expanding=True, literal_execute=True)
    condition: ColumnElement[bool] = column.in_(words)
    return condition


def is_open(model: Any) -> ColumnElement[bool]:
    """The condition that something is still owed on a row of *model* (a table's class, or an alias of it)."""
    if model.open_statuses:
        return among(model.status, model.open_statuses)
    owing = [literal_column(model.owing.format(row=model.__tablename__), Flag())] if model.owing else []
    return and_(*(getattr(model, name).is_(None) for name in model.ended_by), *owing)


class never(FunctionElement[datetime.datetime]):  # likewise
    """An instant after all others: where rows without a time stand in an order by it; a constant, for indexes."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(never, "sqlite")
def _never_sqlite(element: never, compiler: SQLCompiler, **kw: Any) -> str:
    return "'9999-12-30 00:00:00.000000'"


@compiles(never)
def _never(element: never, compiler: SQLCompiler, **kw: Any) -> str:
    return "TIMESTAMP WITH TIME ZONE '9999-12-30 00:00:00+00:00'"


class Base(Declares, DeclarativeBase):
    """Every table of the shared database."""

    metadata = MetaData(naming_convention=NAMING)

    id: Mapped[int] = mapped_column(Identity, primary_key=True, sort_order=-100, info=named("Number"))
    created_at: Mapped[datetime.datetime] = mapped_column(
        UTCDateTime, server_default=utc_now(), sort_order=900, info=named("Written")
    )
    updated_at: Mapped[datetime.datetime] = mapped_column(
        UTCDateTime, server_default=utc_now(), sort_order=901, info=named("Last changed")
    )

    def __str__(self) -> str:
        """How people call the row."""
        return f"#{self.id}" if self.called == "id" else str(getattr(self, self.called))

    def __repr__(self) -> str:
        """Class and identity only: a repr in a log must not carry personal data."""
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


@functools.cache
def tables() -> dict[str, type[Base]]:
    """Register -> the class of its table, in the order of the names; complete when ``models`` is imported."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return {model.__tablename__: model for model in sorted(classes, key=lambda model: str(model.__tablename__))}


class EstateRow:
    """A row of one estate. The composite unique key lets others refer to it only from within its estate."""

    @declared_attr
    @classmethod
    def estate_id(cls) -> Mapped[int]:
        """The estate; never changes."""
        return mapped_column(Identity, ForeignKey("estates.id"), nullable=False, sort_order=-99, info=named("Estate"))


class Register(EstateRow):
    """A register (台账): versioned, so that a stale save is refused instead of overwriting."""

    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1, sort_order=902, info=named("Version"))

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def state(first: LabelledEnum, sort_order: int = 0) -> MappedColumn[Any]:
    """The column of a state in which a row begins as *first*."""
    words, info = Choice(type(first)), named("Status")
    return mapped_column(words, default=first, server_default=first.value, sort_order=sort_order, info=info)


def table_args(*args: Any, **options: Any) -> tuple[Any, ...]:
    """``__table_args__`` of an estate's table: its own *args*, (estate_id, id) unique, ids never reused, STRICT."""
    return (
        *args,
        UniqueConstraint("estate_id", "id"),
        {"sqlite_autoincrement": True, "sqlite_strict": True, **options},
    )


def within_estate(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that cannot leave the estate: (estate_id, *column*) to *table* (estate_id, id)."""
    return ForeignKeyConstraint(["estate_id", column], [f"{table}.estate_id", f"{table}.id"])
