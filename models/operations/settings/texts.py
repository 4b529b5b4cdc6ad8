"""Texts of messages: what a manager may make of them (NOT-2)."""

from models.errors import gettext_noop
from models.message_texts import COLUMNS, RULE, MessageText, built_in, read_part
from models.operations.core import Move, check_each, verb
from models.roles import MANAGERS

TEXT_AMENDABLE = frozenset(COLUMNS)


@verb(MessageText, name="amend", roles=MANAGERS, rule=RULE, amends=TEXT_AMENDABLE)
def amend_texts(move: Move[MessageText], /, **columns: str) -> None:
    """Write what messages of a kind say; what leaves from then on says it, what waits too.

    Refused (NOT-2): whatever is no plain text with the placeholders of that kind, with the line in which it stands.
    """

    def check(row: MessageText) -> None:
        for name, text in columns.items():
            read_part(row.kind, name, text or "")

    for row in check_each(move, check):
        move.set(row, **columns)


@verb(MessageText, name="reset", roles=MANAGERS, rule=RULE, label=gettext_noop("Take the built-in text"))
def reset_texts(move: Move[MessageText]) -> None:
    """Write the texts again with which every estate begins."""
    for row in move.rows:
        move.set(row, **built_in(row.kind))
