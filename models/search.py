"""Search indexes: whole words and two-character fragments of what a row says, kept by the database itself.

Beside each searched table stands ``<table>_search``: on SQLite a full-text table without content of its own (FTS5), on
PostgreSQL a table of tsvectors under a GIN index. Triggers keep it in the same transaction, whoever writes. Chinese has
no blanks between words, so each Chinese character is indexed together with the one after it; what stands between
Chinese characters (``车库B2坏了``) is a word of its own.
"""

import functools
import string
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, MetaData, event

from models.base import tables
from models.declared import Searched
from models.rooms_in_sql import PLACES, POSTGRESQL_KEY, POSTGRESQL_READING, sqlite_key, sqlite_reading

PLATE_ENDS = (4, 5, 6)
"""So many of the last signs of a number plate are enough to find it."""

LONGEST = 4_000
"""So many characters of a row are indexed."""
FIRST_CHINESE = 0x2E80
"""Where the East Asian scripts begin: from here on each character is indexed with its neighbour."""

_LETTERS = string.ascii_lowercase
_SIGNS = r"\s!-/:-@\[-`{-~，。！？；：、（）【】《》“”‘’…—·～"
# Digits and letters as everybody writes them, and of the width of a Chinese character.
_PLAIN = string.digits + string.ascii_letters
_WIDER = ord("０") - ord("0")
_WIDE = "".join(chr(ord(sign) + _WIDER) for sign in _PLAIN)


@functools.cache
def indexed() -> dict[str, Searched]:
    """The tables that have a search index, with what stands in it; complete when ``models`` is imported."""
    return {name: model.searched for name, model in tables().items() if model.searched and model.searched.words}


def index_of(table: str) -> str:
    """The name of the search index of *table*."""
    return f"{table}_search"


def is_index(name: str | None) -> bool:
    """Whether the table of that name belongs to a search index; FTS5 keeps several for each."""
    return name is not None and (name == PLACES or name.startswith(tuple(map(index_of, indexed()))))


def keeps_index(name: str) -> bool:
    """Whether the trigger or function of that name (:func:`trigger_statements`) keeps a search index."""
    return name.startswith("search_") or is_index(name.removeprefix("guard_"))


def room_token(key: str) -> str:
    """The word that a room's key (models.rooms) has in the index: ``2-2302`` is ``r2x2302``.

    The index also holds the room without hyphens (``r22302``, and as it is written, with zeros before its figures), its
    last part alone (``r2302``), and of a room with its stairwell (``4-2-1203``) the first part with the last
    (``r4x1203``): said without its stairwell.
    """
    return "r" + key.lower().replace("-", "x")


def plate_token(end: str) -> str:
    """The word that the last four, five or six signs of a number plate have in the index."""
    return "p" + end.lower()


def ending_token(word: str) -> str:
    """The beginning of the words that names in pinyin have in the index which end like *word*: ``jiayi`` of 蔡家怡.

    No index finds what ends so. It holds each word backwards too, behind a nought, with which no other word begins so.
    """
    return f"0{word.lower()[::-1]}*"


def number_token(number: str) -> str:
    """The word that a record's number has in the index, with or without its leading letters: ``R261122-001``."""
    return "n" + number.lower().replace("-", "")


# ---------------------------------------------------------------- the tables


def create_statements(dialect: str) -> Iterator[str]:
    """CREATE statements of all indexes for ``sqlite`` or ``postgresql``; the triggers come with the guards."""
    if dialect == "sqlite":
        yield f"CREATE TABLE {PLACES} (n INTEGER PRIMARY KEY) STRICT"
        numbers = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {LONGEST})"
        yield f"INSERT INTO {PLACES} (n) {numbers} SELECT n FROM c"
    for table in indexed():
        yield from create_index(table, dialect)


