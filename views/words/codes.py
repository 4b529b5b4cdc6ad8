"""What the codes of clocks, figures and sources are called on a page; a code of another program stands as it is."""

from typing import Any

from flask_babel import lazy_gettext as _

from models.settings import time_limits

CLOCK_NAMES: dict[str, Any] = {code: _(limit.label) for code, limit in time_limits().items()}
"""Clock -> what it measures."""

NAMES: dict[str, Any] = {
    **CLOCK_NAMES,
    "promise": _("answered as promised"),
    # figures
    "enquiry-promise-minutes": _("Longest promise for an enquiry, minutes"),
    "follow-up-attempts": _("Attempts before a follow-up may be closed as not reached"),
    "follow-up-rest-hours": _("Hours in which nobody is called"),
    "visitor-pass-days": _("Visitor pass, days"),
    "temporary-pass-days": _("Temporary pass, days"),
    "worker-pass-days": _("Worker's pass, days"),
    "worker-pass-months": _("Worker's pass, months at most"),
    "worker-pass-deposit-fen": _("Deposit for a worker's pass"),
    "worker-pass-card-fee-fen": _("Card fee for a worker's pass"),
    "key-loan-days": _("Longest loan of a key that a supervisor may allow, days"),
    "undo-minutes": _("Time to undo a bulk action, minutes"),
    "audit-before-midnight-minutes": _("Nightly audit, minutes before midnight"),
    "clock-warning-percent": _("Warning when so much of a limit is over, in per cent"),
    "next-date-days": _("Next date at most so many days away"),
    "incident-reports": _("Similar reports that may be one incident†"),
    "incident-minutes": _("Within so many minutes they may be one incident†"),
    # sources
    "panel": _("panel"),
    "cli": _("command line"),
    "seed": _("training data"),
    "import": _("import"),
    "another-kind": _("taken as another kind before"),
    "timer": _("timer"),
}


def code_name(code: str | None) -> str:
    """The name of *code* in the reader's language, itself where it has none."""
    return str(NAMES.get(code, code)) if code else "—"
