"""Scale data: believable, the same again, true to what the verbs leave, and nothing that verify would find."""

import datetime

import pytest
from sqlalchemy import func, select

from models import ClockRun, Estate, Event, FollowUp, Resident, Staff, Ticket
from models.call import Call
from models.errors import OperationRefused
from models.events import broken_seals
from models.invariants import broken_invariants
from models.matters import NumberSeries
from models.operations import tickets as verbs
from models.operations.tickets import TicketDraft
from models.personal import masked_phone
from models.policy import permissions
from models.residents import ResidentContact
from models.roles import Role
from models.session import DeskSession
from models.staff import Team, actor_for
from models.tickets import OPEN_STATUSES, TicketKind, TicketStatus
from seed import scale
from seed.scale import UNFINISHED, Plan, fill_scale, open_places
from tests.fixed import NOW
from tests.marks import only_sqlite

SIZE = 300
CHUNK = 128  # several chunks, the last one not full


@pytest.fixture
def fill(engine, keyring, monkeypatch):
    monkeypatch.setattr(scale, "CHUNK", CHUNK)
    monkeypatch.setattr(scale, "YEARS", 0.1)

    def filled(code, progress=lambda *step: None):
        fill_scale(lambda: DeskSession(engine, keyring=keyring), Plan(SIZE, 7, code, NOW), progress)

    return filled


def estate_id(session, code):
    return session.scalar(select(Estate.id).where(Estate.code == code))


def said(session, code):
    """What tickets of an estate say, without ids and cipher texts."""
    handler = select(Staff.name).where(Staff.id == Ticket.assignee_id).scalar_subquery()
    columns = (
        *(Ticket.number, Ticket.kind, Ticket.status, Ticket.version, Ticket.severity, Ticket.summary, Ticket.detail),
        *(Ticket.reporter_name, Ticket.reporter_phone_digest, Ticket.heard_at, Ticket.registered_at, Ticket.due_at),
        *(Ticket.dispatched_at, Ticket.finished_at, Ticket.closed_at, Ticket.result, Ticket.updated_at, handler),
    )
    query = select(*columns).where(Ticket.estate_id == estate_id(session, code)).order_by(Ticket.id)
    return [tuple(row) for row in session.execute(query)]


def test_it_is_whole_goes_on_with_the_next_number_and_is_the_same_again(session, fill, keyring):
    session.rollback()
    steps = []
    fill("A", lambda *step: steps.append(step))
    assert steps[-1][:2] == (SIZE + 200, SIZE + 200)
    fill("B")
    first = said(session, "A")
    assert len(first) == SIZE
    assert first == said(session, "B")
    assert list(broken_invariants(session)) == []
    assert list(broken_seals(session)) == []

    place = estate_id(session, "A")
    resident = session.scalars(select(Resident).where(Resident.estate_id == place)).first()
    assert "****" in masked_phone(keyring.decrypt(resident.phone))
    contact = session.scalars(select(ResidentContact).where(ResidentContact.resident_id == resident.id)).one()
    assert contact.value_digest == keyring.digest(keyring.decrypt(resident.phone))
    assert resident.name_pinyin
    newest = max(ticket[10] for ticket in first)
    assert NOW - datetime.timedelta(days=5) < newest <= NOW
    assert sum(row[2] in OPEN_STATUSES for row in first) == int(SIZE * 0.03)

    series = select(NumberSeries.last).where(NumberSeries.estate_id == place, NumberSeries.prefix == "R261118")
    last = session.scalar(series) or 0
    clerk = actor_for(session, session.scalars(select(Staff).where(Staff.username == "a.clerk")).one())
    draft = TicketDraft(place, "水龙头滴水", resident_id=resident.id, place="厨房")
    (ticket,) = verbs.register(Call(session, clerk, NOW), [draft]).all()
    session.commit()
    assert ticket.number == f"R261118-{last + 1:03d}"
    assert list(broken_seals(session)) == []
    session.rollback()


def events_of(session, ticket):
    query = select(Event).where(Event.register == "tickets", Event.record_id == ticket.id).order_by(Event.id)
    return list(session.scalars(query))