def create_index(table: str, dialect: str) -> Iterator[str]:
    """The same of *table* alone, for a migration that makes the table."""
    name = index_of(table)
    if dialect == "sqlite":
        yield (
            f"CREATE VIRTUAL TABLE {name} USING fts5(tokens, content='', columnsize=0, detail=none,"
            " tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        yield f"CREATE TABLE {name} (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)"
        # Without a list of pending entries, which every search would have to read.
        yield f"CREATE INDEX ix_{name}_tokens ON {name} USING gin (tokens) WITH (fastupdate = off)"


def drop_statements(dialect: str) -> Iterator[str]:
    """DROP statements of all indexes."""
    for table in indexed():
        yield f"DROP TABLE IF EXISTS {index_of(table)}"
    if dialect == "sqlite":
        yield f"DROP TABLE IF EXISTS {PLACES}"


def attach_indexes(metadata: MetaData) -> None:
    """Create and drop the indexes together with the tables (``create_all``, ``drop_all``)."""

    @event.listens_for(metadata, "after_create")
    def _after_create(_target: MetaData, connection: Connection, **_kw: object) -> None:
        for statement in create_statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    @event.listens_for(metadata, "before_drop")
    def _before_drop(_target: MetaData, connection: Connection, **_kw: object) -> None:
        for statement in drop_statements(connection.dialect.name):
            connection.exec_driver_sql(statement)


def rebuild(connection: Connection, progress: Callable[[str], None] | None = None) -> None:
    """Make every index anew from the rows, in the caller's transaction; *progress* hears the name of each table."""
    for table in indexed():
        if progress is not None:
            progress(table)
        name = index_of(table)
        everything = f"INSERT INTO {name} ({name}) VALUES ('delete-all')"
        connection.exec_driver_sql(everything if connection.dialect.name == "sqlite" else f"DELETE FROM {name}")
        _fill(connection, table)


def _fill(connection: Connection, table: str, where: str = "") -> None:
    name = index_of(table)
    if connection.dialect.name == "sqlite":
        wanted = f"SELECT row.id, ({_sqlite_tokens(table, 'row')}) FROM {table} row {where}"
        connection.exec_driver_sql(f"INSERT INTO {name} (rowid, tokens) {wanted}")
    else:
        wanted = f"SELECT row.id, {_postgresql_tokens(table, 'row')} FROM {table} row {where}"
        connection.exec_driver_sql(f"INSERT INTO {name} (id, tokens) {wanted}")


@contextmanager
def in_bulk(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Index the rows that the caller inserts into *tables* set by set at the end, in the caller's transaction.

    Many times quicker than row by row. The triggers are off meanwhile: rows may be inserted, none changed or deleted.
    """
    dialect, before = connection.dialect.name, {}
    for table in tables:
        before[table] = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one()
        for name in _trigger_names(table, dialect):
            connection.exec_driver_sql(f"DROP TRIGGER {name}{f' ON {table}' if dialect == 'postgresql' else ''}")
    yield
    for table, last in before.items():
        _fill(connection, table, f"WHERE row.id > {last:d}")
        for statement in _triggers(table, dialect):
            if statement.startswith("CREATE TRIGGER "):  # a function made again would lose whose rights it has
                connection.exec_driver_sql(statement)


# ---------------------------------------------------------------- the triggers


def trigger_statements(dialect: str) -> Iterator[str]:
    """What keeps the indexes, for ``sqlite`` or ``postgresql``; named like guards, and checked with them."""
    if dialect == "postgresql":
        yield POSTGRESQL_READING
        yield POSTGRESQL_KEY
        yield _POSTGRESQL_ROOM
        yield _POSTGRESQL_PLATES
        yield _POSTGRESQL_TOKENS
    for table in indexed():
        yield from _triggers(table, dialect)


def _triggers(table: str, dialect: str) -> Iterator[str]:
    return _sqlite_triggers(table) if dialect == "sqlite" else _postgresql_triggers(table)


def _trigger_names(table: str, dialect: str) -> Iterator[str]:
    for statement in _triggers(table, dialect):
        if statement.startswith("CREATE TRIGGER "):
            yield statement.split()[2]


def _watched(table: str) -> tuple[str, ...]:
    by = indexed()[table]
    return tuple(dict.fromkeys(filter(None, (*by.words, by.number, by.room))))


def _sqlite_triggers(table: str) -> Iterator[str]:
    name = index_of(table)
    add = f"INSERT INTO {name} (rowid, tokens) SELECT NEW.id, ({_sqlite_tokens(table, 'NEW')});"
    # An index without content forgets a row only when it is told word for word what the row said.
    take = f"INSERT INTO {name} ({name}, rowid, tokens) SELECT 'delete', OLD.id, ({_sqlite_tokens(table, 'OLD')});"
    columns = ", ".join(_watched(table))
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _watched(table))
    for what, when, body in (
        ("insert", f"AFTER INSERT ON {table}", [add]),
        ("update", f"AFTER UPDATE OF {columns} ON {table} WHEN {changed}", [take, add]),
        ("delete", f"AFTER DELETE ON {table}", [take]),
    ):
        yield f"CREATE TRIGGER guard_{name}_{what} {when} BEGIN\n  " + "\n  ".join(body) + "\nEND"


def _sqlite_tokens(table: str, row: str) -> str:
    by = indexed()[table]
    text = " || ' ' || ".join(f"coalesce({row}.{column}, '')" for column in by.words)
    if by.number:
        number = f"replace(lower({row}.{by.number}), '-', '')"
        text = f"'n' || {number} || ' n' || ltrim({number}, '{_LETTERS}') || ' ' || {text}"
    if by.room:
        text += f" || ' ' || ({_sqlite_room(f'{row}.{by.room}')})"
    if by.plates:
        plates = f"coalesce({row}.{by.plates}, '')"
        text += f" || ' ' || {_together(plates)} || ({_sqlite_plates(plates)})"
    if by.pinyin:
        text += f" || ' ' || {_together(f'{row}.name')} || ({_sqlite_endings(f'{row}.{by.pinyin}')})"
    # One after another, so that the words stay whole in whatever order a connection likes to read.
    each = (
        f"SELECT said.t, place.n, substr(said.t, place.n, 1) AS sign"
        f" FROM (SELECT substr({text}, 1, {LONGEST}) AS t) said CROSS JOIN {PLACES} place"
        f" WHERE place.n <= length(said.t) ORDER BY place.n"
    )
    wide = f"BETWEEN {ord(_WIDE[0])} AND {ord(max(_WIDE))} THEN char(unicode(sign) - {_WIDER})"
    return (
        f"SELECT coalesce(group_concat(CASE WHEN unicode(sign) < {FIRST_CHINESE} THEN sign WHEN unicode(sign) {wide}"
        f" ELSE ' ' || substr(t, n, 2) || ' ' END, ''), '') FROM ({each})"
    )


def _sqlite_room(code: str) -> str:
    # rtrim by all characters but the hyphen leaves what stands before the last part
    last = "substr(room.k, length(rtrim(room.k, replace(room.k, '-', ''))) + 1)"
    first = "substr(room.k, 1, max(instr(room.k, '-') - 1, 0))"
    read = f"SELECT written.k AS written, ({sqlite_key('written.k')}) AS k FROM ({sqlite_reading(code)}) written"
    return (
        "SELECT 'r' || replace(room.k, '-', 'x') || ' r' || replace(room.k, '-', '') || ' r' || "
        f"replace(room.written, '-', '') || ' r' || {last} || ' r' || {first} || 'x' || {last} FROM ({read}) room"
    )


def _sqlite_plates(column: str) -> str:
    sign = "[0-9A-Za-z]"

    def ends(length: int) -> str:
        end = f"substr(v, n - {length - 1}, {length})"
        return f"CASE WHEN n >= {length} AND {end} GLOB '{sign * length}' THEN ' p' || {end} ELSE '' END"

    last = f"substr(v, n, 1) GLOB '{sign}' AND NOT substr(v, n + 1, 1) GLOB '{sign}'"
    return (
        f"SELECT coalesce(group_concat({' || '.join(map(ends, PLATE_ENDS))}, ''), '')"
        f" FROM (SELECT {column} AS v UNION SELECT {_together(column)}) CROSS JOIN {PLACES}"
        f" WHERE n <= length(v) AND {last}"
    )


def _together(column: str) -> str:
    """*column* without what may stand between the signs of a plate or a name: 沪 A·9K 8X7, 阿依古丽·买买提."""
    for sign in " -·•・.．—－_\u3000":
        column = f"replace({column}, '{sign}', '')"
    return column


def _sqlite_endings(words: str) -> str:
    backwards = f"SELECT substr(w, n, 1) AS sign FROM (SELECT coalesce({words}, '') AS w) CROSS JOIN {PLACES}"
    backwards += " WHERE n <= length(w) ORDER BY n DESC"
    return f"SELECT ' 0' || replace(coalesce(group_concat(sign, ''), ''), ' ', ' 0') FROM ({backwards})"


_POSTGRESQL_ROOM = """CREATE OR REPLACE FUNCTION search_room(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'r' || replace(k, '-', 'x') || ' r' || replace(k, '-', '') || ' r' || replace(written, '-', '')
    || ' r' || regexp_replace(k, '^.*-', '') || ' r' || regexp_replace(k, '-.*$', '') || 'x'
    || regexp_replace(k, '^.*-', '')
  FROM (SELECT search_room_reading(code) AS written, search_room_key(search_room_reading(code)) AS k) room
$$"""
_POSTGRESQL_PLATES = (
    "CREATE OR REPLACE FUNCTION search_plates(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$\n  SELECT "
    + "\n    || ".join(
        f"coalesce(string_agg(CASE WHEN length(run[1]) >= {length} THEN ' p' || right(run[1], {length}) END, ''), '')"
        for length in PLATE_ENDS
    )
    + "\n  FROM regexp_matches(said, '[0-9A-Za-z]+', 'g') AS run\n$$"
)
# Without the offset the text would be made plain anew for each of its characters.
_POSTGRESQL_TOKENS = f"""CREATE OR REPLACE FUNCTION search_tokens(said text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE AS $$
  SELECT array_to_tsvector(coalesce(array_agg(DISTINCT word), '{{}}'))
  FROM (SELECT lower(translate(left(said, {LONGEST}), '{_WIDE}', '{_PLAIN}')) AS t OFFSET 0) plain,
  LATERAL (
    SELECT left(word, 100) AS word
    FROM regexp_split_to_table(t, '[{_SIGNS}{chr(FIRST_CHINESE)}-{chr(sys.maxunicode)}]+') word
    UNION ALL
    SELECT regexp_replace(substr(t, n, 2), '[{_SIGNS}]', '')
    FROM generate_series(1, length(t)) n WHERE ascii(substr(t, n, 1)) >= {FIRST_CHINESE}
  ) words WHERE word <> ''
$$"""


def _postgresql_tokens(table: str, row: str) -> str:
    by = indexed()[table]
    said = [f"{row}.{column}" for column in by.words]
    if by.number:
        number = f"replace(lower({row}.{by.number}), '-', '')"
        said = [f"'n' || {number}", f"'n' || ltrim({number}, '{_LETTERS}')", *said]
    text = f"concat_ws(' ', {', '.join(said)}"
    text += f", search_room({row}.{by.room})" if by.room else ""
    if by.plates:
        plates = f"{row}.{by.plates}"
        text += f", {_together(plates)}, search_plates({plates}), search_plates({_together(plates)})"
    if by.pinyin:
        text += f", {_together(f'{row}.name')}, '0' || replace(reverse({row}.{by.pinyin}), ' ', ' 0')"
    return f"search_tokens({text}))"


def _postgresql_triggers(table: str) -> Iterator[str]:
    name = index_of(table)
    yield (
        f"CREATE OR REPLACE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN\n"
        f"  IF TG_OP = 'DELETE' THEN\n    DELETE FROM {name} WHERE id = OLD.id;\n    RETURN OLD;\n  END IF;\n"
        f"  INSERT INTO {name} (id, tokens) VALUES (NEW.id, {_postgresql_tokens(table, 'NEW')})\n"
        "    ON CONFLICT (id) DO UPDATE SET tokens = excluded.tokens;\n"
        "  RETURN NEW;\nEND $$"
    )
    columns = ", ".join(_watched(table))
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _watched(table))
    run = f"EXECUTE FUNCTION guard_{name}()"
    yield f"CREATE TRIGGER guard_{name}_rows AFTER INSERT OR DELETE ON {table} FOR EACH ROW {run}"
    yield f"CREATE TRIGGER guard_{name}_update AFTER UPDATE OF {columns} ON {table} FOR EACH ROW WHEN ({changed}) {run}"
