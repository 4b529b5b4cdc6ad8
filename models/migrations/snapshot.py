"""Write the frozen statements of the first migration from the tables as they are now.

    python -m models.migrations.snapshot

Only until the first release: from then on a change of a table is a migration of its own.
"""

from collections.abc import Iterator

from sqlalchemy import Dialect, ForeignKeyConstraint, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DDLElement

from models import Base, search
from models.migrations import FOLDER

HEADING = "-- Written by `python -m models.migrations.snapshot`; frozen from the first release on.\n"
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]  # this dialect's class is untyped
}


def statements(dialect: Dialect) -> Iterator[str]:
    """CREATE TABLE and CREATE INDEX of every table by name; on a server, references last, as they go in circles."""
    tables = [Base.metadata.tables[name] for name in sorted(Base.metadata.tables)]
    inline = dialect.name == "sqlite"
    for table in tables:
        foreign_keys: list[ForeignKeyConstraint] | None = None if inline else []
        yield _compiled(CreateTable(table, include_foreign_key_constraints=foreign_keys), dialect)
        for index in sorted(table.indexes, key=lambda item: str(item.name)):
            yield _compiled(CreateIndex(index), dialect)
    if not inline:
        yield from _foreign_keys(tables, dialect)
    yield from search.create_statements(dialect.name)


def _foreign_keys(tables: list[Table], dialect: Dialect) -> Iterator[str]:
    for table in tables:
        for key in sorted(table.foreign_key_constraints, key=lambda item: str(item.name)):
            yield _compiled(AddConstraint(key), dialect)


def _compiled(element: DDLElement, dialect: Dialect) -> str:
    lines = str(element.compile(dialect=dialect)).strip().splitlines()
    return "\n".join(line.rstrip().replace("\t", "    ") for line in lines if line.strip())


def text_for(name: str) -> str:
    """The whole file for ``sqlite`` or ``postgresql``."""
    return HEADING + "".join(f"\n{statement};\n" for statement in statements(DIALECTS[name]))


def main() -> None:
    """Write both files."""
    for name in DIALECTS:
        (FOLDER / "versions" / f"0001_{name}.sql").write_text(text_for(name), encoding="utf-8")


if __name__ == "__main__":
    main()
