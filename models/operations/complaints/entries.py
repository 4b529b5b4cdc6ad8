"""Entries, repeated reports and who answers for a complaint: as for every matter."""

from models.complaints import Complaint
from models.operations.matters import Entries
from models.roles import LEADS

_OF = Entries(Complaint, works=LEADS)
report_again, change_owner, lower_severity, promise, allow_later, name_follower, comment, watch, stop_watching = (
    _OF.report_again,
    _OF.change_owner,
    _OF.lower_severity,
    _OF.promise,
    _OF.allow_later,
    _OF.name_follower,
    _OF.comment,
    _OF.watch,
    _OF.stop_watching,
)
