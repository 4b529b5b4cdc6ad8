"""A hook, a seal and a badge are recognised in any spelling.

Revision: 0011
After: 0010
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and fill them, tell apart what becomes one place, then add the indexes."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0011_{connection.dialect.name}.sql"))
