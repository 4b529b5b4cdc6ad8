"""Bunches of keys that come back in part, and who brought a key back (KEY-2, KEY-4).

Revision: 0013
After: 0012
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns: a key of before has one piece, and who brought it back is not known."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0013_{connection.dialect.name}.sql"))
