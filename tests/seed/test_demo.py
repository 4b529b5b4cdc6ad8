"""The training estate: as large and as varied as promised, true to the rules, the same again for a seed and a date."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.pool import NullPool

from models import (
    AuditFinding,
    AuditLine,
    AuditRun,
    Base,
    ClockRun,
    Comment,
    Complaint,
    Estate,
    Event,
    FollowUp,
    FollowUpAttempt,
    Key,
    KeyApproval,
    KeyLoan,
    Occupancy,
    Resident,
    Staff,
    StaffAssignment,
    Team,
    Ticket,
    Unit,
    VisitorPass,
)
from models.audits import FindingKind
from models.base import UTCDateTime, is_open
from models.call import Call
from models.complaints import ComplaintCategory, ComplaintNature, ComplaintStatus
from models.estates import FeeStatus, UnitUse
from models.events import broken_seals
from models.follow_ups import AttemptOutcome, FollowUpStatus, FollowUpWay
from models.keys import ApprovalStatus, BorrowerKind, BringerKind, KeyOrigin
from models.matters import Channel, CommentKind, Severity
from models.operations import audits
from models.outbox import Outgoing
from models.passes import PassKind
from models.passwords import matches
from models.residents import OccupancyKind
from models.roles import Role
from models.session import DeskSession, open_engine
from models.settings import Clock
from models.staff import actor_for
from models.tickets import PROMISE, Acceptance, CancelKind, TicketKind, TicketStatus, WaitingReason
from seed import DAYS, estates, fill_demo, play
from seed.world import World
from tests.fixed import NOW
from tests.marks import EVERYTHING, only_postgresql
from tests.once import once

SMALL_DAYS, SMALL_SHARE = 8, 0.05
FEWER_DAYS = SMALL_DAYS if EVERYTHING else 4
USUAL_SHARE = 0.5
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
FUTURE = {
    "due_at",
    "next_at",
    "valid_from",
    "valid_until",
    "permit_until",
    "measures_due_at",
    "visit_from",
    "visit_until",
    "promised_at",
    "preferred_time",
    "until",
}


def silent(done: int, total: int, what: str) -> None:
    """Nobody watches."""


def opened(file: Path, path: Path, keyring):
    """A session on a copy of the database *file*."""
    shutil.copyfile(file, path)
    engine = open_engine(f"sqlite:///{path}", poolclass=NullPool)
    return DeskSession(engine, keyring=keyring, expire_on_commit=False)


@pytest.fixture(scope="module")
def made(built_file, tmp_path_factory, keyring) -> tuple[Path, list[tuple[Any, str, str]]]:
    """The whole estate, or in a usual run one with less traffic, made once a run; and what was refused on the way."""

    def make(path: Path) -> list[tuple[Any, str, str]]:
        with opened(built_file, path, keyring) as session:
            world = World(session, 1, NOW, DAYS, 1.0 if EVERYTHING else USUAL_SHARE, estates.ZONE_INFO)
            return [(at, verb, str(refusal)) for at, verb, refusal in play(world, silent).refused]

    return once(tmp_path_factory, "demo.db", make)


@pytest.fixture(scope="module")
def demo(made, tmp_path_factory, keyring) -> Iterator[DeskSession]:
    """A session on this worker's copy of it."""
    with opened(made[0], tmp_path_factory.mktemp("demo") / "demo.db", keyring) as session:
        yield session


@pytest.fixture
def small(built_file, tmp_path, keyring):
    """Makes small estates, as they stand at some time."""
    made: list[DeskSession] = []

    def make(now, seed=1, progress=silent, days=SMALL_DAYS):
        session = opened(built_file, tmp_path / f"small{len(made)}.db", keyring)
        made.append(session)
        fill_demo(lambda: session, seed=seed, now=now, progress=progress, days=days, share=SMALL_SHARE)
        return session

    yield make
    for session in made:
        session.close()


def count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def present(session, column):
    return set(session.scalars(select(column).distinct())) - {None}


@pytest.mark.skipif(not EVERYTHING, reason="a usual run makes less traffic; FRONTDESK_TEST_ALL=1 makes all")
def test_it_is_as_large_as_promised(demo):
    session = demo
    assert count(session, Estate) == 2
    assert count(session, Unit) >= 600
    assert count(session, Resident) >= 900
    assert 1_400 <= count(session, Ticket) <= 1_600
    assert count(session, Complaint) >= 100
    assert 100 <= count(session, Key) <= 140
    assert count(session, KeyLoan) >= 150
    assert 250 <= count(session, VisitorPass) <= 400
    assert count(session, FollowUp) >= 800
    first = session.scalar(select(func.min(Ticket.registered_at)))
    assert (NOW - first).days in (59, 60)


