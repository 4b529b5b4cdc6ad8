"""The units in the order in which rooms are counted: 1-101 before 1-1001.

Revision: 0005
After: 0004
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column with its index, and fill it."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0005_{connection.dialect.name}.sql"))
