"""Whoever wants to watches a matter.

Revision: 0023
After: 0022
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0023_{connection.dialect.name}.sql"))
