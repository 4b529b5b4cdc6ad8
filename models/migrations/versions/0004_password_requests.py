"""Requests for a new password: asked for at sign-in, approved by an administrator, set in the browser that asked.

Revision: 0004
After: 0003
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nothing else changes."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0004_{connection.dialect.name}.sql"))
