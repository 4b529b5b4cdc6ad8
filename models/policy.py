"""Who may do what, and who sees what. The only place where roles are decided; denied unless granted here."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from models.audits import AuditLine, AuditRun
from models.base import Base, tables
from models.bulk import BulkItem, BulkRun
from models.complaints import Complaint
from models.estates import Estate
from models.events import Event
from models.follow_ups import FollowUp, FollowUpAttempt
from models.hanging import registers_of
from models.imports import ImportChunk, ImportRun
from models.matters import ClockRun, Comment, RepeatReport
from models.outbox import ResidentWay, WayOut
from models.passes import PassMovement, VisitorPass
from models.residents import MERGED, Occupancy, Resident, ResidentContact
from models.roles import ADMINS, AT_THE_GATE, AUDITORS, EVERYONE, MANAGERS, READERS, SUPERVISORS, WORKERS, Role
from models.saved_views import SavedView
from models.staff import Actor, Staff, StaffAssignment, StaffContact, Team
from models.tickets import OPEN_STATUSES, Ticket, TicketStatus
from models.told import Told
from models.verbs import everything, find, grant

# How an event names the role that let the verb through: the weightiest of those that do.
_WEIGHT = (
    Role.MANAGER,
    Role.SUPERVISOR,
    Role.CLERK,
    Role.LEAD,
    Role.TECHNICIAN,
    Role.ADMIN,
    Role.AUDITOR,
    Role.GUARD,
    Role.SYSTEM,
)

# Pages that are no register.
grant("reports", {"read": MANAGERS | AUDITORS, "export": MANAGERS | AUDITORS})
grant("desk", {"read": EVERYONE, "read_counts": READERS | WORKERS})
grant("gate", {"read": AT_THE_GATE})
grant("rules", {"read": EVERYONE})
grant("account", {"read": EVERYONE, "change_password": EVERYONE, "switch_estate": EVERYONE})


def roles_of(register: str, verb: str) -> frozenset[Role] | None:
    """To whom *verb* of *register* is granted; None where it is granted to nobody."""
    declared = find(register, verb)
    return None if declared is None else declared.roles


def permissions() -> dict[str, dict[str, frozenset[Role]]]:
    """Register -> verb -> roles: all that is granted. What is not here nobody may do; the system may do all of it."""
    found: dict[str, dict[str, frozenset[Role]]] = {}
    for each in everything():
        found.setdefault(each.register, {})[each.name] = each.roles
    return found


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
    granted = roles_of(register, verb)
    if actor is None or granted is None:
        return None
    if actor.is_system:
        return Role.SYSTEM
    estate_id = _estate_of(record)
    held = actor.roles_in(estate_id) & granted
    person = record.staff if isinstance(record, StaffContact) else record
    if isinstance(person, Staff) and verb != "end_role" and not _shares_estate(actor, person):
        return None
    if isinstance(record, Told | WayOut) and record.staff_id != actor.staff_id:
        return None
    if isinstance(record, SavedView) and not _keeps(actor, record):
        return None
    for role in _WEIGHT:
        if role in held and (record is None or role not in WORKERS or _is_theirs(actor, role, record, verb)):
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


def _is_theirs(actor: Actor, role: Role, record: Base, verb: str) -> bool:
    if isinstance(record, SavedView):
        return record.owner_id == actor.staff_id
    if isinstance(record, Told | WayOut):
        return record.staff_id == actor.staff_id
    if isinstance(record, Team):
        return record.id in actor.teams_in(record.estate_id, role)
    if not isinstance(record, Ticket | Complaint):
        return False
    if role is Role.TECHNICIAN:
        return record.assignee_id == actor.staff_id or (verb in _OF_WHOEVER_TAKES_IT and _is_to_take(actor, record))
    return record.team_id in actor.teams_in(record.estate_id, Role.LEAD)


_OF_WHOEVER_TAKES_IT = frozenset({"read", "accept"})
"""What a technician may do about a job of the own team that nobody was assigned to."""


def _is_to_take(actor: Actor, record: Ticket | Complaint) -> bool:
    waits = isinstance(record, Ticket) and record.status is TicketStatus.DISPATCHED and record.assignee_id is None
    return waits and record.team_id in actor.teams_in(record.estate_id, Role.TECHNICIAN)


_OF_A_PERSON: dict[type[Any], Any] = {
    Resident: Resident.id,
    Occupancy: Occupancy.resident_id,
    ResidentContact: ResidentContact.resident_id,
    ResidentWay: ResidentWay.resident_id,
}
_OF_A_RECORD: tuple[type[Any], ...] = (Comment, RepeatReport, ClockRun)
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
    if model in _OF_A_RECORD:
        return of_visible(actor, model)
    if model in _OF_A_PARENT:
        column, parent = _OF_A_PARENT[model]
        return getattr(model, column).in_(_visible_ids(actor, parent))  # type: ignore[no-any-return]  # the column of a class chosen at run time
    if model is BulkItem:
        return BulkItem.run_id.in_(select(BulkRun.id).where(BulkRun.actor_id == actor.staff_id))
    if model is ImportChunk:
        return ImportChunk.run_id.in_(_visible_ids(actor, ImportRun))
    if model is Told:
        not_taken_back = or_(Told.withdrawn_at.is_(None), Told.seen_at.is_not(None))
        return and_(Told.staff_id == actor.staff_id, not_taken_back)
    if model is WayOut:
        return WayOut.staff_id == actor.staff_id
    if model is SavedView:
        own = or_(SavedView.owner_id == actor.staff_id, SavedView.shared.is_(true()))
        return and_(SavedView.estate_id.in_(actor.estate_ids), own)
    granted = roles_of(model.__tablename__, "read") or frozenset()
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


def of_visible(actor: Actor | None, model: type[Any]) -> ColumnElement[bool]:
    """That a row of *model* hangs on a record that *actor* may see."""
    return or_(*(_hangs_on(model, register, actor) for register in _registers(model)))


def _registers(model: type[Any]) -> list[type[Any]]:
    """The classes of the registers on whose records rows of *model* hang."""
    return [tables()[table.name] for table in registers_of(model.__table__)]


def _hangs_on(model: type[Any], register: type[Any], actor: Actor | None) -> ColumnElement[bool]:
    """That a row hangs on a record of *register* that *actor* may see."""
    return and_(model.register == register.__tablename__, model.record_id.in_(_visible_ids(actor, register)))


def _visible_ids(actor: Actor | None, model: type[Any]) -> Any:
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
            own = actor.teams_in(estate, Role.TECHNICIAN)
            to_take = and_(Ticket.status == TicketStatus.DISPATCHED, Ticket.assignee_id.is_(None))
            yield and_(Ticket.estate_id == estate, Ticket.team_id.in_(own), to_take)
