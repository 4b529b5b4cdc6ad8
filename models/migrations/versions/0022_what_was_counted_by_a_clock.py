"""What was counted by a clock follows it.

Revision: 0022
After: 0021
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0022_{connection.dialect.name}.sql"))
