"""A later date needs a supervisor's reason.

Revision: 0029
After: 0028
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0029_{connection.dialect.name}.sql"))