def test_no_verb_was_refused_on_the_way(made):
    _file, refused = made
    assert refused == []


def test_every_event_names_the_role_in_which_it_was_done(demo):
    session = demo
    roles = select(Event.register, Event.verb, Event.role).distinct()
    assert [row for row in session.execute(roles) if row.role not in set(Role)] == []


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Ticket.status, TicketStatus),
        (Ticket.kind, TicketKind),
        (Ticket.severity, Severity),
        (Ticket.waiting_reason, WaitingReason),
        (Ticket.cancel_kind, CancelKind),
        (Ticket.acceptance, [word for word in Acceptance if word is not Acceptance.UNKNOWN]),
        (Complaint.status, ComplaintStatus),
        (Complaint.category, ComplaintCategory),
        (Complaint.nature, ComplaintNature),
        (Comment.kind, CommentKind),
        (FollowUp.status, FollowUpStatus),
        (FollowUpAttempt.outcome, AttemptOutcome),
        (FollowUpAttempt.way, FollowUpWay),
        (Key.origin, KeyOrigin),
        (KeyApproval.status, ApprovalStatus),
        (KeyLoan.borrower_kind, BorrowerKind),
        (VisitorPass.kind, PassKind),
        (Occupancy.kind, OccupancyKind),
        (Unit.use, UnitUse),
        (Unit.fee_status, FeeStatus),
        (StaffAssignment.role, [role for role in Role if role is not Role.SYSTEM]),
    ],
    ids=str,
)
def test_every_word_of_every_list_occurs(demo, column, words):
    session = demo
    assert set(words) - present(session, column) == set()


def test_matters_came_through_every_channel(demo):
    session = demo
    seen = present(session, Ticket.channel) | present(session, Complaint.channel)
    assert set(Channel) - seen == {Channel.IMPORT}


def test_keys_are_in_every_place_a_key_can_be__KEY_2(demo):
    session = demo
    out = select(KeyLoan.key_id).where(KeyLoan.returned_at.is_(None), KeyLoan.lost_at.is_(None))
    assert count(session, Key, Key.id.in_(out)) >= 4
    assert count(session, Key, Key.lost_at.is_not(None)) == 2
    assert count(session, Key, Key.handed_back_at.is_not(None)) >= 1
    assert count(session, KeyLoan, KeyLoan.due_at > NOW, KeyLoan.returned_at.is_(None)) >= 1
    assert count(session, Key, Key.pieces > 1) >= 2
    assert count(session, KeyLoan, KeyLoan.pieces_back > 0, KeyLoan.key_id.in_(out)) == 2
    assert present(session, KeyLoan.brought_by_kind) == set(BringerKind)


def test_passes_are_in_every_state__PAS_7(demo):
    session = demo
    still_out = (VisitorPass.handed_in_at.is_(None), VisitorPass.revoked_at.is_(None))
    assert count(session, VisitorPass, VisitorPass.valid_from > NOW, *still_out) >= 1
    assert count(session, VisitorPass, VisitorPass.valid_from <= NOW, VisitorPass.valid_until > NOW, *still_out) >= 1
    assert count(session, VisitorPass, VisitorPass.valid_until <= NOW, *still_out) >= 1
    assert count(session, VisitorPass, VisitorPass.inside.is_(True)) >= 1
    assert count(session, VisitorPass, VisitorPass.revoked_at.is_not(None)) >= 1
    assert count(session, VisitorPass, VisitorPass.deposit_refunded_at.is_not(None)) >= 1


@pytest.mark.parametrize("model", [Ticket, Complaint])
def test_everything_open_has_a_next_date__INT_14(demo, model):
    assert demo.scalars(select(model.number).where(is_open(model), model.due_at.is_(None))).all() == []


def test_most_old_tickets_are_closed_and_some_are_not(demo):
    session = demo
    old = Ticket.registered_at < NOW - datetime.timedelta(days=10)
    closed = Ticket.status.in_([TicketStatus.CLOSED, TicketStatus.CANCELLED])
    assert 0.96 < count(session, Ticket, old, closed) / count(session, Ticket, old) < 1
    assert count(session, Ticket, ~closed, Ticket.due_at < NOW) >= 5


