"""Several numbers a person: the phones of residents move to a table of their own, beside one for staff (RES-1).

Revision: 0009
After: 0008
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import context, op
from sqlalchemy import Connection, text

from models.migrations import run_file
from models.personal import Keyring
from models.phones import NotAPhone, Phone, read_phones

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 1000
GONE = ("phone", "phone_digest", "phone_tail_digest")


def upgrade() -> None:
    """Add the tables, carry every stored phone over, and take its columns from the residents."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0009_{connection.dialect.name}.sql"))
    for rows in _phones(connection):
        contacts = [contact for row in rows for contact in _contacts(row, context.config.attributes.get("keyring"))]
        connection.execute(_INSERT, contacts)
    if connection.dialect.name == "sqlite":
        _drop_columns_on_sqlite(connection)
    else:
        for column in GONE:
            connection.exec_driver_sql(f"ALTER TABLE residents DROP COLUMN {column}")


_INSERT = text(
    "INSERT INTO resident_contacts (estate_id, resident_id, kind, value, value_digest, tail_digest, country, extension,"
    " valid, created_at, updated_at) VALUES (:estate_id, :resident_id, :kind, :value, :value_digest, :tail_digest,"
    " :country, :extension, :valid, :created_at, :updated_at)"
)


def _phones(connection: Connection) -> Iterator[list[Any]]:
    query = text(
        "SELECT id, estate_id, phone, phone_digest, phone_tail_digest, created_at, updated_at FROM residents"
        " WHERE phone IS NOT NULL AND id > :last ORDER BY id LIMIT :size"
    )
    last = 0
    while rows := connection.execute(query, {"last": last, "size": BATCH}).all():
        yield list(rows)
        last = rows[-1].id


def _contacts(row: Any, keyring: Keyring | None) -> list[dict[str, Any]]:
    """The rows that a stored phone becomes; what is no number that can be dialled stays as it is, not valid."""
    shared = {"estate_id": row.estate_id, "resident_id": row.id}
    shared |= {"created_at": row.created_at, "updated_at": row.updated_at}
    plain = keyring.readable(row.phone) if keyring is not None else None
    phones = _read(plain)
    if keyring is None or not phones:
        digests = {"value_digest": row.phone_digest, "tail_digest": row.phone_tail_digest}
        as_it_is = {"kind": "other", "value": row.phone, "country": None, "extension": None, "valid": False}
        return [shared | digests | as_it_is]
    return [
        shared
        | {
            "kind": phone.kind.value,
            "value": row.phone if phone.text == plain else keyring.encrypt(phone.text),
            "value_digest": keyring.digest(phone.found_by),
            "tail_digest": keyring.digest(phone.tail),
            "country": phone.country,
            "extension": phone.extension,
            "valid": True,
        }
        for phone in phones
    ]


def _read(plain: str | None) -> tuple[Phone, ...]:
    # The plus of another country was not kept.
    for said in (plain, f"+{plain}"):
        try:
            return read_phones(said or "")
        except NotAPhone:
            continue
    return ()


def _drop_columns_on_sqlite(connection: Connection) -> None:
    """Drop the columns, and first the table's CHECKs that name them, which SQLite does not let go by itself.

    The table is not made anew, so what other programs have added to it stays. See "Making Other Kinds Of Table Schema
    Changes" in SQLite's documentation of ALTER TABLE: taking CHECKs out of the text is one that it allows.
    """
    for index in ("ix_residents_phone_digest", "ix_residents_phone_tail_digest"):
        connection.exec_driver_sql(f"DROP INDEX {index}")
    (written,) = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'residents'").one()
    names = "|".join(f"ck_residents_{column}_(?:length|no_nul)" for column in GONE)
    changed = re.sub(rf",\s*CONSTRAINT (?:{names}) CHECK \((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*\)", "", written)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'residents'"), {"sql": changed}
    )
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    for column in GONE:
        connection.exec_driver_sql(f"ALTER TABLE residents DROP COLUMN {column}")
