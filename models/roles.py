"""The roles in which people work, and the groups of them to which verbs are granted."""

from models.base import LabelledEnum
from models.errors import gettext_noop


class Role(LabelledEnum):
    """What a person may do in an estate: each verb says to which roles it is granted."""

    CLERK = "clerk", gettext_noop("clerk")
    TECHNICIAN = "technician", gettext_noop("technician")
    LEAD = "lead", gettext_noop("team lead")
    SUPERVISOR = "supervisor", gettext_noop("supervisor")
    MANAGER = "manager", gettext_noop("manager")
    AUDITOR = "auditor", gettext_noop("auditor")
    ADMIN = "admin", gettext_noop("administrator")
    GUARD = "guard", gettext_noop("gate guard")
    SYSTEM = "system", gettext_noop("system")


CLERKS = frozenset({Role.CLERK, Role.SUPERVISOR, Role.MANAGER})
SUPERVISORS = frozenset({Role.SUPERVISOR, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER})
ADMINS = frozenset({Role.ADMIN})
AUDITORS = frozenset({Role.AUDITOR})
GUARDS = frozenset({Role.GUARD})
AT_THE_GATE = CLERKS | GUARDS
LEADS = frozenset({Role.LEAD})
WORKERS = frozenset({Role.TECHNICIAN, Role.LEAD})
READERS = CLERKS | AUDITORS
OUTSIDE_THE_DESK = frozenset({Role.AUDITOR, Role.ADMIN, Role.GUARD})
"""Who answers for no matter, no unit and no team."""
EVERYONE = frozenset(Role) - {Role.SYSTEM}
