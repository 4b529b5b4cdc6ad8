"""Residents are told by text message of what they chose.

Revision: 0033
After: 0032
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0033_{connection.dialect.name}.sql"))
