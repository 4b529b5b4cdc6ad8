"""At which numbers somebody is reached: what the tables of residents' and of staff's contacts have in common."""

from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Choice, Flag, ShortText, named
from models.errors import gettext_noop
from models.phones import ContactKind


class Contact:
    """One number of one person. Several programs may call it: those with the data key read ``value``."""

    kind: Mapped[ContactKind] = mapped_column(Choice(ContactKind), info=named("Kind"))
    value: Mapped[str] = mapped_column(
        ShortText(200),
        info=named(
            "Phone",
            help=gettext_noop("Leave empty to keep what is stored."),
            personal=True,
            dialled=True,
        ),
    )
    """Encrypted, as it is dialled: with the plus of another country, after a hyphen the extension."""
    value_digest: Mapped[str | None] = mapped_column(ShortText(40), info=named("Phone", harmless=True))
    tail_digest: Mapped[str | None] = mapped_column(ShortText(40), info=named("Phone", harmless=True))
    """Of the last four digits of the subscriber's number."""
    country: Mapped[str | None] = mapped_column(ShortText(2), info=named("Country", harmless=True))
    extension: Mapped[str | None] = mapped_column(ShortText(6), info=named("Extension", words=True))
    note: Mapped[str | None] = mapped_column(ShortText(100), info=named("Note", words=True))
    valid: Mapped[bool] = mapped_column(Flag, default=True, server_default="1", info=named("Valid"))
    """Not for what an earlier version took for a number, nor for one at which nobody is reached any more."""


def contact_indexes(table: str, owner: str) -> tuple[Index, ...]:
    """The indexes of a table of contacts: by whose it is, the whole number, and its last four digits."""
    return tuple(Index(f"ix_{table}_{column}", column) for column in (owner, "value_digest", "tail_digest"))


def main_number(model: Any, owner: Any, person: Any) -> Any:
    """The encrypted number at which *person* (a column) is called first: the oldest that is valid, else the oldest."""
    query = select(model.value).where(owner == person).order_by(model.valid.desc(), model.id).limit(1)
    return query.correlate(person.table).scalar_subquery()
