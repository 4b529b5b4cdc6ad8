"""What an audit's notes promise, and what was done late.

Revision: 0024
After: 0023
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0024_{connection.dialect.name}.sql"))
