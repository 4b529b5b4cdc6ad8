"""The state of the system, for its administrator: who keeps time, who asks for a password, who has no role."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import func, select

from models.password_requests import PasswordRequest, waits
from models.policy import visible
from models.staff import Staff, StaffAssignment
from models.timekeeping import keeps_time
from views.pages.homes import Item, Pile, counted, pile_of
from views.register.beside import NOW
from views.register.page import may_here
from views.register.scope import actor_here
from views.request import context
from views.request.gathering import Question
from views.words.language import local_time


def is_administrator() -> bool:
    """Whether the person gives roles of all kinds and new passwords in the estate shown."""
    return may_here("grant_role", "staff") and may_here("approve_reset", "staff") and not may_here("read", "tickets")


def administrator_questions() -> dict[str, Question]:
    """What an administrator sees to; nothing for others."""
    if not is_administrator():
        return {}
    seen = visible(actor_here(), Staff), Staff.disabled_at.is_(None)
    passwords = select(Staff.id, Staff.name, func.max(PasswordRequest.id).label("asked"))
    passwords = passwords.join(PasswordRequest, PasswordRequest.staff_id == Staff.id)
    passwords = passwords.where(waits(NOW), *seen).group_by(Staff.id, Staff.name)
    roles = select(StaffAssignment.id).where(StaffAssignment.staff_id == Staff.id, StaffAssignment.ended_at.is_(None))
    idle = select(Staff.id, Staff.name).where(~roles.exists(), *seen)
    return pile_of("passwords", passwords, Staff.id) | pile_of("idle", idle, Staff.name, Staff.id)


def administrator_home(answers: Mapping[str, list[Any]]) -> list[Pile]:
    """The piles of an administrator; none for others."""
    if not is_administrator():
        return []
    last = next((row.renewed_at for row in answers["last heard"]), None)
    time = Pile(
        "time",
        _("The program that keeps time"),
        url_for("admin.index"),
        _("It runs: limits, messages and the nightly audit go on."),
    )
    if not keeps_time(last, context.now()):
        since = gettext("stands still since %(time)s", time=local_time(last)) if last else gettext("was never started")
        time.items.append(Item("frontdesk work", url_for("admin.index"), since))
        time.number = 1
    passwords = Pile(
        "passwords",
        _("New passwords asked for"),
        url_for("staff.index_view", flt_state="asking"),
        _("Nobody asks for a new password."),
        [Item(row.name, url_for("staff.details_view", id=row.id)) for row in answers["home passwords"]],
    )
    idle = Pile(
        "idle",
        _("Accounts without a role"),
        url_for("staff.index_view"),
        _("Every account has a role."),
        [Item(row.name, url_for("staff.details_view", id=row.id)) for row in answers["home idle"]],
    )
    return [time, counted(passwords, answers), counted(idle, answers)]
