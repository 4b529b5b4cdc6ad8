"""Two people register the same at the same moment: the second waits, and is told what the first has registered."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from models.operations import audits, complaints, residents, tickets
from models.operations.residents import ResidentDraft
from models.personal import IdDocument, Keyring
from models.session import DeskSession
from tests.factories import World
from tests.marks import only_postgresql
from tests.operations.walks import complaint_draft, refusal, ticket_draft

# On SQLite the second cannot even begin: whoever writes has the database's one write lock.
pytestmark = only_postgresql


@contextmanager
def impatient(engine: Engine, keyring: Keyring) -> Iterator[DeskSession]:
    """Somebody else, who waits for a tenth of a second only."""
    with DeskSession(engine, keyring=keyring) as session:
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        yield session


@pytest.mark.parametrize(
    ("register", "draft"), [(tickets.register, ticket_draft), (complaints.register, complaint_draft)]
)
def test_the_same_matter_is_not_registered_twice_at_the_same_moment__INT_6(
    engine, keyring, session, world, now, register, draft
):
    same = draft(world, another_matter=False)
    clerk, clerk2 = world.actor("clerk"), world.actor("clerk2")
    session.commit()
    first = register(session, [same], actor=clerk, now=now).one()
    with impatient(engine, keyring) as other, pytest.raises(OperationalError):
        register(other, [same], actor=clerk2, now=now)
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(register(other, [same], actor=clerk2, now=now)).values["number"] == first.number


def test_an_audit_that_is_being_signed_off_is_not_taken_again__AUD_3(engine, keyring, session, world, now):
    supervisor, clerk, estate = world.actor("supervisor"), world.actor("clerk"), world.estate
    taken = audits.run(session, [estate], actor=supervisor, now=now).one()
    session.commit()
    audits.sign_off(session, [taken], actor=supervisor, now=now).one()
    with impatient(engine, keyring) as other:
        tickets.register(other, [ticket_draft(world)], actor=clerk, now=now).one()
        with pytest.raises(OperationalError):
            audits.run(other, [estate], actor=supervisor, now=now)
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(audits.run(other, [estate], actor=supervisor, now=now)).rule == "AUD-3"


def test_an_id_number_is_not_written_twice_at_the_same_moment__RES_1(
    engine: Engine, keyring: Keyring, session: DeskSession, world: World, now
):
    draft = ResidentDraft(world.estate.id, "王芳", id_document=IdDocument.PASSPORT, id_number="E12345678")
    clerk, clerk2 = world.actor("clerk"), world.actor("clerk2")
    session.commit()
    residents.register(session, [draft], actor=clerk, now=now).one()
    with impatient(engine, keyring) as other, pytest.raises(OperationalError):
        residents.register(other, [draft], actor=clerk2, now=now)
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(residents.register(other, [draft], actor=clerk2, now=now)).rule == "RES-1"
