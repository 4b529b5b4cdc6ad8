"""The verbs: one package a register. Each guards, changes and leaves events; none commits or reads a clock.

All of them are loaded together: the policy answers when every verb has said to whom it is granted.
"""

from models import verbs
from models.operations import (
    audits,
    bulk,
    complaints,
    contacts,
    estates,
    follow_ups,
    imports,
    keys,
    matters,
    mentions,
    passes,
    password_requests,
    residents,
    saved_views,
    settings,
    staff,
    tickets,
)

verbs.complete()

__all__ = [
    "audits",
    "bulk",
    "complaints",
    "contacts",
    "estates",
    "follow_ups",
    "imports",
    "keys",
    "matters",
    "mentions",
    "passes",
    "password_requests",
    "residents",
    "saved_views",
    "settings",
    "staff",
    "tickets",
]
