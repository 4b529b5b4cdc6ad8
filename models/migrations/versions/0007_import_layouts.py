"""What the columns of files of one shape were said to hold, for the next file.

Revision: 0007
After: 0006
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0007_{connection.dialect.name}.sql"))
