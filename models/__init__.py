"""The shared database of the front desk: its tables AND the verbs that may change them.

Other programs import this package too; it needs SQLAlchemy and no web framework. A change of state goes through
``models.operations``; what the database itself refuses is written down in ``SCHEMA.md``.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from models.audits import AuditFinding, AuditLine, AuditRun
from models.base import Base
from models.bulk import BulkItem, BulkRun
from models.complaints import Complaint
from models.estates import Estate, Unit
from models.events import Event, EventHead, EventSeal
from models.follow_ups import FollowUp, FollowUpAttempt
from models.guards import add_checks, attach_triggers
from models.imports import ImportChunk, ImportLayout, ImportRun
from models.keys import Key, KeyApproval, KeyLoan
from models.mark import DatabaseMark
from models.matters import ClockRun, Comment, NumberSeries, RepeatReport
from models.message_texts import MessageText
from models.outbox import Outgoing, ResidentWay, WayOut
from models.passes import PassMovement, VisitorPass
from models.password_requests import PasswordRequest
from models.residents import Occupancy, Resident, ResidentContact, ResidentMerge
from models.said import PersonalKey
from models.saved_views import ColumnChoice, SavedView
from models.search import attach_indexes
from models.settings import CalendarDay, Category, Clock, Setting, WorkingHours
from models.staff import SignInAttempt, Staff, StaffAssignment, StaffContact, Team
from models.tickets import Ticket
from models.told import Told, Watcher

# The table of a further register has the name of its verbs.
for verbs_of in iter_modules([str(Path(__file__).with_name("operations"))]):
    if find_spec(f"{__name__}.{verbs_of.name}") is not None:
        import_module(f"{__name__}.{verbs_of.name}")
add_checks(Base.metadata)
attach_indexes(Base.metadata)
attach_triggers(Base.metadata)
