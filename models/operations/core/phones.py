"""Phone numbers on their way in: can it be dialled, and how is it stored (INT-3, RES-4)."""

from typing import Any

from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused
from models.events import record_events
from models.operations.core.move import event_row
from models.operations.core.registers import require_role
from models.personal import keyring_of
from models.phones import OF_A_SERVICE, NotAPhone, read_noted_phones, read_phones, stored_text
from models.policy import role_for


def phone_columns(session: Session, phone: str | None, prefix: str = "phone") -> dict[str, str | None]:
    """The three stored columns of a phone number: encrypted, digest of the whole, digest of the last four.

    Of several numbers all are kept and the first is found. The caller has checked *phone*.
    """
    phones = read_phones(phone or "")
    if not phones:
        return {prefix: None, f"{prefix}_digest": None, f"{prefix}_tail_digest": None}
    keyring = keyring_of(session)
    return {
        prefix: keyring.encrypt(stored_text(phones)),
        f"{prefix}_digest": keyring.digest(phones[0].found_by),
        f"{prefix}_tail_digest": keyring.digest(phones[0].tail),
    }


def show_phone(call: Call, row: Any) -> None:
    """Write down that whoever acts is shown the phone of *row* in full, to call (RES-4); the record itself stays.

    Refused who may not read it.
    """
    require_role(call.actor, "read_phone", row)
    role = role_for(call.actor, "read_phone", row)
    assert role is not None
    version = getattr(row, "version", None)
    event = event_row(row, call, role=role.value, verb="read_phone", version=version, before={}, after={}, rule="RES-4")
    record_events(call.session, [event])


def same_phone(session: Session, stored: str | None, phone: str | None) -> bool:
    """Whether *phone*, checked, says what is *stored* already, whose cipher text need not change then."""
    return (keyring_of(session).readable(stored) or "") == stored_text(read_phones(phone or ""))


def check_phone(phone: str | None, rule: str = "INT-3", field: str = "reporter_phone", *, noted: bool = False) -> None:
    """Refuse what is no phone number that can be dialled, as *field* has it; placeholders are none."""
    message = None
    try:
        (read_noted_phones if noted else read_phones)(phone or "")
    except NotAPhone as problem:
        message = problem.message
    if message is not None:  # raised here: within, it would keep the place of the problem and all rows of a file there
        raise OperationRefused(rule, message, field=field)


def check_own_phone(phone: str | None, rule: str, field: str) -> None:
    """The same for a number at which a person is reached: also that of a service is refused."""
    check_phone(phone, rule, field, noted=True)
    for one in read_noted_phones(phone or ""):
        if one.is_of_a_service:
            raise OperationRefused(rule, OF_A_SERVICE, field=field, number=one.number)
