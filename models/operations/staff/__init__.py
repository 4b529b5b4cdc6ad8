"""The verbs of accounts: who works where, who leaves, who may reset whom. One door for all callers."""

from models.operations.staff.accounts import (
    StaffDraft,
    active_person,
    amend,
    change_own_password,
    choose_language,
    disable,
    enable,
    normal_username,
    register,
    reset_password,
)
from models.operations.staff.leaving import DUTIES, KEYS_OUT, Leaving
from models.operations.staff.roles import GIVEN_BY_MANAGERS, WITH_TEAM, end_role, grant_role
from models.operations.staff.whole_accounts import estates_of, is_in_charge, refuse_beyond
from models.staff import SYSTEM

__all__ = [
    "DUTIES",
    "GIVEN_BY_MANAGERS",
    "KEYS_OUT",
    "SYSTEM",
    "WITH_TEAM",
    "Leaving",
    "StaffDraft",
    "active_person",
    "amend",
    "change_own_password",
    "choose_language",
    "disable",
    "enable",
    "end_role",
    "estates_of",
    "grant_role",
    "is_in_charge",
    "normal_username",
    "refuse_beyond",
    "register",
    "reset_password",
]
