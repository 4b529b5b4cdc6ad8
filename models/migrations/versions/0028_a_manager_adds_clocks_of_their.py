"""A manager adds clocks of their own.

Revision: 0028
After: 0027
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0028_{connection.dialect.name}.sql"))
