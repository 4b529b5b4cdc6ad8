"""Visitors' passes by their pages, as the tests of all registers try them; their rules stand in tests/operations."""

import datetime
from typing import Any

from models.call import Call
from models.operations import passes
from models.passes import PassKind, VisitorPass
from models.session import DeskSession
from tests.factories import World
from tests.registers import Tried
from tests.views.maker import Maker

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def record(session: DeskSession, world: World, now: datetime.datetime) -> int:
    """A pass of a visitor."""
    visitor = passes.PassDraft(
        estate_id=world.estate.id,
        kind=PassKind.VISITOR,
        holder_name="访客",
        phone="13700137000",
        purpose="拜访",
        identity_checked=True,
        badge_number="B1",
        safety_told=True,
        host_unit_id=world.units[0].id,
        host_asked=True,
    )
    call = Call(session, world.actor("clerk"), now - 2 * HOUR)
    return int(passes.issue(call, [visitor]).one().id)


def rows(maker: Maker) -> None:
    """A pass in every state, at the edges of each."""
    now, midnight = maker.now, maker.today + DAY
    states: dict[str, dict[str, Any]] = {
        "valid": {"valid_from": now, "valid_until": midnight + MINUTE, "host_unit_id": maker.unit(0)},
        "coming": {"valid_from": now + MINUTE, "issued_at": maker.yesterday - MINUTE, "host_unit_id": maker.unit(1)},
        "ending": {"valid_until": midnight, "issued_at": maker.yesterday},
        "expired": {"valid_until": now, "issued_at": maker.today - MINUTE},
        "revoked": {"revoked_at": now, "kind": PassKind.TEMPORARY},
        "owing": {"handed_in_at": now, "deposit_fen": 5000},
        "refunded": {"handed_in_at": now, "deposit_fen": 5000, "deposit_refunded_at": now},
        "revoked, back": {"revoked_at": now, "handed_in_at": now},
    }
    for number, (name, columns) in enumerate(states.items()):
        fair = {
            "number": f"V-{number}",
            "code": f"AAAA-000{number}",
            "valid_from": maker.yesterday,
            "valid_until": midnight + HOUR,
        }
        row = maker.add(VisitorPass, name, **(fair | columns))
        row.inside = name == "valid"  # nobody is inside before the pass is there
    maker.session.flush()


