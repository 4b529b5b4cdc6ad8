"""What may be done to which register: declared beside what does it, read by policy, pages, commands and documents.

A verb is declared by ``@verb`` or ``@operation`` (``models.operations.core``); what is granted and is no verb (to read,
to export, to see a phone) by :func:`grant` beside the register. When all of ``models.operations`` is loaded the
declarations are complete; nothing is answered before.
"""

import datetime
import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.base import Base, LabelledEnum
from models.errors import Msgid, OperationRefused, gettext_noop
from models.roles import Role
from models.rules import known_rule

Refusals = dict[int, OperationRefused]

USUAL: dict[str, Msgid] = {
    "register": gettext_noop("Register"),
    "amend": gettext_noop("Edit"),
    "delete": gettext_noop("Delete"),
    "undo": gettext_noop("Undo"),
    "cancel": gettext_noop("Cancel"),
    "take_over": gettext_noop("Take over from another system"),
    "hand_over": gettext_noop("Hand over"),
    "print_slip": gettext_noop("Print slip"),
    "print": gettext_noop("Print"),
    "export": gettext_noop("Export"),
    "import": gettext_noop("Import"),
    "read": gettext_noop("Open"),
    "read_phone": gettext_noop("See the phone in full"),
    "change_password": gettext_noop("Change password"),
    "sign_in": gettext_noop("Sign in"),
    "sign_out": gettext_noop("Sign out"),
}
"""How what many registers have is called; a verb of another name brings its label."""


@dataclass(frozen=True)
class Undo:
    """How what a bulk run did with a verb is put back, beside the columns and clocks, of which it keeps an account."""

    built_on: frozenset[str] = frozenset()
    """Columns that a later step changes because of this one; a row where one has changed stays."""
    followed: Callable[[Session, Sequence[Any]], Refusals] | None = None
    """Row -> what has followed on it without changing the row itself, and why it stays."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One verb of one register, or one grant that is no verb."""

    register: str
    name: str
    roles: frozenset[Role]
    model: type[Any] = Base
    """The table of the register; the base of all for the name of a page."""
    label: Msgid | None = None
    rule: str | None = None
    """The rule that its events name."""
    why: Msgid | None = None
    """What is said where no reason is given; None for a verb that needs none."""
    moves: Mapping[Any, Any] | None = None
    """Status before -> status after; None where the verb changes no status."""
    act: Callable[..., Any] | None = None
    """What does it: called with a ``Call``, the rows and the verb's own arguments. None for a mere grant."""
    body: Callable[..., Any] | None = None
    """The function whose parameters, after the first, are the verb's own arguments."""
    bulk: bool = False
    """Whether a bulk run may do it."""
    undo: Undo | None = None
    """How a bulk run of it is put back; None where it cannot be."""
    lasting: Msgid | None = None
    """Why the trace of a bulk run of it must stay, and what to do instead."""

    @functools.cached_property
    def parameters(self) -> list[inspect.Parameter]:
        """The verb's own arguments."""
        assert self.body is not None
        found = list(inspect.signature(self.body).parameters.values())
        return [each for each in found if each.kind in (each.KEYWORD_ONLY, each.VAR_KEYWORD)]

    @functools.cached_property
    def kinds(self) -> Mapping[str, type[Any]]:
        """Own argument -> table, labelled word, datetime or date; those that plain JSON keeps are left out."""
        assert self.body is not None
        hints = typing.get_type_hints(self.body)
        found = {each.name: _kind(hints.get(each.name)) for each in self.parameters}
        return {name: kind for name, kind in found.items() if kind is not None}


def _kind(annotation: Any) -> type[Any] | None:
    for each in typing.get_args(annotation) or (annotation,):
        if isinstance(each, type) and issubclass(each, Base | LabelledEnum | datetime.date):
            return each
    return None


_DECLARED: dict[tuple[str, str], Declared] = {}
_STATE = {"complete": False}


def declare(declared: Declared) -> Declared:
    """Take a declaration in. Raises ValueError for a second one of the same verb, for one without a label, or with
    a rule that there is not.
    """
    key = declared.register, declared.name
    if key in _DECLARED:
        raise ValueError(f"{declared.name} of {declared.register} is declared twice")
    if declared.act is not None and declared.label is None and declared.name not in USUAL:
        raise ValueError(f"{declared.name} of {declared.register} has no label")
    if declared.rule is not None:
        known_rule(declared.rule)
    return _DECLARED.setdefault(key, declared)


def declare_verb(
    model: type[Base], name: str, act: Callable[..., Any], body: Callable[..., Any], **said: Any
) -> Declared:
    """Declare the verb *name* of *model*, which *act* does as *body* says; *said* is what :class:`Declared` keeps."""
    return declare(Declared(register=model.__tablename__, model=model, name=name, act=act, body=body, **said))


def grant(register: type[Base] | str, roles: Mapping[str, frozenset[Role]]) -> None:
    """Grant what is no verb, by name: to read, to export, to see a phone, what only an import or another verb does."""
    name = register if isinstance(register, str) else register.__tablename__
    model = Base if isinstance(register, str) else register
    for what, granted in roles.items():
        declare(Declared(register=name, name=what, roles=granted, model=model))


def complete() -> None:
    """Say that every module has declared its verbs."""
    _STATE["complete"] = True


def everything() -> Iterable[Declared]:
    """All declarations. Raises RuntimeError while some are still to come."""
    if not _STATE["complete"]:
        raise RuntimeError("import models.operations first: verbs that are not loaded are granted to nobody")
    return _DECLARED.values()


def find(register: str, name: str) -> Declared | None:
    """The declaration of that verb or grant, None where there is none. Raises RuntimeError as :func:`everything`."""
    everything()
    return _DECLARED.get((register, name))


def moves_of(register: str, name: str) -> Mapping[Any, Any] | None:
    """Status before -> status after; None where the verb changes no status."""
    found = find(register, name)
    return None if found is None else found.moves


def transitions(register: str) -> dict[str, Mapping[Any, Any]]:
    """Verb -> status before -> status after, of the verbs of *register* that change a status."""
    return {each.name: each.moves for each in everything() if each.register == register and each.moves is not None}


@functools.cache
def labels() -> dict[str, Msgid]:
    """Name of a verb -> how it reads; of two registers' verbs of one name the first that was declared."""
    found = dict(USUAL)
    for each in everything():
        if each.label is not None:
            found.setdefault(each.name, each.label)
    return found


def verb_label(verb: str) -> Msgid:
    """How *verb* reads: on buttons, in the event log and in refusals; its own code for one that has no label."""
    return labels().get(verb, Msgid(verb))
