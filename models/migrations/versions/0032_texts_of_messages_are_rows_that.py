"""Texts of messages are rows that a manager writes.

Revision: 0032
After: 0031
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0032_{connection.dialect.name}.sql"))
