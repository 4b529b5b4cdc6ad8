"""The verbs of estates, their units and their teams."""

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.calendar import find_zone
from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Estate, FeeStatus, Unit, UnitUse
from models.operations.core import (
    Move,
    New,
    can_own,
    check_each,
    create,
    creation,
    delete_unused,
    operation,
    require_role,
    sift,
    verb,
    works_as,
)
from models.operations.settings import calendar_changed, provide_defaults
from models.policy import role_for
from models.roles import ADMINS, CLERKS, MANAGERS, OUTSIDE_THE_DESK, Role
from models.rooms import room_order
from models.settings import ClockCalendar
from models.staff import Staff, StaffAssignment, Team

AMENDABLE = frozenset({"name", "timezone", "address", "desk_phone", "post_staff_id"})
UNIT_AMENDABLE = frozenset({"building", "floor", "code", "use", "fee_status", "butler_id", "handed_over_on"})
TEAM_AMENDABLE = frozenset({"name", "department", "lead_id"})
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")


@dataclass
class EstateDraft:
    """A new estate; ``code`` is how commands name it, ``timezone`` a name such as Asia/Shanghai."""

    code: str
    name: str
    timezone: str = "Asia/Shanghai"
    address: str | None = None
    desk_phone: str | None = None


@dataclass
class UnitDraft:
    """A unit or common place; ``code`` is how its number is written ("2-2302")."""

    estate_id: int
    code: str
    building: str | None = None
    floor: int | None = None
    use: UnitUse = UnitUse.HOME
    fee_status: FeeStatus = FeeStatus.UNKNOWN
    butler_id: int | None = None
    handed_over_on: datetime.date | None = None


@operation(Estate, roles=ADMINS)
def register(call: Call, drafts: Sequence[EstateDraft]) -> Outcome:
    """Open estates, each with the default clocks, settings, categories, hours and calendar (SET-1, SET-2).

    Who opens one is its first administrator.
    """
    codes: set[str] = set()

    def check(draft: EstateDraft) -> None:
        require_role(call.actor, "register", Estate())
        if not CODE.fullmatch(draft.code):
            message = gettext_noop("The code of an estate has 1 to 20 letters, digits, hyphens or underscores.")
            raise OperationRefused("SET-1", message, field="code")
        _check_estate(draft.name, draft.timezone)
        used = call.session.scalars(select(Estate.id).where(Estate.code == draft.code)).first()
        if used is not None or draft.code in codes:
            message = gettext_noop("There is an estate %(code)s already.")
            raise OperationRefused("SET-1", message, field="code", code=draft.code)
        codes.add(draft.code)

    accepted, outcome = sift(drafts, check)
    if call.preview:
        outcome.done = list(accepted)
        return outcome
    role = role_for(call.actor, "register", Estate)
    for draft in accepted:
        estate = Estate(
            code=draft.code,
            name=draft.name.strip(),
            timezone=draft.timezone,
            address=draft.address or None,
            desk_phone=draft.desk_phone or None,
        )
        create(call.following(), [estate], verb="register", rule="SET-1")
        provide_defaults(call, estate, role=role)
        if not call.actor.is_system:
            # Otherwise nobody could see the estate, and so nobody could give anyone a role in it.
            first = StaffAssignment(estate_id=estate.id, staff_id=call.actor.staff_id, role=Role.ADMIN)
            create(call.following(), [first], verb="grant_role", role=role)
        outcome.done.append(estate)
    return outcome


def _check_estate(name: str | None, timezone: str | None) -> None:
    if not (name or "").strip():
        raise OperationRefused("SET-1", gettext_noop("Write down the name."), field="name")
    if find_zone(timezone or "") is None:
        message = gettext_noop("There is no time zone “%(zone)s”; a name such as Asia/Shanghai is needed.")
        raise OperationRefused("SET-2", message, field="timezone", zone=timezone or "")


