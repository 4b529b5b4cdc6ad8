"""What hangs on a record is found by the record first.

Revision: 0017
After: 0016
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0017_{connection.dialect.name}.sql"))
