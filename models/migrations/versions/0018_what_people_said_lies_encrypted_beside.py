"""What people said lies encrypted beside its event, under a key of the record.

Revision: 0018
After: 0017
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0018_{connection.dialect.name}.sql"))
