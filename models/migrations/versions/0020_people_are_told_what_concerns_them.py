"""People are told what concerns them.

Revision: 0020
After: 0019
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0020_{connection.dialect.name}.sql"))
