"""Writing the next migration: the statements for what the tables have now and the last revision had not.

New tables with their search indexes, columns and indexes are written out for both kinds of database. Whatever else
differs (a changed check, what existing rows need) is named in the files and written by hand; then :func:`note_hashes`
once more.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from sqlalchemy import Column, Dialect, Index, Table, create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from models import Base, search
from models.errors import FrontDeskError
from models.migrations import head, shape, soundness
from models.migrations.revision import FOLDER, config

VERSIONS = FOLDER / "versions"
HASHES = "landed.sha256"
"""The file with the hash of each file of statements, as ``sha256sum --check`` reads it."""
DIALECTS: tuple[Dialect, ...] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
MODULE = '''"""{message}

Revision: {revision}
After: {after}
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "{revision}"
down_revision = "{after}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"{revision}_{{connection.dialect.name}}.sql"))
'''


class NothingToWrite(FrontDeskError):
    """The tables are what the last revision makes."""


def write(message: str, folder: Path = VERSIONS) -> list[Path]:
    """Write the next revision into *folder*: its module, its statements for both databases, their hashes.

    *message* says in a sentence what becomes possible. Returns the files. Raises NothingToWrite when nothing differs.
    """
    after = head()
    there = shape.of_revision(after)
    tables = [table for table in Base.metadata.sorted_tables if table.name not in there.tables]
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name not in there.tables.get(table.name, {column.name})
    ]
    indexes = [
        index
        for table in Base.metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if index.name not in there.others
    ]
    by_hand = list(_by_hand(after, there))
    if not (tables or columns or indexes or by_hand):
        raise NothingToWrite(f"The tables are those of revision {after}: change models/ first.")
    revision = f"{int(after) + 1:04}"
    words = "_".join(re.findall(r"[a-z0-9]+", message.lower())[:6]) or "tables"
    module = folder / f"{revision}_{words}.py"
    sentence = f"{message.rstrip('.')}."
    module.write_text(MODULE.format(message=sentence, revision=revision, after=after), encoding="utf-8")
    files = [module]
    for dialect in DIALECTS:
        statements = [f"-- {sentence}", *_statements(dialect, tables, columns, indexes)]
        statements += [f"-- By hand, on this kind of database too: {what}" for what in by_hand]
        file = folder / f"{revision}_{dialect.name}.sql"
        file.write_text("\n\n".join(statements) + "\n", encoding="utf-8")
        files.append(file)
    note_hashes(folder)
    return [*files, folder / HASHES]


def note_hashes(folder: Path = VERSIONS) -> None:
    """Write the hash of each file of statements of *folder*: after the newest was written by hand.

    What has landed is never edited: a hash of an earlier one that changes here is a mistake, which the diff shows.
    """
    files = sorted(folder.glob("*.sql"))
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / HASHES).write_text("".join(lines), encoding="utf-8")


def _statements(
    dialect: Dialect, tables: list[Table], columns: list[Column[object]], indexes: list[Index]
) -> Iterator[str]:
    for table in tables:
        yield f"{_text(CreateTable(table), dialect)};"
    for column in columns:
        yield f"ALTER TABLE {column.table.name} ADD COLUMN {_text(CreateColumn(column), dialect)};"
    for index in indexes:
        yield f"{_text(CreateIndex(index), dialect)};"
    for name in search.indexed().keys() & {table.name for table in tables}:
        yield from (f"{statement};" for statement in search.create_index(name, dialect.name))


def _text(element: CreateTable | CreateColumn | CreateIndex, dialect: Dialect) -> str:
    written = str(element.compile(dialect=dialect)).strip().replace("\t", "    ")
    return "\n".join(line.rstrip() for line in written.splitlines())


def _by_hand(revision: str, there: shape.Shape) -> Iterator[str]:
    """What of the tables that were *there* at *revision* is another now: checks, keys, columns of the same name."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        command.upgrade(config(connection), revision)
        for what in soundness.missing_rules(connection):
            table, _, part = what.partition(": ")
            first = part.partition(" ")[0].strip('"')
            if table in there.tables and first in {"CONSTRAINT", *there.tables[table]}:
                yield what
