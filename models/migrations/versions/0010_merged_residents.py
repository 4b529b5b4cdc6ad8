"""Two records of one person made one, and parted again by undo (RES-1).

Revision: 0010
After: 0009
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0010_{connection.dialect.name}.sql"))
