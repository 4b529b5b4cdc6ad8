"""The gate's desk for the tests of passes: drafts of each kind, and passes in the states that they go through."""

import datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.operations import passes
from models.operations.passes import PassDraft
from models.passes import PassKind, VisitorPass
from models.personal import IdDocument
from tests.calling import called

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
ID_CARD = "11010519491231002X"


def open_desk(session, world, now):
    """The desk, with who works there."""
    made = SimpleNamespace(session=session, world=world, now=now, clerk=world.actor("clerk"))
    made.supervisor, made.manager = world.actor("supervisor"), world.actor("manager")
    return made


def visitor(desk, **changes):
    values = {
        "phone": "13800138000",
        "organisation": "顺丰",
        "purpose": "探访",
        "identity_checked": True,
        "badge_number": f"B-{7 + desk.session.scalar(select(func.count()).select_from(VisitorPass))}",
        "safety_told": True,
        "host_unit_id": desk.world.units[0].id,
        "host_asked": True,
        **changes,
    }
    return PassDraft(desk.world.estate.id, PassKind.VISITOR, values.pop("holder_name", "孙客"), **values)


def temporary(desk, **changes):
    values = {"id_document": IdDocument.ID_CARD, "id_number": ID_CARD, **changes}
    return PassDraft(desk.world.estate.id, PassKind.TEMPORARY, values.pop("holder_name", "孙客"), **values)


def worker(desk, **changes):
    values = {
        "id_document": IdDocument.ID_CARD,
        "id_number": ID_CARD,
        "id_copied": True,
        "residence_paper_seen": True,
        "permit_number": "SG-88",
        "permit_until": desk.now + 30 * DAY,
        **changes,
    }
    return PassDraft(desk.world.estate.id, PassKind.WORKER, values.pop("holder_name", "钱工"), **values)


DRAFTS = {PassKind.VISITOR: visitor, PassKind.TEMPORARY: temporary, PassKind.WORKER: worker}


def issue(desk, draft):
    return passes.issue(Call(desk.session, desk.clerk, desk.now), [draft]).one()


def do(desk, verb, row, now=None):
    common = {"now": now or desk.now, "actor": desk.clerk}
    if verb in ("revoke", "correct"):
        common |= {"actor": desk.supervisor, "reason": "证件不符"}
    elif verb == "delete":
        common["actor"] = desk.manager
    elif verb == "amend":
        common["purpose"] = "送货"
    return called(getattr(passes, verb), desk.session, [row], **common)


def put(desk, state):
    """A worker's pass in *state*, and the time from which to look at it."""
    row = issue(desk, worker(desk, valid_from=desk.now + HOUR if state == "not yet" else None))
    steps = {
        "inside": ["check_in"],
        "expired inside": ["check_in"],
        "left": ["check_in", "check_out"],
        "revoked": ["revoke"],
        "revoked inside": ["check_in", "revoke"],
        "corrected": ["correct"],
        "revoked and handed in": ["check_in", "revoke", "check_out", "hand_in"],
        "handed in": ["hand_in"],
        "refunded": ["hand_in", "refund"],
    }
    for verb in steps.get(state, []):
        do(desk, verb, row).one()
    return row, desk.now + 31 * DAY if state.startswith("expired") else desk.now


def refused(rule):
    return pytest.raises(OperationRefused, match=rf"^{rule}: ")
