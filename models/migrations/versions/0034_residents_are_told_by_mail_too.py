"""Residents are told by mail too.

Revision: 0034
After: 0033
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0034_{connection.dialect.name}.sql"))