TRIED = Tried(
    register="visitor_passes",
    grants="""
visitor_passes  read print                   C . . S M A . .  PAS-7
visitor_passes  export                       C . . S M A . .  AUD-6
visitor_passes  issue hand_in                C . . S M . . .  PAS-1
visitor_passes  amend undo                   C . . S M . . .  †
visitor_passes  check_in check_out           C . . S M . . G  PAS-8
visitor_passes  refund                       C . . S M . . .  PAS-3
visitor_passes  read_phone                   C . . S M . . .  RES-4
visitor_passes  revoke                       . . . S M . . .  PAS-7†
visitor_passes  correct                      . . . S M . . .  †
visitor_passes  delete                       . . . . M . . .  †
visitor_passes  take_over import             . . . . M . . .  PAS-7†
""",
    record=record,
    new=(
        "clerk",
        {
            "kind": "visitor",
            "holder_name": "孙客",
            "phone": "13500001111",
            "purpose": "拜访",
            "identity_checked": "1",
            "safety_told": "1",
            "badge_number": "B7",
            "host_unit_id": "1-101",
            "host_asked": "1",
        },
    ),
    shown={"Holder": "孙客", "Badge": "B7", "Host unit": "1-101", "Validity": "This pass is valid"},
    changed=("purpose", "送货"),
    different=lambda n: {"number": f"V{n}", "badge_number": f"XB{n}", "code": f"{n:032d}"},
    rows=rows,
    listed="valid coming ending expired revoked owing refunded 'revoked, back'",
    filters={
        "state=valid": "valid ending",
        "state=ending": "ending expired",
        "state=expired": "expired",
        "state=revoked": "revoked",
        "state=inside": "valid",
        "state=deposit": "owing",
        "state=ended": "revoked owing refunded 'revoked, back'",
        "kind=temporary": "revoked",
        "host_unit=1-201": "coming",
        "inside=1": "valid",
        "inside=0": "coming ending expired revoked owing refunded 'revoked, back'",
        "issued_at_from=2026-11-18": "valid revoked owing refunded 'revoked, back'",
        "issued_at_until=2026-11-16": "coming",
    },
    done_by=frozenset({"issued_by_id"}),
    holds="""
[lists.visitor_passes]
shown = [
    "Number",
    "Validity",
    "Kind",
    "Holder",
    "Organisation",
    "Host unit",
    "Valid until^",
    "Inside",
    "Issued^",
]
choosable = [
    "Number",
    "Validity",
    "Kind",
    "Holder",
    "Organisation",
    "Host unit",
    "Valid until",
    "Inside",
    "Issued",
    "Phone",
    "Purpose",
    "Badge",
    "Valid from",
    "Handed in",
    "Revoked",
    "Deposit",
    "Deposit refunded",
]
filters = ["Show", "Kind", "Host unit", "Inside", "Issued from", "Issued until"]

[facts.visitor_passes]
"Number" = "V261118-001"
"Validity" = "This pass is valid"
"Kind" = "visitor pass"
"Valid from" = "2026-11-18 08:00"
"Valid until" = "14 h left"
"Badge" = "B1"
"Code" = "…"
"Inside" = "no"
"Holder" = "访客"
"Phone" = "13700137000"
"Purpose" = "拜访"
"Host unit" = "1-101"
"Host asked" = "yes"
"Identity checked" = "yes"
"Safety rules told" = "yes"
"ID copied" = "no"
"Temporary-residence paper seen" = "no"
"Issued" = "2026-11-18 08:00"
"Issued by" = "陈思"
"Deposit" = "¥0.00"
"Card fee" = "¥0.00"

[forms]
"visitor_passes new" = [
    "kind(visitor temporary worker)",
    "valid_from",
    "valid_until",
    "badge_number:40",
    "holder_name*:60",
    "organisation:100",
    "phone:30",
    "purpose:20000",
    "id_document(__none__ id_card passport permit other)",
    "id_number:40",
    "host_unit_id",
    "host_asked",
    "identity_checked",
    "safety_told",
    "id_copied",
    "residence_paper_seen",
    "permit_number:60",
    "permit_until",
]
"visitor_passes edit" = [
    "holder_name*:60",
    "organisation:100",
    "phone:200",
    "purpose:20000",
    "id_document(__none__ id_card passport permit other)",
    "id_number:200",
    "host_unit_id",
    "badge_number:40",
    "permit_number:60",
]
"visitor_passes check_in" = []
"visitor_passes check_out" = []
"visitor_passes hand_in" = []
"visitor_passes refund" = []
"visitor_passes revoke" = ["reason*:20000"]
"visitor_passes correct" = ["reason*:20000"]

[steps.visitor_passes]
"valid" = [
    "revoke: supervisor manager",
    "correct: supervisor manager",
    "check_out: supervisor manager clerk2",
    "(hand_in): supervisor manager clerk2",
    "(revoke): clerk2",
    "(correct): clerk2",
]
"coming" = [
    "revoke: supervisor manager",
    "correct: supervisor manager",
    "hand_in: supervisor manager clerk2",
    "(check_in): supervisor manager clerk2",
    "(revoke): clerk2",
    "(correct): clerk2",
]
"ending" = [
    "revoke: supervisor manager",
    "correct: supervisor manager",
    "check_in: supervisor manager clerk2",
    "hand_in: supervisor manager clerk2",
    "(revoke): clerk2",
    "(correct): clerk2",
]
"expired" = [
    "revoke: supervisor manager",
    "correct: supervisor manager",
    "hand_in: supervisor manager clerk2",
    "(check_in): supervisor manager clerk2",
    "(revoke): clerk2",
    "(correct): clerk2",
]
"revoked" = ["hand_in: supervisor manager clerk2"]
"owing" = ["refund: supervisor manager clerk2"]
"refunded" = []
"revoked, back" = []
""",
)
