"""Who may do what, and who sees what. The only place where roles are decided; denied unless granted here."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from models.audits import AuditLine, AuditRun
from models.base import Base
from models.bulk import BulkItem, BulkRun
from models.complaints import Complaint
from models.estates import Estate
from models.events import Event
from models.follow_ups import FollowUp, FollowUpAttempt
from models.imports import ImportChunk, ImportRun
from models.matters import ClockRun, Comment, RepeatReport
from models.mentions import Mention
from models.passes import PassMovement, VisitorPass
from models.residents import MERGED, Occupancy, Resident, ResidentContact
from models.roles import ADMINS, AUDITORS, CLERKS, EVERYONE, LEADS, MANAGERS, READERS, SUPERVISORS, WORKERS, Role
from models.saved_views import SavedView
from models.staff import Actor, Staff, StaffAssignment, StaffContact, Team
from models.tickets import OPEN_STATUSES, Ticket

# How an event names the role that let the verb through: the weightiest of those that do.
_WEIGHT = (Role.MANAGER, Role.SUPERVISOR, Role.CLERK, Role.LEAD, Role.TECHNICIAN, Role.ADMIN, Role.AUDITOR, Role.SYSTEM)

PERMISSIONS: dict[str, dict[str, frozenset[Role]]] = {
    "tickets": {
        "read": READERS | WORKERS,
        "export": READERS,
        "register": CLERKS,
        "report_again": CLERKS,
        "amend": CLERKS,
        "dispatch": CLERKS,
        "assign": CLERKS | LEADS,
        "reassign": SUPERVISORS | LEADS,
        "change_owner": SUPERVISORS,
        "name_follower": SUPERVISORS,
        "accept": CLERKS | WORKERS,
        "start": CLERKS | WORKERS,
        "wait": CLERKS | WORKERS,
        "resume": CLERKS | WORKERS,
        "finish": CLERKS | WORKERS,
        "answer": CLERKS,
        "take_slip_back": CLERKS,
        "undo": CLERKS | LEADS,
        "charge": CLERKS | WORKERS,
        "settle": CLERKS | WORKERS,
        "waive": SUPERVISORS,
        "close": CLERKS,
        "reopen": CLERKS,
        "cancel": CLERKS,
        "merge": CLERKS,
        "register_again": CLERKS,
        "escalate": CLERKS | LEADS,
        "comment": CLERKS | WORKERS,
        "correct": SUPERVISORS,
        "delete": MANAGERS,
        "print_slip": READERS | WORKERS,
        "take_over": MANAGERS,
        "import": MANAGERS,
        "read_phone": CLERKS | frozenset({Role.TECHNICIAN}),
    },
    "complaints": {
        "read": READERS | LEADS,
        "export": READERS,
        "register": CLERKS,
        "report_again": CLERKS,
        "amend": CLERKS,
        "assign": CLERKS,
        "reassign": SUPERVISORS,
        "change_owner": SUPERVISORS,
        "name_follower": SUPERVISORS,
        "classify": CLERKS,
        "investigate": CLERKS | LEADS,
        "propose": CLERKS | LEADS,
        "negotiate": CLERKS | LEADS,
        "agree": CLERKS | LEADS,
        "carry_out": CLERKS | LEADS,
        "sign_slip": LEADS,
        "take_slip_back": CLERKS,
        "write_formal_record": CLERKS | LEADS,
        "write_answer": SUPERVISORS | LEADS,
        "decline_responsibility": SUPERVISORS | LEADS,
        "decide_compensation": MANAGERS,
        "write_review": SUPERVISORS | LEADS,
        "mark_followed_up": CLERKS,
        "put_right": CLERKS,
        "archive": CLERKS,
        "cancel": CLERKS,
        "merge": CLERKS,
        "escalate": CLERKS | LEADS,
        "comment": CLERKS | LEADS,
        "reopen_as_new": CLERKS,
        "correct": SUPERVISORS,
        "delete": MANAGERS,
        "take_over": MANAGERS,
        "import": MANAGERS,
        "read_phone": CLERKS,
    },
    "follow_ups": {
        "read": READERS,
        "export": READERS,
        "schedule": CLERKS,
        "reassign": CLERKS,
        "record_attempt": CLERKS,
        "cancel": CLERKS,
        "close_not_reached": SUPERVISORS,
    },
    "residents": {
        **dict.fromkeys(("read", "export"), READERS),
        **dict.fromkeys(("register", "amend", "read_phone"), CLERKS),
        **dict.fromkeys(("unite", "undo"), SUPERVISORS),
        **dict.fromkeys(("delete", "import"), MANAGERS),
    },
    "resident_contacts": {"read": READERS, **dict.fromkeys(("register", "amend", "delete", "read_phone"), CLERKS)},
    "occupancies": {"read": READERS, "export": READERS, "register": CLERKS, "end": CLERKS, "delete": MANAGERS},
    "keys": {
        **dict.fromkeys(("read", "export"), READERS),
        **dict.fromkeys(("register", "amend", "lend", "report_lost", "tell_owner", "hand_back"), CLERKS),
        "delete": MANAGERS,
    },
    "key_approvals": {
        "read": READERS,
        "export": READERS,
        "request": CLERKS,
        "approve": SUPERVISORS,
        "refuse": SUPERVISORS,
        "lend": CLERKS,
        **dict.fromkeys(("take_over", "delete"), MANAGERS),
    },
    "key_loans": {
        "read": READERS,
        "export": READERS,
        "lend": CLERKS,
        "return": CLERKS,
        "undo": CLERKS,
        "report_lost": CLERKS,
        "extend": SUPERVISORS,
        "correct": SUPERVISORS,
        "amend": CLERKS,
        **dict.fromkeys(("take_over", "import", "delete"), MANAGERS),
        "read_phone": CLERKS,
    },
    "visitor_passes": {
        "read": READERS,
        "export": READERS,
        "issue": CLERKS,
        "amend": CLERKS,
        "check_in": CLERKS,
        "check_out": CLERKS,
        "hand_in": CLERKS,
        "undo": CLERKS,
        "refund": CLERKS,
        "revoke": SUPERVISORS,
        "correct": SUPERVISORS,
        "delete": MANAGERS,
        "take_over": MANAGERS,
        "import": MANAGERS,
        "read_phone": CLERKS,
        "print": READERS,
    },
    "audit_runs": {
        "read": READERS,
        "export": READERS,
        "run": CLERKS,
        "note": CLERKS,
        "sign_off": SUPERVISORS,
        "print": READERS,
    },
    "audit_lines": {"note": CLERKS},
    "audit_findings": {"read": READERS},
    "events": {"read": AUDITORS | MANAGERS | ADMINS, "export": AUDITORS | MANAGERS},
    "estates": {
        "read": READERS | ADMINS,
        "export": READERS | ADMINS,
        "register": ADMINS,
        "amend": ADMINS | MANAGERS,
        "run_audit": CLERKS,
        "delete": ADMINS,
    },
    "units": {
        **dict.fromkeys(("read", "export"), READERS),
        **dict.fromkeys(("import", "register", "delete"), MANAGERS),
        "amend": CLERKS,
    },
    "staff": {
        "read": READERS | ADMINS,
        "export": READERS | ADMINS,
        "register": ADMINS | MANAGERS,
        "amend": ADMINS | MANAGERS,
        "disable": ADMINS | MANAGERS,
        "enable": ADMINS | MANAGERS,
        "reset_password": ADMINS,
        "approve_reset": ADMINS,
        "grant_role": ADMINS,
        "end_role": ADMINS,
    },
    "staff_contacts": {
        "read": READERS | ADMINS,
        "read_phone": CLERKS | ADMINS,
        **dict.fromkeys(("register", "amend", "delete"), ADMINS | MANAGERS),
    },
    "teams": {
        "read": READERS | LEADS | ADMINS,
        "export": READERS | ADMINS,
        **dict.fromkeys(("register", "amend", "delete"), MANAGERS),
    },
    "clocks": {"read": READERS, "export": READERS, "amend": MANAGERS},
    "settings": {"read": READERS, "export": READERS, "amend": MANAGERS},
    "categories": {"read": READERS, "export": READERS, "register": MANAGERS, "amend": MANAGERS, "delete": MANAGERS},
    "calendar_days": {"read": READERS, "export": READERS, "register": MANAGERS, "amend": MANAGERS, "delete": MANAGERS},
    "working_hours": {"read": READERS, "export": READERS, "register": MANAGERS, "amend": MANAGERS, "delete": MANAGERS},
    "bulk_runs": {"read": CLERKS | LEADS, "run": CLERKS | LEADS},
    "import_runs": {"read": MANAGERS, "run": MANAGERS},
    "saved_views": {
        "read": EVERYONE,
        "save": EVERYONE,
        "rename": EVERYONE,
        "delete": EVERYONE,
        "share": SUPERVISORS | LEADS,
    },
    "column_choices": {"choose": EVERYONE},
    "mentions": {"read": EVERYONE, "mark_seen": EVERYONE},
    "reports": {"read": MANAGERS | AUDITORS},
    "desk": {"read": EVERYONE, "read_counts": READERS | WORKERS},
    "account": {"read": EVERYONE, "change_password": EVERYONE, "switch_estate": EVERYONE},
}
"""Register -> verb -> roles. What is not here nobody may do; the system actor may do all that is here."""


def may(actor: Actor | None, verb: str, target: Any) -> bool:
    """Whether *actor* may do *verb* to *target*: a record, a table's class, or the name of a register or page.

    For a class or name: whether in any estate. For a record: in its estate, and, for team leads and technicians, only
    if it belongs to their team or to them.
    """
    return role_for(actor, verb, target) is not None


def role_for(actor: Actor | None, verb: str, target: Any) -> Role | None:
    """The role that lets *actor* do *verb* to *target*, None when nothing does."""
    record = target if isinstance(target, Base) else None
    register = target if isinstance(target, str) else _register_of(target)
    granted = PERMISSIONS.get(register, {}).get(verb)
    if actor is None or granted is None:
        return None
    if actor.is_system:
        return Role.SYSTEM
    estate_id = _estate_of(record)
    held = actor.roles_in(estate_id) & granted
    person = record.staff if isinstance(record, StaffContact) else record
    if isinstance(person, Staff) and verb != "end_role" and not _shares_estate(actor, person):
        return None
    if isinstance(record, SavedView) and not _keeps(actor, record):
        return None
    for role in _WEIGHT:
        if role in held and (record is None or role not in WORKERS or _is_theirs(actor, role, record)):
            if verb == "read_phone" and role is Role.TECHNICIAN and not _is_open(record):
                continue
            return role
    return None


def _register_of(target: Any) -> str:
    """The register of a record or of a table's class; of anything else none, so that nothing is granted for it."""
    kind = target if isinstance(target, type) else type(target)
    return kind.__tablename__ if issubclass(kind, Base) and hasattr(kind, "__tablename__") else ""


