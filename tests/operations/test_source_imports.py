"""Taking over another system's night: every row accounted for, twice the same, only its facts."""

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.errors import OperationRefused
from models.events import Event
from models.matters import NOT_KNOWN, ClockRun, RepeatReport
from models.operations import tickets
from models.operations.source_imports import TakeOver, take_over
from models.session import DeskSession
from models.source_mapping import MappingError, SourceFacts, SourceMapping
from models.staff import Actor
from models.tickets import Acceptance, Ticket, TicketStatus
from tests.factories import World

ROOT = Path(__file__).parents[2]
EXCERPT = ROOT / "tests" / "fixtures" / "nyc311_excerpt.csv"
MAPPING = ROOT / "seed" / "mappings" / "nyc311.toml"
ROW = {
    "unique_key": "1",
    "created_date": "2024-04-15T23:57:51.000",
    "closed_date": "",
    "agency": "HPD",
    "complaint_type": "WATER LEAK",
    "descriptor": "SLOW LEAK",
    "location_type": "RESIDENTIAL BUILDING",
    "incident_zip": "10040",
    "incident_address": "2 ELLWOOD STREET",
    "city": "NEW YORK",
    "borough": "MANHATTAN",
    "status": "Open",
    "resolution_description": "",
    "resolution_action_updated_date": "",
    "open_data_channel_type": "PHONE",
}


