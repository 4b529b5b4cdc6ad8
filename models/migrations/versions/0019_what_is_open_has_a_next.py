"""What is open has a next date and a person, whoever writes it.

Revision: 0019
After: 0018
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0019_{connection.dialect.name}.sql"))
