"""Alembic's environment: it works on the connection and in the transaction that models.migrations gives it."""

from alembic import context

from models import Base
from models.migrations.revision import OPTIONS

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    version_table=OPTIONS["version_table"],
    transactional_ddl=True,  # SQLite's can be rolled back too, once we begin the transaction ourselves
)
context.run_migrations()
