"""Who may do what in the database of a server: the owner, the panel, reports, neighbours, as GRANT statements."""

from collections.abc import Iterator

from sqlalchemy import Table

from models import Base, search
from models.guards import APPEND_ONLY
from models.migrations.shape import HOUSEKEEPING
from models.policy import permissions

OWNER, PANEL, REPORTS, NEIGHBOUR = "frontdesk_owner", "frontdesk_panel", "frontdesk_reports", "frontdesk_neighbour"


def statements(
    schema: str, database: str, *, owner: str, panel: str, reports: str, neighbour: str, writes: tuple[str, ...]
) -> Iterator[str]:
    """The statements, to be run by the owner after its first upgrade and after each one that brings tables.

    Names are given quoted. *writes* are the registers into which the *neighbour* may write. Guards belong to the owner:
    nobody else can drop them or switch them off. They run with its rights, so writing a row needs none besides.
    """
    yield "-- The owner makes and upgrades the tables (FRONTDESK_OWNER_DATABASE_URL); db restore is run as it too."
    yield f"-- Whoever administers the server lets it: GRANT CREATE ON DATABASE {database} TO {owner};"
    yield f"--   GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}; where that schema is another's."
    yield "-- The panel reads and writes rows (FRONTDESK_DATABASE_URL)."
    yield f"GRANT USAGE ON SCHEMA {schema} TO {panel};"
    for table in _tables():
        rights = "SELECT, INSERT" if table.info.get(APPEND_ONLY) else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {rights} ON {schema}.{table.name} TO {panel};"
        yield f"GRANT USAGE ON SEQUENCE {schema}.{table.name}_id_seq TO {panel};"
    for name in _beside():
        rights = "SELECT" if name in HOUSEKEEPING else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {rights} ON {schema}.{name} TO {panel};"
    yield "-- Reports read, but for secrets; personal numbers are encrypted."
    yield f"GRANT USAGE ON SCHEMA {schema} TO {reports};"
    for table in _tables():
        yield f"GRANT SELECT{_readable(table)} ON {schema}.{table.name} TO {reports};"
    for name in _beside():
        yield f"GRANT SELECT ON {schema}.{name} TO {reports};"
    yield "-- A neighbour writes rows of these registers, within the rules of SCHEMA.md, and reads them."
    yield f"GRANT USAGE ON SCHEMA {schema} TO {neighbour};"
    for name in writes:
        yield f"GRANT SELECT, INSERT, UPDATE ON {schema}.{name} TO {neighbour};"


def writable() -> list[str]:
    """The registers that other programs may write: those with verbs, whose rows carry a version."""
    return [table.name for table in _tables() if table.name in permissions() and "version" in table.c]


def _tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in sorted(Base.metadata.tables)]


def _beside() -> list[str]:
    return sorted({*HOUSEKEEPING, *map(search.index_of, search.indexed())})


def _readable(table: Table) -> str:
    columns = [column.name for column in table.columns if not column.info.get("secret")]
    return "" if len(columns) == len(table.columns) else f" ({', '.join(columns)})"
