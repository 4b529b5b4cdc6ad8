"""Who is told is said for each clock.

Revision: 0031
After: 0030
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0031_{connection.dialect.name}.sql"))