def _is_open(record: Base | None) -> bool:
    return record is None or (isinstance(record, Ticket) and record.status in OPEN_STATUSES)


def _estate_of(record: Base | None) -> int | None:
    if record is None or isinstance(record, Staff):
        return None
    if isinstance(record, Estate):
        # An estate that is not stored yet belongs to nobody: creating it is a question of the role alone.
        return record.id
    return getattr(record, "estate_id", None)


def _shares_estate(actor: Actor, person: Staff) -> bool:
    if person.username == "system":
        return False
    return person.id == actor.staff_id or person.estate_id is None or person.estate_id in actor.estate_ids


def _keeps(actor: Actor, view: SavedView) -> bool:
    """A saved view is its owner's; one that is shared also the supervisors'."""
    in_charge = view.shared and actor.roles_in(view.estate_id) & SUPERVISORS
    return view.owner_id == actor.staff_id or bool(in_charge)


def _is_theirs(actor: Actor, role: Role, record: Base) -> bool:
    if isinstance(record, SavedView):
        return record.owner_id == actor.staff_id
    if isinstance(record, Team):
        return record.id in actor.teams_in(record.estate_id, role)
    if not isinstance(record, Ticket | Complaint):
        return False
    if role is Role.TECHNICIAN:
        return record.assignee_id == actor.staff_id
    return record.team_id in actor.teams_in(record.estate_id, Role.LEAD)


