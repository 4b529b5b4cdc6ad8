"""What the heads settle about a complaint: agreed answer, responsibility, compensation, review (CMP-7 to CMP-13).

Revision: 0003
After: 0002
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; on SQLite the table of complaints is made anew with them."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0003_{connection.dialect.name}.sql"))
