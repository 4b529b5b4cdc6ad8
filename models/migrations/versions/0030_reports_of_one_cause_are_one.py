"""Reports of one cause are one incident; jobs go to outside parties, submissions to authorities.

Revision: 0030
After: 0029
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0030_{connection.dialect.name}.sql"))
