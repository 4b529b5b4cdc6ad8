"""Personal numbers: encrypted where they rest, found by keyed digests, shown masked (RES-4)."""

import base64
import hashlib
import hmac
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import LabelledEnum, ShortText, named
from models.errors import gettext_noop
from models.phones import NotAPhone, read_phones
from models.session import DeskSession

KEY_ID = "k1"
MINIMUM_KEY_BYTES = 32
WHOLE_MOBILE = 11
"""Digits of a phone number of which seven may be shown; of a shorter one that would be nearly all."""


class Unreadable(ValueError):  # what is wrong with a value, named as everybody calls it
    """A stored personal value is no cipher text of this data key: written by another program, or damaged."""


class IdDocument(LabelledEnum):
    """What paper an ID number is from."""

    ID_CARD = "id_card", gettext_noop("ID card")
    PASSPORT = "passport", gettext_noop("passport")
    PERMIT = "permit", gettext_noop("residence permit")
    OTHER = "other", gettext_noop("other document")


class WithPhone:
    """A phone number with the digests by which it is found, whole and by its last four (``Searched.phones``)."""

    phone: Mapped[str | None] = mapped_column(ShortText(200), info=named("Phone", personal=True))
    phone_digest: Mapped[str | None] = mapped_column(ShortText(40), index=True, info=named("Phone", harmless=True))
    phone_tail_digest: Mapped[str | None] = mapped_column(ShortText(40), index=True, info=named("Phone", harmless=True))


class Keyring:
    """The data key and what is derived from it: one key each for encryption, blind indexes, digests and seals."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MINIMUM_KEY_BYTES:
            raise ValueError(f"the data key needs at least {MINIMUM_KEY_BYTES} bytes")
        self._secret = secret
        self._cipher = AESGCM(self._derived("encrypt"))
        self._index = self._derived("index")
        self.seal = self._derived("seal")

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._secret, f"frontdesk:{purpose}".encode(), hashlib.sha256).digest()

    def encrypt(self, value: str) -> str:
        """*value* as ``key id : base64(nonce + ciphertext)``."""
        return f"{KEY_ID}:{seal_text(self._cipher, value)}"

    def decrypt(self, stored: str) -> str:
        """The value behind *stored*. Raises Unreadable, which whoever shows or compares it has to expect."""
        return open_text(self._cipher, stored.partition(":")[2])

    def readable(self, stored: str | None) -> str | None:
        """The value behind *stored*; None where nothing is stored, or nothing that can be read."""
        try:
            return self.decrypt(stored) if stored else None
        except Unreadable:
            return None

    def digest(self, value: str) -> str:
        """A keyed digest: equal for equal values, telling nothing else. Used for blind indexes and events."""
        return hmac.new(self._index, value.encode(), hashlib.sha256).hexdigest()[:32]


def seal_text(cipher: AESGCM, text: str) -> str:
    """*text* encrypted: nonce and cipher text in base64."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + cipher.encrypt(nonce, text.encode(), None)).decode()


def open_text(cipher: AESGCM, sealed: str) -> str:
    """What :func:`seal_text` made *sealed* of. Raises Unreadable where it was made by another key, or is damaged."""
    try:
        raw = base64.b64decode(sealed)
        return cipher.decrypt(raw[:12], raw[12:], None).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def keyring_of(session: Session) -> Keyring:
    """The keyring that the session was opened with."""
    assert isinstance(session, DeskSession)
    return session.keyring


def masked_phone(phone: str) -> str:
    """*phone* with its middle hidden: ``138****1234``; each of several, and no extension."""
    if phone.isascii() and phone.isdigit():  # as nearly every stored one is
        return _masked(phone)
    try:
        return " / ".join(_masked(one.number) for one in read_phones(phone))
    except NotAPhone:
        return _masked(phone)


def _masked(number: str) -> str:
    digits = re.sub(r"\D", "", number)  # an emergency contact has words beside it
    if len(digits) < WHOLE_MOBILE:
        return "****" + digits[-2:]
    return f"{'+' * number.startswith('+')}{digits[:3]}****{digits[-4:]}"


def masked_mail(address: str) -> str:
    """*address* without most of the name in it: ``l****@example.org``."""
    name, at, host = address.partition("@")
    return f"{name[:1]}****{at}{host}"


def masked_id_number(id_number: str) -> str:
    """*id_number* with all but its first and last character hidden."""
    return f"{id_number[:1]}{'*' * max(len(id_number) - 2, 4)}{id_number[-1:]}"


_ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)")
_FOUR_FIGURES = re.compile(r"\d{4}")
_NARROW = str.maketrans("０１２３４５６７８９＋Ｘｘ", "0123456789+Xx")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}[\s-]?[2-9]\d{6,7}(?!\d)|\+\d{8,15}(?!\d)"
)


def masked_text(text: str) -> str:
    """*text* with the phone and ID numbers in it masked: ``周13912349876`` is ``周139****9876`` (RES-4).

    Other figures stay: a ticket's number, a room, an amount, a time.
    """
    if _FOUR_FIGURES.search(text) is None:  # as of nearly every text, so an export of many costs little
        return text
    narrow = text.translate(_NARROW)
    shown = _PHONE.sub(
        lambda found: masked_phone(found[0]), _ID_NUMBER.sub(lambda found: masked_id_number(found[0]), narrow)
    )
    return text if shown == narrow else shown