_OF_A_PERSON: dict[type[Any], Any] = {
    Resident: Resident.id,
    Occupancy: Occupancy.resident_id,
    ResidentContact: ResidentContact.resident_id,
}
_OF_A_MATTER: tuple[type[Any], ...] = (Comment, RepeatReport, ClockRun)
_OF_A_PARENT: dict[type[Any], tuple[str, type[Any]]] = {
    AuditLine: ("run_id", AuditRun),
    FollowUpAttempt: ("follow_up_id", FollowUp),
    PassMovement: ("pass_id", VisitorPass),
    StaffContact: ("staff_id", Staff),
}


def visible(actor: Actor | None, model: type[Any]) -> ColumnElement[bool]:
    """The condition that a row of *model* must meet for *actor* to see it at all."""
    if actor is None:
        return false()
    if actor.is_system:
        return true()
    if model in _OF_A_MATTER:
        return or_(
            and_(model.ticket_id.is_not(None), model.ticket_id.in_(_visible_ids(actor, Ticket))),
            and_(model.complaint_id.is_not(None), model.complaint_id.in_(_visible_ids(actor, Complaint))),
        )
    if model in _OF_A_PARENT:
        column, parent = _OF_A_PARENT[model]
        return getattr(model, column).in_(_visible_ids(actor, parent))  # type: ignore[no-any-return]  # the column of a class chosen at run time
    if model is BulkItem:
        return BulkItem.run_id.in_(select(BulkRun.id).where(BulkRun.actor_id == actor.staff_id))
    if model is ImportChunk:
        return ImportChunk.run_id.in_(_visible_ids(actor, ImportRun))
    if model is Mention:
        return Mention.staff_id == actor.staff_id
    if model is SavedView:
        own = or_(SavedView.owner_id == actor.staff_id, SavedView.shared.is_(true()))
        return and_(SavedView.estate_id.in_(actor.estate_ids), own)
    granted = PERMISSIONS.get(model.__tablename__, {}).get("read", frozenset())
    full = [estate for estate in actor.estate_ids if actor.roles_in(estate) & granted - WORKERS]
    if model is BulkRun:
        return BulkRun.actor_id == actor.staff_id
    if model is ImportRun:
        nobodys = ImportRun.actor_id.in_(select(Staff.id).where(Staff.username == "system"))
        return and_(or_(ImportRun.actor_id == actor.staff_id, nobodys), ImportRun.estate_id.in_(full))
    if model is Estate:
        return Estate.id.in_(full)
    if model is Staff:
        colleagues = select(StaffAssignment.staff_id).where(StaffAssignment.estate_id.in_(full))
        return and_(Staff.username != "system", or_(Staff.id.in_(colleagues), Staff.estate_id.in_(full)))
    if model is Event:
        return _visible_events(actor)
    # One estate, as of every list, as an equation: an index by estate and another column then gives that order.
    whole = model.estate_id == full[0] if len(full) == 1 else model.estate_id.in_(full)
    conditions = [whole] if full else []
    conditions += list(_own_rows(actor, model, granted))
    if model in _OF_A_PERSON:
        conditions = [and_(condition, _OF_A_PERSON[model].not_in(MERGED)) for condition in conditions]
    return or_(*conditions) if conditions else false()


