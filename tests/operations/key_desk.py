"""The key cupboard for the tests of keys: one key of the first unit, and the drafts that go with it."""

import datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.keys import BorrowerKind, Key, KeyOrigin
from models.operations import keys
from models.operations.keys import ApprovalDraft, KeyDraft, LoanDraft

HOUR = datetime.timedelta(hours=1)


def open_desk(session, world, now):
    """The desk with one key of the first unit on its hook."""
    made = SimpleNamespace(session=session, world=world, now=now, clerk=world.actor("clerk"))
    made.supervisor = world.actor("supervisor")
    made.key = register(made)
    return made


def register(desk, **changes):
    more = desk.session.scalar(select(func.count()).select_from(Key))
    hook, seal = (f"A-12{more}", f"S-1{more}") if more else ("A-12", "S-1")
    draft = KeyDraft(desk.world.estate.id, KeyOrigin.RECTIFICATION, hook, seal, unit_id=desk.world.units[0].id)
    for name, value in changes.items():
        setattr(draft, name, value)
    return keys.register(Call(desk.session, desk.clerk, desk.now), [draft]).one()


def owner_draft(desk, **changes):
    values = {
        "key_id": desk.key.id,
        "borrower_kind": BorrowerKind.OWNER,
        "borrower_resident_id": desk.world.residents[0].id,
        "identity_checked": True,
        "signed": True,
        **changes,
    }
    return LoanDraft(**values)


def staff_draft(desk, username="technician", **changes):
    values = {
        "key_id": desk.key.id,
        "borrower_kind": BorrowerKind.STAFF,
        "borrower_staff_id": desk.world.person(username).id,
        **changes,
    }
    return LoanDraft(**values)


def lend(desk, draft=None, actor=None, now=None):
    drafts = [draft or owner_draft(desk)]
    return keys.lend(Call(desk.session, actor or desk.clerk, now or desk.now), drafts).one()


def request(desk, username="technician", **changes):
    draft = ApprovalDraft(desk.key.id, BorrowerKind.STAFF, "检查漏水", borrower_staff_id=desk.world.person(username).id)
    for name, value in changes.items():
        setattr(draft, name, value)
    return keys.request(Call(desk.session, desk.clerk, desk.now), [draft]).one()


def approve(desk, approval, **arguments):
    return keys.approve(Call(desk.session, desk.supervisor, desk.now), [approval], **arguments).one()


def refused(rule):
    return pytest.raises(OperationRefused, match=rf"^{rule}: ")


def hand_back(desk):
    return keys.hand_back(
        Call(desk.session, desk.clerk, desk.now), [desk.key], handed_back_to="张伟", receipt_number="R-77"
    ).one()
