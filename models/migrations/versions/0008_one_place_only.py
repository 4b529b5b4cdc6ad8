"""A hook and a seal have one key in custody, a badge is out with one pass.

Revision: 0008
After: 0007
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell apart what contradicts this, then add the indexes."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0008_{connection.dialect.name}.sql"))
