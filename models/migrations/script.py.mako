"""${message}

Revision: ${up_revision}
After: ${down_revision | comma,n}
Made: ${create_date}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward; guards are dropped before and created again after."""
    ${upgrades if upgrades else "pass"}
