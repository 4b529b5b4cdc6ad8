"""What the preview of a bulk run said would change on each row is kept with it.

Revision: 0006
After: 0005
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; runs that there are have foretold nothing."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0006_{connection.dialect.name}.sql"))
