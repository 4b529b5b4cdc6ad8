"""Sentences in the source language, marked to be translated by whoever shows them."""


class Msgid(str):
    """A sentence in the source language with named placeholders; the edge (view, CLI) translates it."""

    __slots__ = ()


def gettext_noop(text: str) -> Msgid:
    """Mark *text* for translation without translating it: this floor has no reader yet."""
    return Msgid(text)