def _visible_events(actor: Actor) -> ColumnElement[bool]:
    """Auditors and managers read their estates' events; administrators those about accounts and estates only."""
    whole = [estate for estate in actor.estate_ids if actor.roles_in(estate) & (AUDITORS | MANAGERS)]
    own = [estate for estate in actor.estate_ids if actor.roles_in(estate) & ADMINS]
    accounts = and_(
        Event.register.in_(("staff", "staff_assignments", "estates")),
        or_(Event.estate_id.in_(own), Event.estate_id.is_(None)),
    )
    return or_(Event.estate_id.in_(whole), accounts) if own else Event.estate_id.in_(whole)


def _visible_ids(actor: Actor, model: type[Any]) -> Any:
    return select(model.id).where(visible(actor, model))


def _own_rows(actor: Actor, model: type[Any], granted: Iterable[Role]) -> Iterable[ColumnElement[bool]]:
    for estate in actor.estate_ids:
        roles = actor.roles_in(estate) & frozenset(granted)
        teams = actor.teams_in(estate, Role.LEAD)
        if Role.LEAD in roles and teams:
            if model is Team:
                yield Team.id.in_(teams)
            elif model in (Ticket, Complaint):
                yield and_(model.estate_id == estate, model.team_id.in_(teams))
        if Role.TECHNICIAN in roles and model is Ticket:
            yield and_(Ticket.estate_id == estate, Ticket.assignee_id == actor.staff_id)
