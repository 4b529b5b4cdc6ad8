"""Passes at the gate: valid or not and why, in and out, handed in, deposit paid back (PAS-7, PAS-8)."""

import datetime
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import Msgid, Outcome, gettext_noop
from models.operations.core import Move
from models.operations.passes.codes import codes_in
from models.passes import Direction, PassMovement, VisitorPass
from models.staff import Actor


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
    codes = codes_in(code)
    rows = session.scalars(select(VisitorPass).where(VisitorPass.code.in_(codes))).all() if codes else ()
    if not rows:
        return False, UNKNOWN_CODE
    return validity(min(rows, key=lambda row: codes.index(row.code)), now)


def open_move(call: Call, passes: Iterable[VisitorPass], verb: str, rule: str) -> Move[VisitorPass]:
    """Lock passes for *verb*."""
    return Move(call, VisitorPass, passes, verb=verb, rule=rule)


def check_in(call: Call, passes: Iterable[VisitorPass]) -> Outcome:
    """Let holders in: only with a valid pass (PAS-7), and not those who are inside already (PAS-8)."""
    move = open_move(call, passes, "check_in", "PAS-8")
    for row in list(move.rows):
        valid, why = validity(row, move.now)
        if not valid:
            move.refuse(row, "PAS-7", why)
        elif row.inside:
            message = gettext_noop("The holder of %(record)s is inside already.")
            move.refuse(row, "PAS-8", message, record=row.number)
        else:
            move.set(row, inside=True)
            move.add(_movement(row, Direction.IN, call.actor, move.now))
    return move.finish()


def check_out(call: Call, passes: Iterable[VisitorPass]) -> Outcome:
    """Let holders out (PAS-8): whoever is inside may leave, also when the pass has expired or was revoked."""
    move = open_move(call, passes, "check_out", "PAS-8")
    for row in list(move.rows):
        if not row.inside:
            message = gettext_noop("The holder of %(record)s is not inside.")
            move.refuse(row, "PAS-8", message, record=row.number)
        else:
            move.set(row, inside=False)
            move.add(_movement(row, Direction.OUT, call.actor, move.now))
    return move.finish()


def _movement(row: VisitorPass, direction: Direction, actor: Actor, now: datetime.datetime) -> PassMovement:
    movement = PassMovement(
        estate_id=row.estate_id, pass_id=row.id, direction=direction, at=now, noted_by_id=actor.staff_id
    )
    movement.created_at = movement.updated_at = now
    return movement


def hand_in(call: Call, passes: Iterable[VisitorPass]) -> Outcome:
    """Take passes and badges back (PAS-1, PAS-3), expired and revoked ones too. A deposit stands until refunded."""
    move = open_move(call, passes, "hand_in", "PAS-7")
    for row in list(move.rows):
        if row.handed_in_at is not None:
            move.refuse(row, "PAS-7", gettext_noop("%(record)s was handed in already."), record=row.number)
        elif row.inside:
            message = gettext_noop("The holder of %(record)s is still inside: check out first.")
            move.refuse(row, "PAS-8", message, record=row.number)
        else:
            move.set(row, handed_in_at=move.now)
    return move.finish()


def refund(call: Call, passes: Iterable[VisitorPass]) -> Outcome:
    """Pay deposits back, once, when the pass was handed in, a revoked one too (PAS-3); never the card fee."""
    move = open_move(call, passes, "refund", "PAS-3")
    for row in list(move.rows):
        if not row.deposit_fen:
            move.refuse(row, "PAS-3", gettext_noop("No deposit was taken for %(record)s."), record=row.number)
        elif row.deposit_refunded_at is not None:
            message = gettext_noop("The deposit of %(record)s was paid back already.")
            move.refuse(row, "PAS-3", message, record=row.number)
        elif row.handed_in_at is None:
            message = gettext_noop("The deposit is paid back when %(record)s has been handed in.")
            move.refuse(row, "PAS-3", message, record=row.number)
        else:
            move.set(row, deposit_refunded_at=move.now)
    return move.finish()
