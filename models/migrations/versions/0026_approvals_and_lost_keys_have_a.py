"""Approvals and lost keys have a next date.

Revision: 0026
After: 0025
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0026_{connection.dialect.name}.sql"))
