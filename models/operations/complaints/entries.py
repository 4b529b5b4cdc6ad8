"""Entries, repeated reports and who answers for a complaint: as for every matter."""

from models.complaints import Complaint
from models.errors import gettext_noop
from models.operations import matters
from models.operations.core import verb
from models.roles import CLERKS, LEADS, SUPERVISORS

report_again = verb(
    Complaint,
    roles=CLERKS,
    label=gettext_noop("Add repeated report"),
    rule="INT-6",
    compares=False,
    opening=matters.not_archived,
)(matters.report_again)

change_owner = verb(
    Complaint,
    roles=SUPERVISORS,
    label=gettext_noop("Change desk owner"),
    rule="INT-1",
    why=gettext_noop("Say why."),
    opening=matters.not_archived,
)(matters.change_owner)

lower_severity = verb(
    Complaint,
    roles=SUPERVISORS,
    label=gettext_noop("Lower severity"),
    rule="INT-7",
    why=gettext_noop("Say why it is less serious."),
    opening=matters.not_archived,
)(matters.lower_severity)

name_follower = verb(Complaint, roles=SUPERVISORS, label=gettext_noop("Name follower"), opening=matters.not_archived)(
    matters.name_follower
)

comment = verb(
    Complaint,
    roles=CLERKS | LEADS,
    label=gettext_noop("Add entry"),
    compares=False,
    opening=matters.not_archived,
)(matters.comment)
