"""The first tables: frozen statements for each kind of database.

Revision: 0001
After: nothing
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table; guards are created after."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0001_{connection.dialect.name}.sql"))
