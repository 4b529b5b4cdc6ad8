"""The list that one came from: each register's last address, so that going back to it finds its filters again."""

from urllib.parse import urlencode

from flask import request, session, url_for

SESSION_KEY = "lists"
MOST = 6
LONGEST = 300
"""Of so many lists, each address so long: a session is a cookie of 4 KB."""
PASSING = frozenset({"preview", "filters", "save_as", "rename_to"})
"""What an address says of a panel that is open, not of the list."""


def remember(endpoint: str) -> None:
    """Keep the filters, order and place of the list that this request shows; a list without any is forgotten."""
    query = urlencode([pair for pair in request.args.items(multi=True) if pair[0] not in PASSING])
    kept: dict[str, str] = session.get(SESSION_KEY, {})
    if kept.get(endpoint, "") == query:
        return
    others = [(name, address) for name, address in kept.items() if name != endpoint]
    own = [(endpoint, query)] if 0 < len(query) <= LONGEST else []
    session[SESSION_KEY] = dict([*others, *own][-MOST:])


def forget() -> None:
    """Forget all: another estate has other teams and people in its filters."""
    session.pop(SESSION_KEY, None)


def list_address(endpoint: str) -> str:
    """Where a register's list is, as it was seen last."""
    query = session.get(SESSION_KEY, {}).get(endpoint)
    address = url_for(f"{endpoint}.index_view")
    return f"{address}?{query}" if query else address
