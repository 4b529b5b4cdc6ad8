"""Two people register the same at the same moment: the second waits, and is told what the first has registered."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from models.audits import AuditLine, AuditRun
from models.call import Call
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
    first = register(Call(session, clerk, now), [same]).one()
    with impatient(engine, keyring) as other, pytest.raises(OperationalError):
        register(Call(other, clerk2, now), [same])
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(register(Call(other, clerk2, now), [same])).values["number"] == first.number


def test_an_audit_that_is_being_signed_off_is_not_taken_again__AUD_3(engine, keyring, session, world, now):
    supervisor, clerk, estate = world.actor("supervisor"), world.actor("clerk"), world.estate
    taken = audits.run(Call(session, supervisor, now), [estate]).one()
    session.commit()
    audits.sign_off(Call(session, supervisor, now), [taken]).one()
    with impatient(engine, keyring) as other:
        tickets.register(Call(other, clerk, now), [ticket_draft(world)]).one()
        with pytest.raises(OperationalError):
            audits.run(Call(other, supervisor, now), [estate])
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(audits.run(Call(other, supervisor, now), [estate])).rule == "AUD-3"


def test_a_note_is_refused_when_a_colleague_has_signed_off_meanwhile__AUD_3(engine, keyring, session, world, now):
    supervisor, clerk = world.actor("supervisor"), world.actor("clerk")
    tickets.register(Call(session, clerk, now), [ticket_draft(world)]).one()
    taken = audits.run(Call(session, supervisor, now), [world.estate]).one()
    line = session.scalars(select(AuditLine).where(AuditLine.run_id == taken.id)).all()[0]
    session.commit()
    with impatient(engine, keyring) as other:
        audits.sign_off(Call(other, supervisor, now), [other.get_one(AuditRun, taken.id)]).one()
        other.commit()
    assert taken.signed_off_at is None, "what was read before says nothing of it"
    assert refusal(audits.note(Call(session, clerk, now), [line], note="late")).rule == "AUD-3"


def test_an_id_number_is_not_written_twice_at_the_same_moment__RES_1(
    engine: Engine, keyring: Keyring, session: DeskSession, world: World, now
):
    draft = ResidentDraft(world.estate.id, "王芳", id_document=IdDocument.PASSPORT, id_number="E12345678")
    clerk, clerk2 = world.actor("clerk"), world.actor("clerk2")
    session.commit()
    residents.register(Call(session, clerk, now), [draft]).one()
    with impatient(engine, keyring) as other, pytest.raises(OperationalError):
        residents.register(Call(other, clerk2, now), [draft])
    session.commit()
    with impatient(engine, keyring) as other:
        assert refusal(residents.register(Call(other, clerk2, now), [draft])).rule == "RES-1"