def test_twenty_six_people_work_there_in_six_departments(demo):
    session = demo
    assert count(session, Staff, Staff.username != "system", Staff.disabled_at.is_(None)) == 26
    for estate in session.scalars(select(Estate)):
        teams = session.scalars(select(Team).where(Team.estate_id == estate.id)).all()
        assert len({team.department for team in teams}) == 6
        for team in teams:
            leads = (StaffAssignment.team_id == team.id, StaffAssignment.role == Role.LEAD)
            assert session.scalars(select(StaffAssignment.staff_id).where(*leads)).all() == [team.lead_id]


@pytest.mark.parametrize("name", ["clerk", "technician", "lead", "supervisor", "manager", "auditor", "admin", "guard"])
def test_the_accounts_of_the_interface_sign_in_and_have_their_role(demo, name):
    session = demo
    person = session.scalars(select(Staff).where(Staff.username == name)).one()
    assert matches(person.password_hash, "training")
    assert not person.must_change_password
    home = session.scalars(select(Estate).where(Estate.code == "CUIHU")).one()
    assert Role(name) in actor_for(session, person).roles_in(home.id)


def test_a_person_may_be_clerk_here_and_supervisor_there(demo):
    session = demo
    ids = {estate.code: estate.id for estate in session.scalars(select(Estate))}
    people = session.scalars(select(Staff).where(Staff.username.in_(["manager", "zeng.li"])).order_by(Staff.username))
    manager, both = (actor_for(session, person) for person in people)
    assert set(manager.estate_ids) == set(ids.values())
    assert Role.CLERK in both.roles_in(ids["CUIHU"])
    assert Role.SUPERVISOR in both.roles_in(ids["YUNQI"])


def test_the_desk_at_home_is_at_work_and_who_learns_does_not_see_the_other(demo):
    session = demo
    home = session.scalars(select(Estate).where(Estate.code == "CUIHU")).one()
    week = NOW - datetime.timedelta(days=7)
    due = [
        moment
        for model in (Ticket, Complaint)
        for moment in session.scalars(select(model.due_at).where(is_open(model), model.estate_id == home.id))
    ]
    assert 15 <= len(due) <= 40
    assert [moment for moment in due if moment < week] == [], "overdue of this week only"
    waiting = (Ticket.kind == TicketKind.EMERGENCY, Ticket.status == TicketStatus.DISPATCHED)
    assert count(session, Ticket, Ticket.estate_id == home.id, *waiting) == 1
    promised = (ClockRun.estate_id == home.id, ClockRun.due_at > NOW, ClockRun.met_at.is_(None))
    of_promises = select(Clock.id).where(Clock.code == PROMISE)
    assert count(session, ClockRun, ClockRun.clock_id.in_(of_promises), *promised) >= 1
    for name in ("clerk", "technician", "lead", "auditor", "admin"):
        person = session.scalars(select(Staff).where(Staff.username == name)).one()
        assert actor_for(session, person).estate_ids == (home.id,), name
    for name in ("supervisor", "manager"):
        person = session.scalars(select(Staff).where(Staff.username == name)).one()
        assert len(actor_for(session, person).estate_ids) == 2, name


def test_residents_are_named_as_people_are(demo):
    session = demo
    names = session.scalars(select(Resident.name)).all()
    assert {name[0] for name in names} >= set("单曾仇乐解查区任")
    assert any(name.isascii() for name in names)
    assert count(session, Resident, Resident.id_number.is_not(None)) >= 100
    assert count(session, Occupancy, Occupancy.until_on.is_not(None)) >= 10


def test_the_event_chain_is_whole_and_in_the_order_of_time(demo):
    session = demo
    assert list(broken_seals(session)) == []
    for estate in session.scalars(select(Estate)):
        times = session.scalars(select(Event.at).where(Event.estate_id == estate.id).order_by(Event.id)).all()
        assert times == sorted(times)
    assert present(session, Event.source) <= {"seed", "panel", "cli"}


def test_past_days_are_audited_and_signed_off_with_notes_and_today_is_left__AUD_3(demo):
    session = demo
    runs = session.scalars(select(AuditRun)).all()
    assert max(run.day for run in runs) == NOW.astimezone(SHANGHAI).date() - datetime.timedelta(days=1)
    signed = [run.id for run in runs if run.signed_off_at is not None]
    assert len(signed) >= 10
    overdue = (AuditLine.overdue.is_(True), AuditLine.run_id.in_(signed))
    assert count(session, AuditLine, *overdue) >= 100
    assert count(session, AuditLine, *overdue, AuditLine.note.is_(None)) == 0
    assert count(session, AuditFinding, AuditFinding.ended_on.is_not(None)) >= 50


