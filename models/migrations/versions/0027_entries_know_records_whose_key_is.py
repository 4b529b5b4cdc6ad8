"""Entries know records whose key is no number.

Revision: 0027
After: 0026
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0027_{connection.dialect.name}.sql"))
