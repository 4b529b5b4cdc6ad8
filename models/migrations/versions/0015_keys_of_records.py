"""A record of another program's table may have a key that is not one whole number.

Revision: 0015
After: 0014
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0015_{connection.dialect.name}.sql"))
