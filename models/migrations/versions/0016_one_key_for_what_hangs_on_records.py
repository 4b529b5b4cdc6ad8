"""What hangs on a record is keyed by the register and its record.

Revision: 0016
After: 0015
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0016_{connection.dialect.name}.sql"))