@pytest.fixture(scope="module")
def mapping() -> SourceMapping:
    return SourceMapping(MAPPING.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def night(mapping: SourceMapping) -> list[SourceFacts]:
    rows = csv.DictReader(io.StringIO(EXCERPT.read_text(encoding="utf-8")))
    return [fact for row in rows if (fact := mapping.facts(row)) is not None]


@pytest.fixture
def take(session: DeskSession, world: World, now: datetime.datetime) -> Callable[..., TakeOver]:
    def taken(facts: list[SourceFacts], actor: Actor | None = None) -> TakeOver:
        answer = take_over(
            Call(session, actor or world.actor("manager"), now),
            facts,
            estate_id=world.estate.id,
            desk_owner=world.staff["manager"],
        )
        session.commit()
        return answer

    return taken


def fact(mapping: SourceMapping, **changes: str) -> SourceFacts:
    made = mapping.facts({**ROW, **changes})
    assert made is not None
    return made


def test_the_night_is_imported_merged_or_not_ours__INT_6(
    night: list[SourceFacts], take: Callable[..., TakeOver], session: DeskSession
) -> None:
    taken = take(night)
    assert (len(night), len(taken.imported), len(taken.merged), taken.refused) == (51, 31, 20, [])
    registers = [session.scalar(select(func.count()).select_from(model)) for model in (Ticket, Complaint)]
    assert sum(count or 0 for count in registers) == 31
    counted = sum(session.scalars(select(Ticket.repeats))) + sum(session.scalars(select(Complaint.repeats)))
    assert counted == 20 == session.scalar(select(func.count()).select_from(RepeatReport))


def test_a_second_import_changes_nothing(
    night: list[SourceFacts], take: Callable[..., TakeOver], session: DeskSession
) -> None:
    take(night)
    events = session.scalar(select(func.count()).select_from(Event))
    again = take(night)
    assert (again.imported, again.merged, again.refused, again.unchanged) == ([], [], [], 51)
    assert session.scalar(select(func.count()).select_from(Event)) == events


def test_what_the_source_closed_is_closed_with_what_is_not_known_said__JOB_6(
    mapping: SourceMapping, take: Callable[..., TakeOver], session: DeskSession
) -> None:
    (ticket,) = take([fact(mapping, status="Closed", closed_date="2024-04-16T01:00:00.000")]).imported
    assert ticket.status is TicketStatus.CLOSED
    assert ticket.acceptance is Acceptance.UNKNOWN
    assert ticket.result == NOT_KNOWN
    assert session.scalars(select(ClockRun)).all() == []


def test_what_the_source_has_open_runs_against_the_clock_from_when_it_was_heard__DSP_7(
    mapping: SourceMapping, take: Callable[..., TakeOver], session: DeskSession
) -> None:
    (ticket,) = take([fact(mapping)]).imported
    runs = session.scalars(select(ClockRun).order_by(ClockRun.due_at)).all()
    assert {(run.ticket_id, run.started_at) for run in runs} == {(ticket.id, ticket.heard_at)}
    assert runs[0].due_at == ticket.due_at == ticket.heard_at + datetime.timedelta(minutes=30)
    assert len(runs) == 2


def test_noise_becomes_an_anonymous_neighbour_dispute__INT_4(
    mapping: SourceMapping, take: Callable[..., TakeOver]
) -> None:
    (complaint,) = take([fact(mapping, agency="NYPD", complaint_type="Noise - Residential")]).imported
    assert isinstance(complaint, Complaint)
    assert complaint.category is ComplaintCategory.NEIGHBOUR_DISPUTE
    assert complaint.anonymous
    assert (complaint.reporter_name, complaint.unit_id, complaint.reporter_phone) == (None, None, None)


def test_the_same_matter_heard_after_the_first_was_closed_is_a_new_one__INT_6(
    mapping: SourceMapping, take: Callable[..., TakeOver]
) -> None:
    closed = fact(mapping, status="Closed", closed_date="2024-04-16T01:00:00.000")
    during = fact(mapping, unique_key="2", created_date="2024-04-16T00:30:00.000", incident_address="2  Ellwood street")
    after = fact(mapping, unique_key="3", created_date="2024-04-16T02:00:00.000")
    taken = take([after, during, closed])
    assert [row.source_key for row in taken.imported] == ["1", "3"]
    assert [repeat.source_key for repeat in taken.merged] == ["2"]


def test_empty_addresses_are_said_so_and_never_merged(mapping: SourceMapping, take: Callable[..., TakeOver]) -> None:
    facts = [fact(mapping, unique_key=key, incident_address=" ") for key in ("1", "2")]
    assert [item.decided for item in facts] == [("no_place",), ("no_place",)]
    taken = take(facts)
    assert {row.place for row in taken.imported} == {"address not given"}
    assert len(taken.imported) == 2


def test_closed_without_time_follows_the_mapping_and_is_reported(mapping: SourceMapping) -> None:
    given = fact(mapping, status="Closed", resolution_action_updated_date="2024-04-16T03:00:00.000")
    assert given.closed_at == datetime.datetime(2024, 4, 16, 7, 0, tzinfo=datetime.UTC)
    assert given.decided == ("closed_without_time",)
    assert fact(mapping, status="Closed").closed_at == given.heard_at
    strict = SourceMapping(MAPPING.read_text(encoding="utf-8").replace('= "fallback"', '= "refuse"'))
    with pytest.raises(OperationRefused, match="nothing says when"):
        strict.facts({**ROW, "status": "Closed"})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": "Floating"}, "does not know the status"),
        ({"created_date": ""}, "when was it heard"),
        ({"created_date": "yesterday"}, "is not a time"),
        ({"created_date": "2024-02-30T00:00:00.000"}, "is not a time"),
        ({"unique_key": ""}, "no usable key"),
        ({"unique_key": "9" * 81}, "no usable key"),
        ({"complaint_type": " ", "descriptor": ""}, "Nothing says what happened"),
        ({"status": "Closed", "closed_date": "2024-04-15T01:00:00.000"}, "before it was heard"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason__INT_3(
    mapping: SourceMapping, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(OperationRefused, match=sentence):
        mapping.facts({**ROW, **changes})


def test_a_matter_from_the_future_is_refused_and_the_rest_goes_in__INT_2(
    mapping: SourceMapping, take: Callable[..., TakeOver]
) -> None:
    taken = take([fact(mapping, created_date="2099-01-01T00:00:00.000"), fact(mapping, unique_key="2")])
    assert [(item.source_key, refusal.rule) for item, refusal in taken.refused] == [("1", "INT-2")]
    assert [row.source_key for row in taken.imported] == ["2"]


def test_a_newer_export_updates_what_the_source_owns(
    mapping: SourceMapping, take: Callable[..., TakeOver], session: DeskSession
) -> None:
    (ticket,) = take([fact(mapping)]).imported
    newer = fact(
        mapping, status="Closed", closed_date="2024-04-17T09:00:00.000", resolution_description="The pipe was mended."
    )
    taken = take([newer])
    assert (len(taken.updated), taken.unchanged) == (1, 0)
    session.refresh(ticket)
    assert (ticket.status, ticket.result, ticket.due_at) == (TicketStatus.CLOSED, "The pipe was mended.", None)
    assert None not in session.scalars(select(ClockRun.cancelled_at)).all()
    assert take([newer]).unchanged == 1


def test_a_newer_export_does_not_undo_what_our_desk_did(
    mapping: SourceMapping, take: Callable[..., TakeOver], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    (ticket,) = take([fact(mapping)]).imported
    team = next(iter(world.teams.values()))
    tickets.dispatch(Call(session, world.actor("clerk"), now), [ticket], team=team).one()
    session.commit()
    take([fact(mapping, status="Closed", closed_date="2024-04-17T09:00:00.000")])
    session.refresh(ticket)
    assert ticket.status is TicketStatus.DISPATCHED


def test_the_same_key_twice_with_different_facts_is_refused(
    mapping: SourceMapping, take: Callable[..., TakeOver]
) -> None:
    taken = take([fact(mapping), fact(mapping, descriptor="OTHER")])
    assert (len(taken.imported), len(taken.refused)) == (1, 1)


def test_archived_complaints_stay_as_they_are__CMP_8(
    mapping: SourceMapping, take: Callable[..., TakeOver], session: DeskSession
) -> None:
    noise = {"agency": "NYPD", "complaint_type": "Noise - Park", "status": "Closed"}
    (complaint,) = take([fact(mapping, **noise, closed_date="2024-04-16T01:00:00.000")]).imported
    take([fact(mapping, **{**noise, "status": "In Progress"})])
    session.refresh(complaint)
    assert complaint.status is ComplaintStatus.ARCHIVED


@pytest.mark.parametrize("username", ["clerk", "technician", "lead", "supervisor", "auditor", "admin", "stranger"])
def test_only_managers_take_over(
    night: list[SourceFacts], take: Callable[..., TakeOver], world: World, session: DeskSession, username: str
) -> None:
    with pytest.raises(OperationRefused, match="ROLE"):
        take(night, world.actor(username))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0


@pytest.mark.parametrize(
    ("find", "replace", "sentence"),
    [
        ('zone = "America/New_York"', 'zone = "Mars/Olympus"', "cannot be used"),
        ('key = "unique_key"', "", "lacks the key"),
        ('Open = "open"', 'Open = "ajar"', "open or closed"),
        ('kind = "repair"', 'kind = "party"', "cannot be used"),
        ("[columns]", "[columns", "not valid TOML"),
        ('closed_without_time = "fallback"', 'closed_without_time = "guess"', "fallback, heard or refuse"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_what_to_mend(find: str, replace: str, sentence: str) -> None:
    text = MAPPING.read_text(encoding="utf-8")
    assert find in text
    with pytest.raises(MappingError, match=sentence):
        SourceMapping(text.replace(find, replace))


def test_all_missing_columns_are_named_at_once(mapping: SourceMapping) -> None:
    with pytest.raises(MappingError, match="agency, status"):
        mapping.check_header([column for column in ROW if column not in {"agency", "status"}])
