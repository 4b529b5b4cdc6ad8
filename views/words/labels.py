"""What things are called on screen: columns and registers as their tables say, and the few words that are neither."""

from typing import Any

from flask_babel import LazyString, lazy_gettext, lazy_gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from models.base import tables

Caption = LazyString | str
"""What a thing is called on screen, in the language of whoever reads it."""

WORDS: dict[str, LazyString] = {
    "brought_by": _("Brought back by"),
    "called_again": _("Also called"),
    "changes": _("Changes"),
    "matter": _("Matter"),
    "merged": _("Merged record"),
    "occupancies": _("Units"),
    "other_callers": _("Also called"),
    "part_brought_by": _("Brought back by"),
    "password_request": _("Password request"),
    "phone": _("Phone"),
    "record": _("Record"),
    "role": _("Role"),
    "roles": _("Roles"),
    "state": _("State"),
    "team_id": _("Team"),
    "validity": _("Validity"),
    "effect": _("If it began now it would run out"),
    "hour_of_work": _("An hour of working time that begins now is over"),
    "whereabouts": _("Where it is"),
}
"""What a list or a record page shows and no table has -> what it is called."""

REGISTERS: dict[str, LazyString] = {register: lazy_gettext(model.title) for register, model in tables().items()}
"""Register -> what it is called."""


def label_for(column: InstrumentedAttribute[Any]) -> LazyString:
    """What the *column* of a table is called: ``label_for(Ticket.arrived_at)``. KeyError where nobody named it."""
    text = column.info["label"]
    return lazy_gettext(text)


def label_in(model: object, name: str) -> LazyString | str:
    """What *name* is called in the register of *model*: a column, what a column refers to, or a word of ours.

    Its own code where nobody named it: a test finds those.
    """
    columns: Any = model.__mapper__.attrs if hasattr(model, "__mapper__") else {}
    named = [column for column in (name, f"{name}_id") if column in columns and "label" in getattr(model, column).info]
    if name in WORDS and name not in named:
        return WORDS[name]
    return label_for(getattr(model, named[0])) if named else name


def register_label(register: str) -> LazyString | str:
    """What a register is called."""
    return REGISTERS.get(register, register)
