"""One process at a time does what time does by itself.

Revision: 0021
After: 0020
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0021_{connection.dialect.name}.sql"))
