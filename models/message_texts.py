"""What messages that leave the house say: a text for each kind and language, written by a manager (NOT-2)."""

import functools
from collections.abc import Iterator

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Choice, LabelledEnum, LongText, Register, ShortText, named, table_args, tables
from models.errors import OperationRefused, gettext_noop
from models.outbox import ResidentKind
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

_TO_RESIDENTS = {
    "kind": NAMES.values["kind"],
    "number": NAMES.values["number"],
    "room": NAMES.values["room"],
    "sentence": gettext_noop("what was reported, in one sentence"),
    "team": gettext_noop("the department that handles it"),
    "person": gettext_noop("who handles it"),
    "at": NAMES.values["at"],
    "estate": NAMES.values["estate"],
    "desk_phone": NAMES.values["desk_phone"],
    "key": NAMES.values["key"],
}
_VISIT = {
    "visit_from": gettext_noop("from when the visit is"),
    "visit_until": gettext_noop("until when the visit is"),
}
_OF_KEYS = {
    "due": gettext_noop("until when the key is to be back"),
    **{name: what for name, what in _TO_RESIDENTS.items() if name not in ("team", "person", "sentence")},
}
RESIDENT_NAMES = Names(_TO_RESIDENTS)
"""What a text to a resident may name, and nothing else: no note of a colleague, no name of another resident."""
_OF_KIND: dict[LabelledEnum, Names] = {
    ResidentKind.VISIT: Names({**_TO_RESIDENTS, **_VISIT}),
    ResidentKind.INCIDENT: Names({**_TO_RESIDENTS, "told": gettext_noop("what was told to all")}),
    ResidentKind.KEY_NEAR: Names(_OF_KEYS),
    ResidentKind.KEY_LATE: Names(_OF_KEYS),
}

_TITLE = "{{ kind }} · {{ number }}{% if room %} · {{ room }}{% endif %}"
_BUILT_IN = {
    "title_zh": _TITLE,
    "body_zh": "{{ sentence }}\n{{ link }}\n消息编号 {{ key }}",
    "title_en": _TITLE,
    "body_en": "{{ sentence }}\n{{ link }}\nMessage {{ key }}",
}


_ZH_DESK = "{% if desk_phone %}\n客服电话 {{ desk_phone }}{% endif %}\n{{ estate }}客服前台"
_EN_DESK = "{% if desk_phone %}\nPhone {{ desk_phone }}{% endif %}\nFront desk, {{ estate }}"
_FOR_RESIDENTS: dict[LabelledEnum, tuple[str, str, str, str]] = {
    ResidentKind.TAKEN: (
        "已受理 {{ number }}",
        "您反映的“{{ sentence }}”已受理，编号 {{ number }}。",
        "Taken: {{ number }}",
        "We have taken what you reported (“{{ sentence }}”). Its number is {{ number }}.",
    ),
    ResidentKind.VISIT: (
        "上门时间 {{ number }}",
        "“{{ sentence }}”约定上门时间：{{ visit_from }}{% if visit_until %} 至 {{ visit_until | time }}{% endif %}"
        "{% if person %}，上门人员 {{ person }}{% endif %}。如需改期请告知我们。",
        "Visit: {{ number }}",
        "We come for “{{ sentence }}”: {{ visit_from }}{% if visit_until %} – {{ visit_until | time }}{% endif %}"
        "{% if person %}, {{ person }}{% endif %}. Please tell us if another time suits you better.",
    ),
    ResidentKind.DONE: (
        "已完工 {{ number }}",
        "“{{ sentence }}”（{{ number }}）已处理完毕。如仍有问题请告知我们。",
        "Done: {{ number }}",
        "“{{ sentence }}” ({{ number }}) is done. Please tell us if anything is still wrong.",
    ),
    ResidentKind.PROGRESS: (
        "投诉进展 {{ number }}",
        "您的投诉（{{ number }}）有新的进展，我们仍在跟进。",
        "Progress: {{ number }}",
        "There is progress with your complaint {{ number }}; we stay on it.",
    ),
    ResidentKind.ANSWERED: (
        "已有答复 {{ number }}",
        "您反映的“{{ sentence }}”（{{ number }}）已有答复，客服会向您说明。",
        "Answer: {{ number }}",
        "There is an answer to “{{ sentence }}” ({{ number }}); the front desk tells you.",
    ),
    ResidentKind.INCIDENT: (
        "通告 {{ number }}",
        "关于您反映的“{{ sentence }}”（{{ number }}）：{{ told }}",
        "News: {{ number }}",
        "About “{{ sentence }}” ({{ number }}): {{ told }}",
    ),
    ResidentKind.KEY_NEAR: (
        "钥匙即将到期 {{ number }}",
        "您借用的钥匙 {{ number }} 请于 {{ due }} 前归还客服前台。",
        "Key nearly due: {{ number }}",
        "Please bring key {{ number }} back to the front desk by {{ due }}.",
    ),
    ResidentKind.KEY_LATE: (
        "钥匙已到期 {{ number }}",
        "您借用的钥匙 {{ number }} 应于 {{ due }} 归还，请尽快送回客服前台。",
        "Key overdue: {{ number }}",
        "Key {{ number }} was due back on {{ due }}. Please bring it to the front desk soon.",
    ),
}
_ANY_RESIDENT_KIND = (_TITLE, "{{ sentence }}", _TITLE, "{{ sentence }}")


class MessageText(Register, Base):
    """The text of one kind of message in an estate; what has no row, or one that cannot be read, has the built-in."""

    __tablename__ = "message_texts"
    title = gettext_noop("Texts of messages")

    kind: Mapped[LabelledEnum] = mapped_column(
        Choice(ToldKind, closed=False, further="resident_kinds"), info=named("Kind")
    )
    title_zh: Mapped[str] = mapped_column(ShortText(300), info=named("Title in Chinese", harmless=True))
    body_zh: Mapped[str] = mapped_column(LongText(2000), info=named("Text in Chinese", harmless=True))
    title_en: Mapped[str] = mapped_column(ShortText(300), info=named("Title in English", harmless=True))
    body_en: Mapped[str] = mapped_column(LongText(2000), info=named("Text in English", harmless=True))

    __table_args__ = table_args(UniqueConstraint("estate_id", "kind"))


def resident_kinds() -> list[LabelledEnum]:
    """Every kind of message to residents, of all registers."""
    return [kind for model in tables().values() for kind in model.resident_kinds]


def kinds() -> Iterator[LabelledEnum]:
    """Every kind of message that has a text."""
    yield from ToldKind
    yield from resident_kinds()


def names_of(kind: LabelledEnum) -> Names:
    """What a text of that *kind* may name."""
    return _OF_KIND.get(kind, RESIDENT_NAMES) if kind in resident_kinds() else NAMES


def built_in(kind: LabelledEnum) -> dict[str, str]:
    """The columns of the text that every estate begins with."""
    if kind not in resident_kinds():
        return dict(_BUILT_IN)
    title_zh, body_zh, title_en, body_en = _FOR_RESIDENTS.get(kind, _ANY_RESIDENT_KIND)
    return {
        "title_zh": title_zh,
        "body_zh": body_zh + _ZH_DESK,
        "title_en": title_en,
        "body_en": body_en + _EN_DESK,
    }


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
