"""Who called about a matter that was open already is kept as its first caller is (INT-6).

Revision: 0012
After: 0011
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the search index; on SQLite the table of repeated reports is made anew with them."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0012_{connection.dialect.name}.sql"))
