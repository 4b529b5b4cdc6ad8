"""How a verb is declared: what it is stands above what it does.

    @verb(Ticket, roles=CLERKS, label=gettext_noop("Dispatch"), moves={S.RECEIVED: S.DISPATCHED}, bulk=True)
    def dispatch(move: Move[Ticket], *, team: Team) -> None:
        ...

    dispatch(call, tickets, team=team)

The decorated function is called with a :class:`~models.call.Call` and the rows. Locking, rights, versions, statuses and
the reason are looked at before the body runs, and what the body says of the move is written after it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from models.base import Base, LabelledEnum
from models.call import Call
from models.errors import Msgid, Outcome
from models.operations.core.move import Move
from models.operations.core.registers import check_columns
from models.roles import Role
from models.verbs import Declared, Undo, declare_verb

Row = TypeVar("Row", bound=Base)
Own = ParamSpec("Own")
Function = TypeVar("Function", bound=Callable[..., Any])


class Verb(Generic[Row, Own]):
    """A verb on rows of one table."""

    __name__: str
    declared: Declared

    def __init__(
        self,
        body: Callable[Concatenate[Move[Row], Own], None],
        model: type[Row],
        *,
        compares: bool,
        amends: frozenset[str] | None,
        opening: Callable[[Move[Row]], None] | None,
        stamps: tuple[str, ...],
    ) -> None:
        functools.update_wrapper(self, body)
        self.model = model
        self._body, self._compares, self._amends, self._opening = body, compares, amends, opening
        self._stamps = stamps

    def __call__(self, call: Call, rows: Iterable[Row], *positional: Own.args, **own: Own.kwargs) -> Outcome:
        """Do it to *rows*. Raises ValueError for a column that the verb does not amend: the caller's mistake."""
        if self._amends is not None:
            check_columns(own, self._amends)
        if not self._compares:
            call = replace(call, expected={})
        rule, why = self.declared.rule, self.declared.why
        move = Move(call, self.model, rows, verb=self.declared.name, moves=self.declared.moves, rule=rule)
        if why is not None:
            move.refuse_unless(call.reason.strip(), rule or self.model.status_rule, why, field="reason")
        if self._opening is not None:
            self._opening(move)
        self._body(move, *positional, **own)
        move.go_on(self._stamps)
        move.keep_time()
        return move.finish()


def verb(
    model: type[Row],
    *,
    roles: frozenset[Role],
    name: str = "",
    label: Msgid | None = None,
    rule: str | None = None,
    moves: Mapping[Any, Any] | LabelledEnum | None = None,
    stamps: tuple[str, ...] = (),
    why: Msgid | None = None,
    compares: bool = True,
    amends: frozenset[str] | None = None,
    opening: Callable[[Move[Row]], None] | None = None,
    bulk: bool = False,
    undo: Undo | None = None,
    lasting: Msgid | None = None,
) -> Callable[[Callable[Concatenate[Move[Row], Own], None]], Verb[Row, Own]]:
    """Make a verb on rows of *model* of a function that is given the :class:`Move` of a call.

    :param roles: who may do it; team leads and technicians to what is theirs.
    :param name: what the policy and the event log call it, where that is not the function's name.
    :param label: how it reads; those of :data:`models.verbs.USUAL` need none.
    :param rule: the rule that its events name.
    :param moves: status before -> status after, or the one after all that are open; rows in another status are refused,
        the others get theirs unless the body says another.
    :param stamps: columns that say when it was done (``…_at``) and by whom (``…_by_id``).
    :param why: it needs a reason; this is said where there is none.
    :param compares: False where a row may have changed since it was read: entries are welcome at any version.
    :param amends: the columns that may be given, where the function takes any.
    :param opening: what is refused before the body runs, of several verbs alike.
    :param bulk: whether many rows may be chosen for it in a list; *undo* and *lasting* say whether that is put back.
    """

    def decorate(body: Callable[Concatenate[Move[Row], Own], None]) -> Verb[Row, Own]:
        made = Verb(body, model, compares=compares, amends=amends, opening=opening, stamps=stamps)
        made.declared = declare_verb(
            model,
            name or body.__name__,
            made,
            body,
            roles=roles,
            label=label,
            rule=rule,
            why=why,
            moves=dict.fromkeys(model.open_statuses, moves) if isinstance(moves, LabelledEnum) else moves,
            bulk=bulk,
            undo=undo,
            lasting=lasting,
        )
        return made

    return decorate


def operation(
    model: type[Base],
    *,
    roles: frozenset[Role],
    name: str = "",
    label: Msgid | None = None,
    moves: Mapping[Any, Any] | None = None,
    bulk: bool = False,
    undo: Undo | None = None,
    lasting: Msgid | None = None,
) -> Callable[[Function], Function]:
    """Declare a verb that opens no one move: it makes records, or changes rows of several tables.

    The function stays as it is: it is given the :class:`Call` and asks for the rights itself.
    """

    def decorate(function: Function) -> Function:
        declare_verb(
            model,
            name or function.__name__,
            function,
            function,
            roles=roles,
            label=label,
            moves=moves,
            bulk=bulk,
            undo=undo,
            lasting=lasting,
        )
        return function

    return decorate
