"""A cupboard of keys for the tests of their pages, and what these say of it."""

import datetime
from typing import Any

from sqlalchemy import select

from models.keys import Key, KeyLoan
from models.session import DeskSession
from tests import reading
from tests.again import keep
from tests.factories import World
from tests.operations import key_desk
from tests.operations.key_desk import owner_draft, register

HOUR = datetime.timedelta(hours=1)


def make(session: DeskSession, world: World, now: datetime.datetime) -> Any:
    """Three keys of the owner's unit on their hooks, one of no unit, and two that the owner has."""
    made: Any = key_desk.open_desk(session, world, now - 9 * HOUR)
    made.second, made.third = register(made), register(made)
    made.common = register(made, hook="C-1", unit_id=None, place="配电房")
    made.out = [register(made, hook=f"D-{number}") for number in (1, 2)]
    made.loans = [key_desk.lend(made, owner_draft(made, key_id=key.id)) for key in made.out]
    made.owner = f"owner-{world.residents[0].id}"
    made.now = now
    return keep(made)


def named(*keys: Any) -> str:
    return "&".join(f"key={key.id}" for key in keys)


def register_number(desk: Any, hook: str) -> str:
    """The number of the key on that hook."""
    return str(desk.session.scalars(select(Key.number).where(Key.hook == hook)).one())


def loans(look: DeskSession, *keys: Any) -> list[tuple[str, datetime.datetime, bool]]:
    """Borrower, due time and signature of the unended loans of these keys."""
    look.rollback()
    out = (KeyLoan.returned_at.is_(None), KeyLoan.lost_at.is_(None))
    query = select(KeyLoan).where(KeyLoan.key_id.in_([key.id for key in keys]), *out).order_by(KeyLoan.key_id)
    return [(loan.borrower_name, loan.due_at, loan.signed) for loan in look.scalars(query)]


def ticked(page: str, name: str) -> set[str]:
    """Values of the ticked boxes of that name."""
    boxes = reading.page(page).css(f"input[type=checkbox][name={name}]")
    return {box.attributes["value"] or "" for box in boxes if "checked" in box.attributes}
