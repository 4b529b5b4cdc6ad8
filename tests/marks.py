"""What a test runs on, and what only a run of everything (``make soak``) tries."""

import os

import pytest

EVERYTHING = bool(os.environ.get("FRONTDESK_TEST_ALL"))

# For what does not depend on the database, or is SQLite's own: runs once instead of on both kinds.
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

# For long walks that are answered before the database is asked much: on the other kind too when everything is tried.
first_sqlite = pytest.mark.parametrize(
    "database_url", ["sqlite", "postgresql"] if EVERYTHING else ["sqlite"], indirect=True
)
# The same for tests of the verbs, whose world stands: what moves which way is decided before the database is asked.
verbs_first_sqlite = pytest.mark.parametrize(
    "standing", ["sqlite", "postgresql"] if EVERYTHING else ["sqlite"], indirect=True
)
