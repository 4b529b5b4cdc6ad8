"""What leaves the house waits in an outbox.

Revision: 0025
After: 0024
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0025_{connection.dialect.name}.sql"))
