"""At which of their numbers residents want to be told, and of what: written down by the desk on their word (NOT-2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete as sql_delete, select

from models.base import LabelledEnum
from models.errors import OperationRefused, Outcome, gettext_noop
from models.message_texts import resident_kinds
from models.operations.core import Move, New, creation, in_estate, take_back, verb
from models.outbox import Outgoing, ResidentWay
from models.phones import ContactKind
from models.residents import ResidentContact
from models.roles import CLERKS
from models.session import DeskSession
from models.templates import LANGUAGES

RULE = "NOT-2"


@dataclass
class WayDraft:
    """What a resident has chosen: text messages of *kinds* to the number *contact_id*, in that language."""

    estate_id: int
    contact_id: int
    kinds: Collection[LabelledEnum]
    language: str = LANGUAGES[0]


@creation(ResidentWay, name="choose", roles=CLERKS, label=gettext_noop("Choose a way"), rule=RULE)
def choose_way(new: New[ResidentWay], draft: WayDraft) -> ResidentWay:
    """Tell residents by text message of what they chose, from now on (NOT-2); the event is their consent.

    Refused: a number of somebody else's estate, one that is not valid or no mobile phone, one that is chosen already,
    no kinds, a language in which there are no texts.
    """
    session = new.session
    what = gettext_noop("phone number")
    contact = in_estate(session, ResidentContact, draft.contact_id, draft.estate_id, RULE, what, field="contact_id")
    if not contact.valid or contact.kind is not ContactKind.MOBILE:
        message = gettext_noop("Text messages go to a mobile number at which somebody is reached.")
        raise OperationRefused(RULE, message, field="contact_id")
    numbers = select(ResidentContact.value_digest).join(ResidentWay, ResidentWay.contact_id == ResidentContact.id)
    told = set(session.scalars(numbers.where(ResidentWay.resident_id == contact.resident_id)))
    if contact.value_digest in told or any(other.contact_id == contact.id for other in new.rows):
        message = gettext_noop("This number is told already; remove that choice first.")
        raise OperationRefused(RULE, message, field="contact_id")
    known = [kind for kind in resident_kinds() if kind in set(draft.kinds)]
    if not known:
        raise OperationRefused(RULE, gettext_noop("Choose of what the resident wants to be told."), field="kinds")
    if draft.language not in LANGUAGES:
        raise OperationRefused(RULE, gettext_noop("There are no texts in this language."), field="language")
    return ResidentWay(
        estate_id=draft.estate_id,
        resident_id=contact.resident_id,
        contact_id=contact.id,
        kinds=sorted(kind.value for kind in known),
        language=draft.language,
    )


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