@verb(Estate, roles=ADMINS | MANAGERS, amends=AMENDABLE)
def amend(
    move: Move[Estate],
    /,
    **columns: Any,
) -> None:
    """Change what an estate is called, where it is, its desk's phone, time zone or complaint post; works from then on
    (SET-1). The post is somebody of its desk (INT-14)."""

    def check(row: Estate) -> None:
        _check_estate(columns.get("name", row.name), columns.get("timezone", row.timezone))
        post = move.session.get(Staff, columns.get("post_staff_id") or 0)
        if columns.get("post_staff_id") is not None and not (post and can_own(move.session, post, row.id)):
            message = gettext_noop("The complaint post must be somebody of this estate's desk.")
            raise OperationRefused("INT-14", message, field="post_staff_id")

    moved = [row for row in check_each(move, check) if columns.get("timezone", row.timezone) != row.timezone]
    for row in move.rows:
        move.set(row, **columns)
    if moved:
        by_date = (ClockCalendar.WORKING, ClockCalendar.SAME_DAY)
        move.afterwards(lambda _outcome: calendar_changed(move.call, moved, by_date))


@creation(Unit, name="register", roles=MANAGERS)
def register_units(new: New[Unit], draft: UnitDraft) -> Unit:
    """Take units and common places into an estate; a number stands for one unit only, however it is written.

    The butler works there (RES-5).
    """
    codes: dict[int, dict[str, str]] = new.once("codes", dict)
    code = draft.code.strip()
    if draft.estate_id not in codes:
        known = new.session.execute(select(Unit.code, Unit.use).where(Unit.estate_id == draft.estate_id))
        codes[draft.estate_id] = {_identity(row.code, row.use): row.code for row in known}
    _check_unit_code(code, UnitUse(draft.use), codes[draft.estate_id])
    _check_butler(new.session, draft.butler_id, draft.estate_id)
    codes[draft.estate_id][_identity(code, UnitUse(draft.use))] = code
    return new.row(draft)


def _identity(code: str, use: UnitUse) -> str:
    """The same for every writing of a room; a common place is called by its words, and 3栋电梯 is not 3单元电梯."""
    return code if use is UnitUse.PLACE else room_order(code) or code


_SEVERAL_ROOMS = re.compile(
    r"[0-9A-Z室号户]\s*(?:[/\\、,;&+|~]|[和及与至到或])\s*[0-9A-Z]"
    r"|(?<=[-\s#栋幢座楼元号])[0-9]{3,4}[室号户房]?\s*(?:[\s_.·・•]|\band\b|\bor\b)\s*"
    r"(?:[0-9A-Z]{1,3}[-\s#栋幢座楼号]+)*[0-9]{3,4}(?![0-9])",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[0-9]\s*[室户号房]?\s*(?:[(\[](?![0-9A-Z]{1,3}[)\]])[^()\[\]]*[)\]]"
    r"|(?:空置|空房|已售|未售|待售|已租|出租|待租|自住|自用|毛坯|样板[间房]|装修中|停用|作废))$",
    re.IGNORECASE,
)


def check_one_room(code: str, use: UnitUse) -> None:
    """Refuse (RES-1) what names several rooms, or says more of one than its number; common places have words."""
    plain = unicodedata.normalize("NFKC", code).strip()
    if use is not UnitUse.PLACE and _SEVERAL_ROOMS.search(plain):
        message = gettext_noop("“%(code)s” names several rooms: each unit has a number of its own.")
        raise OperationRefused("RES-1", message, field="code", code=code)
    if use is not UnitUse.PLACE and _REMARK.search(plain):
        message = gettext_noop("“%(code)s” says more than the number of the room: write the number only.")
        raise OperationRefused("RES-1", message, field="code", code=code)


def _check_unit_code(code: str, use: UnitUse, taken: Mapping[str, str]) -> None:
    check_one_room(code, use)
    if not any(map(str.isalnum, code)):
        raise OperationRefused("RES-1", gettext_noop("Write down the number of the unit."), field="code")
    if (there := taken.get(_identity(code, use))) is not None:
        raise OperationRefused("RES-1", gettext_noop("There is a unit %(code)s already."), field="code", code=there)


