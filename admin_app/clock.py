"""The wall clock of the commands; pages ask ``views.request.context``."""

import datetime


def now() -> datetime.datetime:
    """The present instant in UTC."""
    return datetime.datetime.now(datetime.UTC)
