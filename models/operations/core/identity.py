"""Papers and personal numbers on their way in: is the ID number plausible, and how is it stored (RES-1, RES-4)."""

import datetime
import re
import unicodedata

from sqlalchemy.orm import Session

from models.errors import Msgid, OperationRefused, gettext_noop
from models.personal import IdDocument, keyring_of

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_FORMS = {
    IdDocument.ID_CARD: re.compile(r"\d{17}[\dX]", re.ASCII),
    IdDocument.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    IdDocument.PERMIT: re.compile(r"[A-Z0-9()-]{5,30}"),
    IdDocument.OTHER: re.compile(r"[\w()/-]{3,40}"),
}
_SENTENCES: dict[IdDocument, Msgid] = {
    IdDocument.ID_CARD: gettext_noop("The number of an ID card has 17 digits and then a digit or X."),
    IdDocument.PASSPORT: gettext_noop("The number of a passport has 5 to 20 letters and digits."),
    IdDocument.PERMIT: gettext_noop("The number of a residence permit has 5 to 30 letters and digits."),
    IdDocument.OTHER: gettext_noop("The number of a document has 3 to 40 letters and digits."),
}


def normal_id_number(number: str) -> str:
    """*number* in its plain form: half width, capitals, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", number)).upper()


def check_id_number(document: IdDocument | None, number: str | None, *, rule: str, today: datetime.date) -> None:
    """Refuse (by *rule*) a number without its document, of a wrong form, or, of an ID card, with a wrong check digit.

    Nothing is said when there is no number. The date of birth in an ID card's number must not be after *today*.
    """
    plain = normal_id_number(number or "")
    if not plain:
        return
    if document is None:
        raise OperationRefused(rule, gettext_noop("Say which document the number is from."), field="id_document")
    if not _FORMS[document].fullmatch(plain):
        raise OperationRefused(rule, _SENTENCES[document], field="id_number")
    if document is IdDocument.ID_CARD:
        _check_id_card(plain, rule, today)


def _check_id_card(number: str, rule: str, today: datetime.date) -> None:
    try:
        born = datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = datetime.date.max
    if not datetime.date(1880, 1, 1) <= born <= today:
        message = gettext_noop("The date of birth in this ID card number does not exist; look at the card again.")
        raise OperationRefused(rule, message, field="id_number")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    if _CHECK_CHARACTERS[total % 11] != number[17]:
        message = gettext_noop("The last character of this ID card number does not fit the others; look again.")
        raise OperationRefused(rule, message, field="id_number")


def id_columns(session: Session, number: str | None) -> dict[str, str | None]:
    """The two stored columns of an ID number: encrypted, and the digest by which it is found."""
    plain = normal_id_number(number or "")
    if not plain:
        return {"id_number": None, "id_number_digest": None}
    keyring = keyring_of(session)
    return {"id_number": keyring.encrypt(plain), "id_number_digest": keyring.digest(plain)}


def id_digest(session: Session, number: str | None) -> str | None:
    """The digest by which an ID number is found, None for none."""
    plain = normal_id_number(number or "")
    return keyring_of(session).digest(plain) if plain else None
