"""The verbs of what leaves the house: ways that people choose, what is said, what is sent again (NOT-2)."""

from models.operations.outbox.letters import Letter, written
from models.operations.outbox.previews import Example, example
from models.operations.outbox.sending import anything_due, give_up_lost, let_go, send_again, settle, take
from models.operations.outbox.ways import ROBOTS, choose, drop, numbers_of

__all__ = [
    "ROBOTS",
    "Example",
    "Letter",
    "anything_due",
    "choose",
    "drop",
    "example",
    "give_up_lost",
    "let_go",
    "numbers_of",
    "send_again",
    "settle",
    "take",
    "written",
]
