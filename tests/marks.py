"""Marks that say on which kind of database a test runs."""

import pytest

# For what does not depend on the database, or is SQLite's own: runs once instead of on both kinds.
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
