"""Taking complaints in: register, edit, classify, delete, and the new one that a reopened one becomes."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.call import Call
from models.complaints import OPEN_STATUSES, REVIEW, Complaint, ComplaintCategory, ComplaintNature, ComplaintStatus
from models.errors import Incomplete, OperationRefused, Outcome, gettext_noop
from models.estates import Unit
from models.matters import ClockRun, Severity
from models.operations.complaints.handling import assign
from models.operations.complaints.opening import demand_formal_record, still_open
from models.operations.core import (
    Move,
    can_own,
    check_phone,
    create,
    first_limits,
    operation,
    phone_columns,
    referred,
    refuse_role,
    remove,
    sift,
    start_first,
    take_numbers,
    verb,
)
from models.operations.matters import (
    FORMAL_RECORD,
    MatterDraft,
    check_change,
    check_intake,
    intake_columns,
    offer_same_matter,
    required,
)
from models.policy import may
from models.roles import CLERKS, MANAGERS
from models.settings import EstateSettings
from models.staff import Actor, Staff, Team
from models.tickets import PROMISE

AMENDABLE = frozenset(
    [
        "severity",
        "channel",
        "summary",
        "detail",
        "wish",
        "unit_id",
        "place",
        "resident_id",
        "reporter_name",
        "reporter_phone",
        "reporter_department",
        "read_back",
        "category",
        "identity_checked",
    ]
)
IDENTIFYING = ("unit_id", "resident_id", "reporter_name", "reporter_phone", "reporter_department")
KEPT_ON_REOPENING = (
    "severity",
    "channel",
    "summary",
    "wish",
    "unit_id",
    "place",
    "resident_id",
    "reporter_name",
    "reporter_phone",
    "reporter_phone_digest",
    "reporter_phone_tail_digest",
    "reporter_department",
    "category",
    "anonymous",
    "identity_checked",
)


@dataclass
class ComplaintDraft(MatterDraft):
    """A complaint as it was taken. *anonymous*: a neighbour dispute whose reporter prefers not to be known (INT-4).

    One that names its handler is assigned in the same step (DSP-3).
    """

    category: ComplaintCategory = ComplaintCategory.GENERAL_SERVICE
    nature: ComplaintNature | None = None
    anonymous: bool = False
    identity_checked: bool = False
    previous_id: int | None = None
    assignee_id: int | None = None
    head_id: int | None = None


@operation(Complaint, roles=CLERKS)
def register(call: Call, drafts: Sequence[ComplaintDraft]) -> Outcome:
    """Take complaints into the register, each with a desk owner (INT-1), a number and the formal-record clock (CMP-3).

    The complaint's own row is from now on its slip and follow-up record (业户投诉处理跟进记录表, CMP-9) and its line in
    the ledger: the process is its entries and events, the slip taker its handler, the responsible head who signs in
    ``sign_slip``. The follow-up itself (FUP-1) is scheduled when the complaint is carried out.

    An anonymous complaint keeps place and words, but no unit, name, phone or department, and its identity is not
    checked (INT-4). Refused: no summary, nobody or no place named (INT-3), heard in the future (INT-2), anonymous
    though no neighbour dispute (INT-4), communicative and not identified (CMP-2), the same matter still open (INT-6)
    unless the draft says that it is another.
    """
    return _register(call, drafts)


def register_and_assign(call: Call, drafts: Sequence[ComplaintDraft]) -> Outcome:
    """:func:`register` and at once :func:`assign`: to whom the draft names, else to the butler of its unit (RES-5).

    What cannot be assigned is not registered either: the whole batch is refused (DSP-3).
    """
    return _register(call, drafts, goes_on=True)


def _register(call: Call, drafts: Sequence[ComplaintDraft], *, goes_on: bool = False) -> Outcome:
    settings = EstateSettings(call.session, {draft.estate_id for draft in drafts})
    accepted, outcome = sift(drafts, lambda draft: _check(call, draft, settings))
    for estate_id, at in sorted({(draft.estate_id, draft.registered_at or call.now) for draft in accepted}):
        group = [draft for draft in accepted if (draft.estate_id, draft.registered_at or call.now) == (estate_id, at)]
        rows = [
            Complaint(
                **_columns(call, draft),
                category=draft.category,
                nature=draft.nature,
                anonymous=draft.anonymous,
                identity_checked=draft.identity_checked and not draft.anonymous,
                previous_id=draft.previous_id,
            )
            for draft in group
        ]
        outcome.done += _write(call.following(), rows, settings, verb="register")
        for draft, row in zip(group, rows, strict=True):
            if goes_on or draft.assignee_id is not None:
                _assign(call.following(), draft, row)
    return outcome


def _assign(call: Call, draft: ComplaintDraft, complaint: Complaint) -> None:
    butler = select(Unit.butler_id).where(Unit.id == complaint.unit_id)
    person = draft.assignee_id or call.session.scalar(butler)
    lacks = {
        "team_id": (draft.team_id, gettext_noop("the responsible department")),
        "assignee_id": (person, gettext_noop("who handles it (its unit has no butler)")),
    }
    if missing := {field: words for field, (value, words) in lacks.items() if value is None}:
        raise Incomplete("DSP-3", missing)
    assign(
        call,
        [complaint],
        team=call.session.get_one(Team, draft.team_id),
        assignee=call.session.get_one(Staff, person),
        head=call.session.get_one(Staff, draft.head_id) if draft.head_id is not None else None,
    ).all()


def _check(call: Call, draft: ComplaintDraft, settings: EstateSettings) -> None:
    if refusal := refuse_role(call.actor, "register", Complaint(estate_id=draft.estate_id)):
        raise refusal
    check_intake(call, draft, settings)
    if draft.anonymous and draft.category is not ComplaintCategory.NEIGHBOUR_DISPUTE:
        message = gettext_noop("Only a neighbour dispute may be taken without a name.")
        raise OperationRefused("INT-4", message, field="anonymous")
    if lacks := required(draft):
        raise Incomplete("INT-3", lacks)
    known = draft.nature in (None, ComplaintNature.VALID) or draft.identity_checked or draft.anonymous
    if not known:
        message = gettext_noop("Check the identity of who reported it first.")
        raise OperationRefused("CMP-2", message, field="identity_checked")
    if not draft.another_matter:
        offer_same_matter(call.session, Complaint, draft, draft.category, emergency=False)


def _columns(call: Call, draft: ComplaintDraft) -> dict[str, Any]:
    columns = intake_columns(call, draft, anonymous=draft.anonymous)
    if draft.anonymous:
        columns["reporter_department"] = None
    return columns


def _write(
    call: Call, rows: Sequence[Complaint], settings: EstateSettings, *, verb: str, rule: str | None = None
) -> list[Complaint]:
    estate_id = rows[0].estate_id
    day = settings.calendar(estate_id).local_date(call.now)
    numbers = take_numbers(call.session, estate_id, Complaint.number_prefix, day, len(rows))
    limits, at = [], rows[0].registered_at
    for row, number in zip(rows, numbers, strict=True):
        serious = row.severity is Severity.SERIOUS
        begun = {FORMAL_RECORD: at if serious else None, **({REVIEW: None} if serious else {})}
        if row.promised_at is not None:
            begun[PROMISE] = row.promised_at
        limits.append(first_limits(settings, row, at, begun))
        row.number, row.due_at = number, min((limit.due_at for limit in limits[-1]), default=None)
    made = create(call, rows, verb=verb, rule=rule)
    start_first(call.session, made, limits, at)
    return made


@verb(Complaint, roles=CLERKS, opening=still_open)
def amend(
    move: Move[Complaint],
    /,
    **columns: Any,
) -> None:
    """Change descriptive columns only; never status, number, owner, team, times of work or deadlines.

    One that becomes serious owes its formal record at once (CMP-3). An anonymous one stays without unit, name and
    phone, and a neighbour dispute (INT-4). Who reported it and where stay (INT-3, FUP-1); what was promised is moved by
    ``promise``. Raises ValueError for other columns: the caller's mistake.
    """
    if forbidden := set(columns) - AMENDABLE:
        raise ValueError(f"amend does not change {sorted(forbidden)}")
    if "summary" in columns:
        message = gettext_noop("Write down what happened.")
        move.refuse_unless((columns["summary"] or "").strip(), "INT-3", message, field="summary")
    identifying = [name for name in IDENTIFYING if columns.get(name)]
    if "reporter_phone" in columns:
        check_phone(columns["reporter_phone"])
        columns.update(phone_columns(move.session, columns["reporter_phone"], "reporter_phone"))
    for complaint in list(move.rows):
        category = columns.get("category", complaint.category)
        if complaint.anonymous and (identifying or columns.get("identity_checked")):
            message = gettext_noop("%(record)s is anonymous: no unit, name or phone is kept.")
            move.refuse(complaint, "INT-4", message, record=complaint.number)
        elif complaint.anonymous and category is not ComplaintCategory.NEIGHBOUR_DISPUTE:
            message = gettext_noop("Only a neighbour dispute may be taken without a name.")
            move.refuse(complaint, "INT-4", message, field="category")
        else:
            try:
                check_change(complaint, columns)
            except OperationRefused as refusal:
                move.reject(complaint, refusal)
                continue
            if columns.get("severity") is Severity.SERIOUS:
                demand_formal_record(move, complaint)
            move.set(complaint, **columns)


@verb(Complaint, roles=CLERKS, label=gettext_noop("Classify"), rule="CMP-2", opening=still_open)
def classify(move: Move[Complaint], *, nature: ComplaintNature, identity_checked: bool = False) -> None:
    """Say whether complaints are valid or communicative (CMP-2).

    A communicative one needs the identity checked, save an anonymous one (INT-4). Another nature later needs a
    *reason*: a badly handled communicative one becomes valid, a valid one never becomes communicative. What was
    recorded as not our responsibility is not valid at once: who may record that takes it back by this (CMP-12).
    """
    valid = nature is ComplaintNature.VALID
    for complaint in list(move.rows):
        checked = complaint.identity_checked or (identity_checked and not complaint.anonymous)
        if complaint.nature is ComplaintNature.VALID and not valid:
            message = gettext_noop("%(record)s is valid and cannot become communicative.")
            move.refuse(complaint, "CMP-2", message, field="nature", record=complaint.number)
        elif complaint.nature not in (None, nature) and not move.call.reason.strip():
            message = gettext_noop("Say why the nature of %(record)s changes.")
            move.refuse(complaint, "CMP-2", message, field="reason", record=complaint.number)
        elif not valid and not checked and not complaint.anonymous:
            message = gettext_noop("Check the identity of who reported %(record)s first.")
            move.refuse(complaint, "CMP-2", message, field="identity_checked", record=complaint.number)
        elif valid and complaint.ground is not None and not may(move.actor, "decline_responsibility", complaint):
            message = gettext_noop(
                "%(record)s is recorded as not our responsibility: a supervisor or the department's lead says that"
                " it is valid all the same."
            )
            move.refuse(complaint, "CMP-12", message, field="nature", record=complaint.number)
        else:
            said = move.call.reason.strip() or complaint.nature_reason
            move.set(complaint, nature=nature, nature_reason=said, identity_checked=checked)
            if valid and complaint.ground is not None:
                move.set(complaint, ground=None, ground_text=None, ground_told_at=None)


@operation(Complaint, roles=CLERKS, label=gettext_noop("Reopen as a new complaint"))
def reopen_as_new(call: Call, complaints: Iterable[Complaint]) -> Outcome:
    """Register a new complaint linked to each archived one, which itself stays as it is (CMP-8).

    Who reopens becomes desk owner (INT-1); *reason* is what is wrong again. Returns the new complaints; a preview
    returns the archived ones. Refused: not archived, or reopened already by one that is still open (INT-6).
    """
    move = Move(call, Complaint, complaints, verb="reopen_as_new", rule="CMP-8")
    move.refuse_unless(call.reason.strip(), "CMP-8", gettext_noop("Say what is wrong again."), field="reason")
    ids = [complaint.id for complaint in move.rows]
    query = select(Complaint).where(Complaint.previous_id.in_(ids), Complaint.status.in_(OPEN_STATUSES))
    successors = {row.previous_id: row for row in call.session.scalars(query)}
    owner = call.session.get_one(Staff, call.actor.staff_id)
    for complaint in list(move.rows):
        if complaint.status is not ComplaintStatus.ARCHIVED:
            message = gettext_noop("%(record)s is “%(status)s”; only an archived complaint is reopened as a new one.")
            move.refuse(complaint, "CMP-8", message, record=complaint.number, status=complaint.status)
        elif complaint.id in successors:
            message = gettext_noop("%(record)s was reopened already as %(number)s, which is still open.")
            number = successors[complaint.id].number
            move.refuse(complaint, "INT-6", message, record=complaint.number, number=number)
        elif not can_own(call.session, owner, complaint.estate_id):
            message = gettext_noop("%(person)s does not work at the desk of this estate and cannot be desk owner.")
            move.refuse(complaint, "INT-1", message, person=owner.name)
    # Nothing of the archived rows changes, so this move is never finished: it has guarded and locked them.
    outcome = Outcome(done=list(move.rows), refused=move.outcome.refused)
    if not call.preview:
        outcome.done = []
        for estate_id in sorted({complaint.estate_id for complaint in move.rows}):
            rows = [
                _successor(complaint, call.actor, move.now, call.reason)
                for complaint in move.rows
                if complaint.estate_id == estate_id
            ]
            outcome.done += _write(call, rows, move.settings, verb="reopen_as_new", rule="CMP-8")
    return outcome


def _successor(complaint: Complaint, actor: Actor, now: datetime.datetime, reason: str) -> Complaint:
    return Complaint(
        estate_id=complaint.estate_id,
        previous_id=complaint.id,
        detail=reason,
        heard_at=now,
        registered_at=now,
        desk_owner_id=actor.staff_id,
        **{name: getattr(complaint, name) for name in KEPT_ON_REOPENING},
    )


@verb(Complaint, roles=MANAGERS)
def delete(move: Move[Complaint]) -> None:
    """Remove complaints that nothing has followed yet (CMP-4); all others are cancelled instead. The events stay.

    What an import brought archived can be taken out again, as can a ticket that it brought closed.
    """
    for complaint in list(move.rows):
        if complaint.status not in OPEN_STATUSES and not complaint.imported_closed:
            message = gettext_noop("%(record)s is “%(status)s” and stays as it is.")
            move.refuse(complaint, "CMP-8", message, record=complaint.number, status=complaint.status)
    ids = [complaint.id for complaint in move.rows]
    followed = referred(move.session, Complaint, ids, apart_from=[ClockRun])
    for complaint in list(move.rows):
        fresh = complaint.status is ComplaintStatus.REGISTERED or complaint.imported_closed
        if complaint.id in followed or not fresh:
            message = gettext_noop("Something has followed on %(record)s already; cancel it instead.")
            move.refuse(complaint, "CMP-4", message, record=complaint.number)

    def take_out(outcome: Outcome) -> None:
        remove(move, outcome.done, along=[ClockRun])

    move.afterwards(take_out)
