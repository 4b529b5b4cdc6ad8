"""Entries, repeated reports and who answers for a ticket: as for every matter."""

from models.operations.matters import Entries
from models.roles import WORKERS
from models.tickets import Ticket

_OF = Entries(Ticket, works=WORKERS)
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
