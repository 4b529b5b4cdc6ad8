"""Passes at the gate: valid or not and why, in and out, handed in, deposit paid back (PAS-7, PAS-8)."""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from models.audits import FindingKind
from models.errors import Msgid, OperationRefused, gettext_noop
from models.operations.core import Move, finds, verb
from models.operations.passes.codes import codes_in
from models.operations.passes.issuing import RULES, check_badge
from models.passes import OWES_DEPOSIT, Direction, PassMovement, VisitorPass
from models.roles import AT_THE_GATE, CLERKS
from models.staff import Actor
from models.verbs import Refusals, Undo


def badge_given_again(session: Session, passes: Sequence[Any]) -> Refusals:
    """A badge that went to the next visitor is not out twice (PAS-1)."""
    found: Refusals = {}
    out: set[tuple[int, str]] = set()
    for row in passes:
        try:
            check_badge(session, row.estate_id, row.badge_number, out, row.id)
        except OperationRefused as refusal:
            found[row.id] = refusal
    return found


def validity(visitor_pass: VisitorPass, now: datetime.datetime) -> tuple[bool, Msgid]:
    """Whether a pass is valid at *now*, and why or why not (PAS-7): all that the gate may learn of it."""
    if visitor_pass.revoked_at is not None:
        return False, gettext_noop("This pass was revoked.")
    if visitor_pass.handed_in_at is not None:
        return False, gettext_noop("This pass was handed in.")
    if now < visitor_pass.valid_from:
        return False, gettext_noop("This pass is not valid yet.")
    if now >= visitor_pass.valid_until:
        return False, gettext_noop("This pass has expired.")
    return True, gettext_noop("This pass is valid.")


UNKNOWN_CODE = gettext_noop("There is no pass with this code.")


def look_up(session: Session, code: str, now: datetime.datetime) -> tuple[bool, Msgid]:
    """What anyone at the gate learns from a pass's code: valid or not and why, nothing more (PAS-7).

    How it may be written: :func:`models.operations.passes.codes.codes_in`.
    """
    found = pass_of(session, code)
    return (False, UNKNOWN_CODE) if found is None else validity(found, now)


def pass_of(session: Session, code: str, *conditions: ColumnElement[bool]) -> VisitorPass | None:
    """The pass that *code* most likely means, among those that fit *conditions*."""
    codes = codes_in(code)
    query = select(VisitorPass).where(VisitorPass.code.in_(codes), *conditions)
    rows = session.scalars(query).all() if codes else ()
    return min(rows, key=lambda row: codes.index(row.code), default=None)


@verb(VisitorPass, roles=AT_THE_GATE, label=gettext_noop("Check in"), rule="PAS-8")
def check_in(move: Move[VisitorPass]) -> None:
    """Let holders in: only with a valid pass (PAS-7), and not those who are inside already (PAS-8)."""
    for row in list(move.rows):
        valid, why = validity(row, move.now)
        if not valid:
            move.refuse(row, "PAS-7", why)
        elif row.inside:
            message = gettext_noop("The holder of %(record)s is inside already.")
            move.refuse(row, "PAS-8", message, record=row.number)
        else:
            move.set(row, inside=True)
            move.add(_movement(row, Direction.IN, move.actor, move.now))


@verb(
    VisitorPass,
    roles=CLERKS,
    label=gettext_noop("Hand in"),
    rule="PAS-7",
    stamps=("handed_in_at",),
    bulk=True,
    undo=Undo(built_on=frozenset({"inside", "revoked_at", "deposit_refunded_at"}), followed=badge_given_again),
)
def hand_in(move: Move[VisitorPass]) -> None:
    """Take passes and badges back (PAS-1, PAS-3), expired and revoked ones too. A deposit stands until refunded."""
    again = gettext_noop("%(record)s was handed in already.")
    move.refuse_where(lambda row: row.handed_in_at is not None, "PAS-7", again)
    inside = gettext_noop("The holder of %(record)s is still inside: check out first.")
    move.refuse_where(lambda row: row.inside, "PAS-8", inside)


@verb(
    VisitorPass,
    roles=AT_THE_GATE,
    label=gettext_noop("Check out"),
    rule="PAS-8",
    bulk=True,
    lasting=gettext_noop("Who went out is in the log of the gate and stays there: check the holders in again instead."),
)
def check_out(move: Move[VisitorPass]) -> None:
    """Let holders out (PAS-8): whoever is inside may leave, also when the pass has expired or was revoked."""
    move.refuse_where(lambda row: not row.inside, "PAS-8", gettext_noop("The holder of %(record)s is not inside."))
    for row in move.rows:
        move.set(row, inside=False)
        move.add(_movement(row, Direction.OUT, move.actor, move.now))


def _movement(row: VisitorPass, direction: Direction, actor: Actor, now: datetime.datetime) -> PassMovement:
    return PassMovement(
        estate_id=row.estate_id, pass_id=row.id, direction=direction, at=now, noted_by_id=actor.staff_id
    )


@verb(VisitorPass, roles=CLERKS, label=gettext_noop("Refund deposit"), rule="PAS-3", stamps=("deposit_refunded_at",))
def refund(move: Move[VisitorPass]) -> None:
    """Pay deposits back, once, when the pass was handed in, a revoked one too (PAS-3); never the card fee."""
    move.refuse_where(lambda row: not row.deposit_fen, "PAS-3", gettext_noop("No deposit was taken for %(record)s."))
    again = gettext_noop("The deposit of %(record)s was paid back already.")
    move.refuse_where(lambda row: row.deposit_refunded_at is not None, "PAS-3", again)
    early = gettext_noop("The deposit is paid back when %(record)s has been handed in.")
    move.refuse_where(lambda row: row.handed_in_at is None, "PAS-3", early)


# Passes that have expired or were revoked and whose card was not handed in, since the earlier of the two.
finds(
    VisitorPass,
    FindingKind.PASS_NOT_HANDED_IN,
    lambda scope: (
        VisitorPass.handed_in_at.is_(None)
        & or_(VisitorPass.valid_until <= scope.now, VisitorPass.revoked_at.is_not(None))
    ),
    rule=lambda row: RULES[row.kind],
    since=case(
        (VisitorPass.revoked_at < VisitorPass.valid_until, VisitorPass.revoked_at), else_=VisitorPass.valid_until
    ),
    facts=lambda row: {"kind": row.kind.value},
)
# Deposits not given back yet of passes that were handed in, revoked ones too: owed since then (PAS-3).
finds(
    VisitorPass,
    FindingKind.DEPOSIT_NOT_REFUNDED,
    lambda scope: OWES_DEPOSIT & VisitorPass.handed_in_at.is_not(None),
    rule="PAS-3",
    since=VisitorPass.handed_in_at,
    facts=lambda row: {"kind": row.kind.value, "deposit_fen": row.deposit_fen},
)
