"""By which numbers and e-mail addresses residents want to be told, and of what: written down on their word (NOT-2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete as sql_delete, select

from models.base import LabelledEnum
from models.errors import OperationRefused, Outcome, gettext_noop
from models.message_texts import resident_kinds
from models.operations.core import Move, New, creation, in_estate, take_back, verb
from models.outbox import Outgoing, ResidentWay, is_mail_address
from models.personal import keyring_of
from models.phones import ContactKind
from models.residents import Resident, ResidentContact
from models.roles import CLERKS
from models.session import DeskSession
from models.templates import LANGUAGES

RULE = "NOT-2"


@dataclass
class WayDraft:
    """What a resident has chosen: messages of *kinds* in that language.

    As text messages to the number *contact_id*, or, where that is none, as mail for *resident_id* to *address*.
    """

    estate_id: int
    contact_id: int | None
    kinds: Collection[LabelledEnum]
    language: str = LANGUAGES[0]
    resident_id: int | None = None
    address: str = ""


@creation(ResidentWay, name="choose", roles=CLERKS, label=gettext_noop("Choose a way"), rule=RULE)
def choose_way(new: New[ResidentWay], draft: WayDraft) -> ResidentWay:
    """Tell residents outside the house of what they chose, from now on (NOT-2); the event is their consent.

    Refused: a number or a person of another estate, a number that is not valid or no mobile phone, what is no e-mail
    address, what is chosen already, no kinds, a language in which there are no texts.
    """
    session = new.session
    way = _to_number(session, draft) if draft.contact_id is not None else _to_address(session, draft)
    told = addresses_of(session, [*ways_of(session, [way.resident_id]), *new.rows, way])
    if told.pop(way) in {address for other, address in told.items() if other.resident_id == way.resident_id}:
        message = gettext_noop("This number or address is told already; remove that choice first.")
        raise OperationRefused(RULE, message, field="contact_id" if way.address is None else "address")
    known = [kind for kind in resident_kinds() if kind in set(draft.kinds)]
    if not known:
        raise OperationRefused(RULE, gettext_noop("Choose of what the resident wants to be told."), field="kinds")
    if draft.language not in LANGUAGES:
        raise OperationRefused(RULE, gettext_noop("There are no texts in this language."), field="language")
    way.kinds, way.language = sorted(kind.value for kind in known), draft.language
    return way


def _to_number(session: DeskSession, draft: WayDraft) -> ResidentWay:
    what = gettext_noop("phone number")
    contact = in_estate(
        session, ResidentContact, draft.contact_id or 0, draft.estate_id, RULE, what, field="contact_id"
    )
    if not contact.valid or contact.kind is not ContactKind.MOBILE:
        message = gettext_noop("Text messages go to a mobile number at which somebody is reached.")
        raise OperationRefused(RULE, message, field="contact_id")
    return ResidentWay(estate_id=draft.estate_id, resident_id=contact.resident_id, contact_id=contact.id)


def _to_address(session: DeskSession, draft: WayDraft) -> ResidentWay:
    what, address = gettext_noop("resident"), draft.address.strip()
    resident = in_estate(session, Resident, draft.resident_id or 0, draft.estate_id, RULE, what, field="resident_id")
    if not is_mail_address(address):
        raise OperationRefused(RULE, gettext_noop("This is no e-mail address."), field="address")
    sealed = keyring_of(session).encrypt(address)
    return ResidentWay(estate_id=draft.estate_id, resident_id=resident.id, address=sealed)


def addresses_of(session: DeskSession, ways: Sequence[ResidentWay]) -> dict[ResidentWay, str | None]:
    """Each of the ways with what says where it leads: the digest of its number, or its e-mail address in small."""
    contacts = [way.contact_id for way in ways if way.contact_id is not None]
    query = select(ResidentContact.id, ResidentContact.value_digest).where(ResidentContact.id.in_(contacts))
    digests = {row.id: row.value_digest for row in session.execute(query)} if contacts else {}
    readable = keyring_of(session).readable
    return {
        way: (readable(way.address) or "").lower() if way.contact_id is None else digests.get(way.contact_id)
        for way in ways
    }


@verb(ResidentWay, name="delete", roles=CLERKS, rule=RULE, compares=False)
def drop_ways(move: Move[ResidentWay]) -> None:
    """Tell residents no more by these ways (NOT-2); what still waits is not sent."""

    def remove(outcome: Outcome) -> None:
        ids = [way.id for way in outcome.done]
        take_back(move.call, Outgoing.resident_id.is_not(None), Outgoing.way_id.in_(ids))
        move.session.execute(sql_delete(ResidentWay).where(ResidentWay.id.in_(ids)))

    move.afterwards(remove)


def ways_of(session: DeskSession, resident_ids: Sequence[int]) -> list[ResidentWay]:
    """The ways of these residents."""
    query = select(ResidentWay).where(ResidentWay.resident_id.in_(resident_ids)).order_by(ResidentWay.id)
    return list(session.scalars(query))
