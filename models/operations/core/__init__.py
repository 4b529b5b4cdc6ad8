"""What every verb stands on: the move over a batch, clocks, numbers, who may answer for a record."""

from models.operations.core.clocks import FirstLimits, first_limits, start_first
from models.operations.core.creation import New, creation
from models.operations.core.findings import FINDERS, AuditDay, Finding, FindingKey, finds, number_of
from models.operations.core.identity import check_id_number, id_columns, id_digest
from models.operations.core.move import (
    CHUNK,
    Move,
    create,
    differs,
    event_row,
    facts,
    refuse_role,
)
from models.operations.core.numbers import take_numbers, take_numbers_by_day
from models.operations.core.phones import check_own_phone, check_phone, phone_columns, same_phone
from models.operations.core.pinyin import MAXIMUM_LENGTH, SURNAMES, name_pinyin
from models.operations.core.registers import (
    check_columns,
    check_each,
    check_letters,
    delete_unused,
    estates_of,
    hold_estates,
    in_estate,
    local_date,
    local_dates,
    referred,
    remove,
    require,
    require_role,
    sift,
)
from models.operations.core.staff import DESK_ROLES, WORKING_ROLES, can_handle, can_own, once_looked_up, works_as
from models.operations.core.telling import TELLS, Step, Tell, message, tells, write_messages
from models.operations.core.verb import Verb, operation, verb

__all__ = [
    "CHUNK",
    "DESK_ROLES",
    "FINDERS",
    "MAXIMUM_LENGTH",
    "SURNAMES",
    "TELLS",
    "WORKING_ROLES",
    "AuditDay",
    "Finding",
    "FindingKey",
    "FirstLimits",
    "Move",
    "New",
    "Step",
    "Tell",
    "Verb",
    "can_handle",
    "can_own",
    "check_columns",
    "check_each",
    "check_id_number",
    "check_letters",
    "check_own_phone",
    "check_phone",
    "create",
    "creation",
    "delete_unused",
    "differs",
    "estates_of",
    "event_row",
    "facts",
    "finds",
    "first_limits",
    "hold_estates",
    "id_columns",
    "id_digest",
    "in_estate",
    "local_date",
    "local_dates",
    "message",
    "name_pinyin",
    "number_of",
    "once_looked_up",
    "operation",
    "phone_columns",
    "referred",
    "refuse_role",
    "remove",
    "require",
    "require_role",
    "same_phone",
    "sift",
    "start_first",
    "take_numbers",
    "take_numbers_by_day",
    "tells",
    "verb",
    "works_as",
    "write_messages",
]
