"""Undo of bulk runs, saved views, column choices, mentions, and indexes for lists of a million rows.

Revision: 0002
After: 0001
"""

from pathlib import Path

from alembic import op
from sqlalchemy import inspect

from models.migrations import run_file

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; SQLite then learns about the new indexes, which it would pass over for those it knows."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0002_{connection.dialect.name}.sql"))
    if connection.dialect.name == "sqlite" and inspect(connection).has_table("sqlite_stat1"):
        connection.exec_driver_sql("ANALYZE")
