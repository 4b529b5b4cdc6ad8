"""A hook, a seal and a badge are recognised by their name, whatever stands around it (KEY-1, PAS-1).

Revision: 0014
After: 0013
"""

from pathlib import Path

from alembic import op

from models.migrations import run_file

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write the keys anew and tell apart what becomes one place."""
    connection = op.get_bind()
    run_file(connection, Path(__file__).with_name(f"0014_{connection.dialect.name}.sql"))