def test_rows_and_events_look_like_those_of_the_verbs(session, fill):
    session.rollback()
    fill("A")
    place = estate_id(session, "A")
    tickets = list(session.scalars(select(Ticket).where(Ticket.estate_id == place).order_by(Ticket.id)))
    resident = session.scalars(select(Resident).where(Resident.estate_id == place)).first()
    clerk = actor_for(session, session.scalars(select(Staff).where(Staff.username == "a.clerk")).one(), source="seed")
    phone = "13800001111"
    draft = TicketDraft(
        place, "漏水", "滴水", "请尽快", unit_id=1, resident_id=resident.id, reporter_phone=phone, read_back=True
    )
    (category,) = {ticket.category_id for ticket in tickets[:1]}
    draft.category_id, draft.unit_id, draft.another_matter = category, tickets[0].unit_id, True
    (mine,) = verbs.register(Call(session, clerk, NOW), [draft]).all()
    job = next(t for t in tickets if t.kind is TicketKind.REPAIR and t.wish and t.resident_id)
    theirs, ours = events_of(session, job)[0], events_of(session, mine)[0]
    assert (theirs.verb, theirs.role, theirs.source) == (ours.verb, ours.role, ours.source)
    assert theirs.after.keys() == ours.after.keys()
    assert theirs.after["reporter_phone"].startswith("digest:")

    team = session.scalars(select(Team).where(Team.estate_id == place)).first()
    verbs.dispatch(Call(session, clerk, NOW + datetime.timedelta(minutes=3)), [mine], team=team).all()
    session.flush()
    runs = session.scalars(select(ClockRun.due_at).where(ClockRun.ticket_id == mine.id)).all()
    emergencies = [ticket for ticket in tickets if ticket.kind is TicketKind.EMERGENCY]
    assert emergencies
    assert [ticket for ticket in tickets if ticket.status in OPEN_STATUSES and ticket.due_at is None] == [], "INT-14"
    for ticket in emergencies:
        assert ticket.dispatched_at == ticket.registered_at, "DSP-1"
        assert events_of(session, ticket)[0].after["team_id"] == ticket.team_id
    for ticket in tickets:
        first, *later = events_of(session, ticket)
        assert first.verb == "register"
        assert first.record_version == 1
        assert [event.record_version for event in later] == ([ticket.version] if ticket.version > 1 else [])
        for event in later:
            assert Role(event.role) in permissions()["tickets"][event.verb]
            assert event.before.keys() == event.after.keys()
            assert event.at == ticket.updated_at
            if event.verb == "dispatch":
                assert event.after.keys() - {"assignee_id"} == events_of(session, mine)[-1].after.keys()
                assert len(session.scalars(select(ClockRun.id).where(ClockRun.ticket_id == ticket.id)).all()) == len(
                    runs
                )
        if ticket.status is TicketStatus.DONE and ticket.kind is TicketKind.REPAIR and ticket.resident_id:
            assert session.scalar(select(func.count()).where(FollowUp.ticket_id == ticket.id)) == 1
    session.rollback()


class Killed(Exception):
    """Stands for a power cut."""


def test_one_that_was_interrupted_or_is_there_says_so(session, fill):
    session.rollback()

    def stop(done, total, what):
        if done > 250:
            raise Killed

    with pytest.raises(Killed):
        fill("A", stop)
    name = session.scalar(select(Estate.name).where(Estate.code == "A"))
    assert UNFINISHED in name
    assert list(broken_seals(session)) == []
    assert list(broken_invariants(session)) == []
    session.rollback()
    with pytest.raises(OperationRefused, match=f"interrupted at {CHUNK} tickets"):
        fill("A")
    fill("B")
    with pytest.raises(OperationRefused, match="already"):
        fill("B")


@only_sqlite
def test_four_fifths_of_the_open_ones_are_among_the_newest_twentieth(database_url):
    found = open_places(10_000, Plan(10_000, 1, "A", NOW).chance("open"))
    assert len(found) == 300
    assert sum(place >= 9_500 for place in found) >= 240