def _check_butler(session: Session, butler_id: int | None, estate_id: int) -> None:
    if butler_id is None:
        return
    butler = session.get(Staff, butler_id)
    roles = frozenset(Role) - OUTSIDE_THE_DESK - {Role.SYSTEM}
    if butler is None or not works_as(session, butler, estate_id, roles):
        raise OperationRefused("RES-5", gettext_noop("The butler must work in this estate."), field="butler_id")


@verb(Unit, name="amend", roles=CLERKS, amends=UNIT_AMENDABLE)
def amend_units(
    move: Move[Unit],
    /,
    **columns: Any,
) -> None:
    """Change what is known of units: building, floor, number, use, fee status (FEE-1), butler (RES-5), handover."""
    if "code" in columns:
        columns["code"] = (columns["code"] or "").strip()
        single = len(move.rows) <= 1
        move.refuse_unless(single, "RES-1", gettext_noop("Each unit has a number of its own; edit one at a time."))

    def check(row: Unit) -> None:
        if "code" in columns:
            use = columns.get("use") or row.use
            query = select(Unit.code, Unit.use).where(Unit.estate_id == row.estate_id, Unit.id != row.id)
            same = query.where(or_(Unit.code == columns["code"], Unit.sort_key == room_order(columns["code"])))
            others = {_identity(other.code, other.use): other.code for other in move.session.execute(same)}
            _check_unit_code(columns["code"], use, others)
        _check_butler(move.session, columns.get("butler_id"), row.estate_id)

    for row in check_each(move, check):
        move.set(row, **columns)


@verb(Unit, name="delete", roles=MANAGERS, rule="RES-1")
def delete_units(move: Move[Unit]) -> None:
    """Remove units to which no person, matter, key or pass refers (RES-1)."""
    delete_unused(move, gettext_noop("People, matters, keys or passes refer to unit %(record)s; it stays."))


@creation(Team, name="register", roles=MANAGERS)
def register_teams(new: New[Team], draft: Team) -> Team:
    """Set up teams (SET-1); a name stands for one team, the lead works in the estate."""
    row = new.row(draft)
    _check_team(new.session, row.name, row.lead_id, row.estate_id, None)
    if any((other.estate_id, other.name) == (row.estate_id, row.name) for other in new.rows):
        message = gettext_noop("There is a team %(name)s already.")
        raise OperationRefused("SET-1", message, field="name", name=row.name)
    return row


def _check_team(session: Session, name: str, lead_id: int | None, estate_id: int, own_id: int | None) -> None:
    if not name:
        raise OperationRefused("SET-1", gettext_noop("Write down the name."), field="name")
    query = select(Team.id).where(Team.estate_id == estate_id, Team.name == name)
    if any(found != own_id for found in session.scalars(query)):
        raise OperationRefused("SET-1", gettext_noop("There is a team %(name)s already."), field="name", name=name)
    if lead_id is not None:
        lead = session.get(Staff, lead_id)
        roles = frozenset(Role) - OUTSIDE_THE_DESK - {Role.SYSTEM}
        if lead is None or not works_as(session, lead, estate_id, roles):
            raise OperationRefused(
                "DSP-11", gettext_noop("The lead of a team must work in this estate."), field="lead_id"
            )


@verb(Team, name="amend", roles=MANAGERS, amends=TEAM_AMENDABLE)
def amend_teams(
    move: Move[Team],
    /,
    **columns: Any,
) -> None:
    """Change a team's name, department or lead; works from then on (SET-1)."""
    if "name" in columns:
        columns["name"] = (columns["name"] or "").strip()
        single = len(move.rows) <= 1
        move.refuse_unless(single, "SET-1", gettext_noop("Each team has a name of its own; edit one at a time."))
    for row in check_each(
        move,
        lambda row: _check_team(
            move.session, columns.get("name", row.name), columns.get("lead_id"), row.estate_id, row.id
        ),
    ):
        move.set(row, **columns)


@verb(Team, name="delete", roles=MANAGERS, rule="SET-1")
def delete_teams(move: Move[Team]) -> None:
    """Remove teams that never had a person, a matter or a category."""
    delete_unused(move, gettext_noop("People, matters or categories refer to team %(record)s; it stays."))
