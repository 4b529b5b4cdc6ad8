"""What people keep of their lists: saved views, own and shared, and the columns they want to see."""

from collections.abc import Sequence

from sqlalchemy import delete as sql_delete, func, select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.operations.core import Move, create, operation, refuse_role, verb
from models.policy import may
from models.roles import EVERYONE, LEADS, SUPERVISORS
from models.saved_views import LONGEST_NAME, LONGEST_QUERY, ColumnChoice, SavedView

MOST_VIEWS = 30
"""Of one person for one register of an estate: they stand above the list."""
RULE = "VIEW"


@operation(SavedView, roles=EVERYONE, label=gettext_noop("Save"))
def save(call: Call, *, estate_id: int, register: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep the list that *query* (the address after the question mark) stands for, under a name (VIEW).

    Refused: a register that *actor* may not read, no name or one *actor* has already, sharing by who may not.
    """
    view = SavedView(estate_id=estate_id, owner_id=call.actor.staff_id, register=register, query=query, shared=shared)
    if not may(call.actor, "read", register):
        raise OperationRefused("ROLE", gettext_noop("You may not read this register."))
    for asked in ("save", "share") if shared else ("save",):
        if refusal := refuse_role(call.actor, asked, view):
            raise refusal
    if len(query) > LONGEST_QUERY:
        raise OperationRefused(RULE, gettext_noop("This list has too many filters to be kept."))
    view.name = _checked_name(call.session, view, name)
    own = SavedView.estate_id == estate_id, SavedView.owner_id == call.actor.staff_id, SavedView.register == register
    if (call.session.scalar(select(func.count()).where(*own)) or 0) >= MOST_VIEWS:
        message = gettext_noop("You have %(count)s views of this list already; delete one first.")
        raise OperationRefused(RULE, message, count=MOST_VIEWS)
    return create(call.following(), [view], verb="save")[0]


def _checked_name(session: Session, view: SavedView, name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise OperationRefused(RULE, gettext_noop("Give the view a name."))
    if len(name) > LONGEST_NAME:
        message = gettext_noop("A view's name has at most %(count)s characters.")
        raise OperationRefused(RULE, message, count=LONGEST_NAME)
    taken = select(SavedView.id).where(
        SavedView.estate_id == view.estate_id,
        SavedView.owner_id == view.owner_id,
        SavedView.register == view.register,
        SavedView.name == name,
        SavedView.id != (view.id or 0),
    )
    with session.no_autoflush:
        if session.scalars(taken).first() is not None:
            raise OperationRefused(RULE, gettext_noop("There is a view “%(name)s” already."), name=name)
    return name


@verb(SavedView, roles=EVERYONE, label=gettext_noop("Rename"), compares=False)
def rename(move: Move[SavedView], *, name: str) -> None:
    """Give views another name: by their owner, shared ones also by a supervisor."""
    for view in list(move.rows):
        try:
            move.set(view, name=_checked_name(move.session, view, name))
        except OperationRefused as refusal:
            move.reject(view, refusal)


@verb(SavedView, roles=SUPERVISORS | LEADS, label=gettext_noop("Share"), compares=False)
def share(move: Move[SavedView], *, shared: bool) -> None:
    """Show views to everybody who works in the estate, or to their owners alone again."""
    for view in move.rows:
        move.set(view, shared=shared)


@verb(SavedView, roles=EVERYONE, compares=False)
def delete(move: Move[SavedView]) -> None:
    """Remove views: by their owner, shared ones also by a supervisor."""

    def remove(outcome: Outcome) -> None:
        move.session.execute(sql_delete(SavedView).where(SavedView.id.in_([view.id for view in outcome.done])))

    move.afterwards(remove)


@operation(ColumnChoice, name="choose", roles=EVERYONE, label=gettext_noop("Choose columns"))
def choose_columns(call: Call, *, register: str, columns: Sequence[str]) -> None:
    """Remember which columns of a register's list *actor* wants to see; none means those that everybody sees.

    A matter of taste: it leaves no event.
    """
    if not may(call.actor, "choose", "column_choices") or not may(call.actor, "read", register):
        raise OperationRefused("ROLE", gettext_noop("You may not read this register."))
    chosen = select(ColumnChoice).where(ColumnChoice.staff_id == call.actor.staff_id, ColumnChoice.register == register)
    known = call.session.scalars(chosen.with_for_update()).one_or_none()
    if known is None:
        known = ColumnChoice(staff_id=call.actor.staff_id, register=register)
        known.created_at = call.now
    known.columns, known.updated_at = list(dict.fromkeys(columns)), call.now
    call.session.add(known)
    call.session.flush()
