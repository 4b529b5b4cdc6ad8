"""What messages that leave the house say: a text for each kind and language, written by a manager (NOT-2)."""

import functools
from collections.abc import Iterator

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Choice, LabelledEnum, LongText, Register, ShortText, named, table_args
from models.errors import OperationRefused, gettext_noop
from models.roles import AUDITORS, MANAGERS
from models.templates import LANGUAGES, Names, Text, read
from models.told import ToldKind
from models.verbs import grant

RULE = "NOT-2"
LONGEST_TITLE = 120
LONGEST_BODY = 500
"""So many letters of a message leave the house; a text message costs by its length."""
PARTS = {"title": LONGEST_TITLE, "body": LONGEST_BODY}
"""Part of a message -> its most letters."""
COLUMNS = tuple(f"{part}_{language[:2]}" for language in LANGUAGES for part in PARTS)

NAMES = Names(
    {
        "kind": gettext_noop("what has happened, such as “new job”"),
        "number": gettext_noop("the number of the record"),
        "room": gettext_noop("its room"),
        "sentence": gettext_noop("what it is about, in one sentence"),
        "reporter": gettext_noop("who reported it"),
        "phone": gettext_noop("the phone of who reported it, in full for whoever may call"),
        "due": gettext_noop("until when it is due"),
        "at": gettext_noop("when it happened"),
        "estate": gettext_noop("the name of the estate"),
        "desk_phone": gettext_noop("the phone of its front desk"),
        "link": gettext_noop("the address of the record in this panel"),
        "key": gettext_noop("the number of the message"),
    }
)
"""What a text to a colleague may name: each is empty where the record has none, or its reader may not read it."""

_TITLE = "{{ kind }} · {{ number }}{% if room %} · {{ room }}{% endif %}"
_BUILT_IN = {
    "title_zh": _TITLE,
    "body_zh": "{{ sentence }}\n{{ link }}\n消息编号 {{ key }}",
    "title_en": _TITLE,
    "body_en": "{{ sentence }}\n{{ link }}\nMessage {{ key }}",
}


class MessageText(Register, Base):
    """The text of one kind of message in an estate; what has no row, or one that cannot be read, has the built-in."""

    __tablename__ = "message_texts"
    title = gettext_noop("Texts of messages")

    kind: Mapped[LabelledEnum] = mapped_column(Choice(ToldKind, closed=False), info=named("Kind"))
    title_zh: Mapped[str] = mapped_column(ShortText(300), info=named("Title in Chinese", harmless=True))
    body_zh: Mapped[str] = mapped_column(LongText(2000), info=named("Text in Chinese", harmless=True))
    title_en: Mapped[str] = mapped_column(ShortText(300), info=named("Title in English", harmless=True))
    body_en: Mapped[str] = mapped_column(LongText(2000), info=named("Text in English", harmless=True))

    __table_args__ = table_args(UniqueConstraint("estate_id", "kind"))


def kinds() -> Iterator[LabelledEnum]:
    """Every kind of message that has a text."""
    yield from ToldKind


def names_of(kind: LabelledEnum) -> Names:
    """What a text of that *kind* may name."""
    return NAMES


def built_in(kind: LabelledEnum) -> dict[str, str]:
    """The columns of the text that every estate begins with."""
    return dict(_BUILT_IN)


@functools.lru_cache(maxsize=512)
def read_part(kind: LabelledEnum, column: str, text: str) -> Text:
    """What stands in *column* of a text. Refused (NOT-2): what cannot be read, or would never go out whole."""
    part, _, code = column.partition("_")
    language = next(each for each in LANGUAGES if each.startswith(code))
    accepted = read(text, names_of(kind), rule=RULE, place=column, language=language)
    if accepted.literal > PARTS[part]:
        message = gettext_noop("Of this at most %(most)s letters are sent: make it shorter.")
        raise OperationRefused(RULE, message, field=column, most=PARTS[part])
    if not text.strip():
        raise OperationRefused(RULE, gettext_noop("Write down what the message says."), field=column)
    return accepted


def unread(text: MessageText) -> OperationRefused | None:
    """Why the built-in text is sent instead of this one; None where it is sent as it is written."""
    for column in COLUMNS:
        try:
            read_part(text.kind, column, getattr(text, column))
        except OperationRefused as refusal:
            return refusal
    return None


# What is granted beside the verbs.
grant(MessageText, {"read": MANAGERS | AUDITORS, "export": MANAGERS | AUDITORS})
