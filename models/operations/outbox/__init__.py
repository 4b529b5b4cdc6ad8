"""The verbs of what leaves the house: ways that people choose, what is said, what is sent again (NOT-2)."""

from models.operations.outbox.letters import (
    Letter,
    called,
    example,
    known_language,
    newest,
    text_of,
    values_of,
    written,
)
from models.operations.outbox.sending import (
    anything_due,
    give_up_lost,
    let_go,
    send_again,
    settle,
    take,
)
from models.operations.outbox.ways import ROBOTS, choose, drop, numbers_of

__all__ = [
    "ROBOTS",
    "Letter",
    "anything_due",
    "called",
    "choose",
    "drop",
    "example",
    "give_up_lost",
    "known_language",
    "let_go",
    "newest",
    "numbers_of",
    "send_again",
    "settle",
    "take",
    "text_of",
    "values_of",
    "written",
]