def findings_of_today(session, now):
    """Kinds that an audit of the neglected estate finds; nothing is kept of it."""
    estate = session.scalars(select(Estate).where(Estate.code == "YUNQI")).one()
    person = session.scalars(select(Staff).where(Staff.username == "supervisor")).one()
    run = audits.run(Call(session, actor_for(session, person), now), [estate]).one()
    found = {FindingKind(kind) for kind, number in run.counts.items() if number}
    session.rollback()
    return found


def test_todays_audit_finds_something_of_every_kind__AUD_1(demo):
    session = demo
    assert set(FindingKind) - findings_of_today(session, NOW) == set()


def future_times(session, now):
    """Columns that hold a time after *now* although they tell what has happened."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            told = column.name not in FUTURE | {"created_at", "updated_at"}
            if isinstance(column.type, UTCDateTime) and told:
                latest = session.scalar(select(func.max(column)))
                if latest is not None and latest > now:
                    found.append(f"{table.name}.{column.name}")
    return found


def test_nothing_has_happened_after_now(demo):
    session = demo
    assert future_times(session, NOW) == []


def technicians_jobs(session):
    person = session.scalars(select(Staff).where(Staff.username == "technician")).one()
    closed = (TicketStatus.CLOSED, TicketStatus.CANCELLED, TicketStatus.DONE)
    return session.scalars(select(Ticket.status).where(Ticket.assignee_id == person.id, Ticket.status.not_in(closed)))


@pytest.mark.parametrize("clock", ["00:05", "23:55"])
def test_at_any_hour_the_day_has_begun_and_nothing_lies_ahead(small, clock):
    hour, minute = map(int, clock.split(":"))
    now = datetime.datetime(2026, 11, 22, hour, minute, tzinfo=SHANGHAI).astimezone(datetime.UTC)
    session = small(now)
    # Just after midnight nobody can have done anything late; in so few days no key need have been lost.
    perhaps = {FindingKind.PUT_RIGHT, FindingKind.OWNER_NOT_TOLD}
    assert set(FindingKind) - findings_of_today(session, now) <= perhaps
    assert future_times(session, now) == []
    assert set(TicketStatus) - present(session, Ticket.status) == set()
    wanted = {TicketStatus.DISPATCHED, TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS, TicketStatus.WAITING}
    assert wanted - set(technicians_jobs(session)) == set()
    assert list(broken_seals(session)) == []


UNTOLD = {"created_at", "updated_at", "code", "password_hash"}


def plain_rows(session):
    """Everything but secrets, cipher texts, seals and what the database's own clock wrote."""
    rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name in {"event_seals", "event_heads", "database_mark", "personal_keys"}:
            continue
        columns = [
            column
            for column in table.columns
            if not column.info.get("personal")
            and (column.name not in UNTOLD or table.name == "estates")
            and column is not Outgoing.__table__.c.key
        ]
        if table.name == "events":
            columns = [column for column in columns if column.name not in {"after", "personal"}]  # cipher text
        chosen = [column for column in columns if column.name not in {"created_at", "updated_at"}]
        rows[table.name] = [tuple(row) for row in session.execute(select(*chosen).order_by(table.c.id))]
    return rows


def test_the_same_seed_and_date_make_the_same_estate(small):
    first, second = small(NOW, days=FEWER_DAYS), small(NOW, days=FEWER_DAYS)
    assert plain_rows(first) == plain_rows(second)


def test_another_seed_makes_another_estate_and_progress_rises_to_its_end(small):
    told = []
    session = small(NOW, seed=2, progress=lambda *step: told.append(step), days=FEWER_DAYS)
    assert present(session, Ticket.status) >= set(TicketStatus)
    assert (told[0][0], told[-1][0]) == (0, told[-1][1])
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert {total for _, total, _ in told} == {told[0][1]}


@only_postgresql  # the others in this file make it on SQLite
def test_it_is_made_on_both_databases(engine, keyring):
    fill_demo(
        lambda: DeskSession(engine, keyring=keyring),
        seed=1,
        now=NOW,
        progress=silent,
        days=SMALL_DAYS,
        share=SMALL_SHARE,
    )
    with DeskSession(engine, keyring=keyring) as session:
        assert set(TicketStatus) - present(session, Ticket.status) == set()
        assert list(broken_seals(session)) == []
        assert count(session, ClockRun, ClockRun.created_at > NOW) == 0
