"""Bulk: what was chosen is frozen, previewed, done once, accounted for row by row, and resumed after a kill."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState
from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.operations import bulk, tickets
from models.session import DeskSession
from models.staff import Team
from models.tickets import Ticket, TicketStatus
from tests import reading
from tests.factories import World
from tests.records import Records, make_tickets

KEY = "a-key-of-sixteen-or-more"


def choose(client: FlaskClient, post: Callable[..., Any], team: int, **fields: Any) -> Any:
    """Send the dispatch form for a selection."""
    return post(client, "/admin/tickets/bulk/dispatch/", stage="preview", team=str(team), **{"key": KEY, **fields})


def run_id(answer: Any) -> int:
    """The run that an answer leads to."""
    return int(reading.asked(answer.headers["Location"])["id"])


def test_bulk_dispatch_previews_does_and_accounts_for_every_row(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client = sign_in("clerk")
    form = post(client, "/admin/tickets/bulk/dispatch/", row=[str(i) for i in records.tickets[:3]])
    assert "3 rows" in form.text
    answer = choose(client, post, records.team, row=[str(i) for i in records.tickets[:3]])
    run = run_id(answer)
    page = client.get(answer.headers["Location"]).text
    assert "2 rows will change" in page
    assert "1 will be left alone" in page
    assert "JOB-1" in page
    assert look.get_one(Ticket, records.tickets[1]).status is TicketStatus.RECEIVED
    for _twice in range(2):
        assert post(client, "/admin/bulk-runs/run/", id=str(run)).status_code == 302
    look.rollback()
    assert look.get_one(Ticket, records.tickets[1]).status is TicketStatus.DISPATCHED
    dispatched = select(func.count()).where(Event.bulk_run_id == run)
    assert look.scalar(dispatched) == 2
    result = client.get(f"/admin/bulk-runs/details/?id={run}").text
    assert "2 rows done, 1 refused" in result
    download = client.get(f"/admin/bulk-runs/download/?id={run}").text
    assert len(download.splitlines()) == 4


def test_all_that_match_means_the_filter_and_not_the_page(
    records: Records,
    world: World,
    session: DeskSession,
    look: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    make_tickets(session, world, now, 80)
    session.commit()
    client = sign_in("clerk")
    answer = choose(client, post, records.team, all="1", query="flt_status=received")
    items = look.scalar(select(func.count()).where(BulkItem.run_id == run_id(answer)))
    assert items == 85
    assert choose(client, post, records.team, all="1", query="flt_status=nonsense", key=KEY + "2").status_code == 400


def test_the_same_key_resumes_and_other_arguments_are_a_conflict(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("clerk")
    rows = [str(i) for i in records.tickets[1:3]]
    first = choose(client, post, records.team, row=rows)
    assert run_id(choose(client, post, records.team, row=rows)) == run_id(first)
    other = choose(client, post, records.team, row=rows, visit_until="2026-11-19T10:00")
    assert other.status_code == 409


def test_rows_of_another_estate_are_not_chosen(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    answer = choose(sign_in("clerk"), post, records.team, row=[str(records.foreign_ticket)])
    assert answer.status_code == 400


def test_a_run_belongs_to_who_started_it(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    run = run_id(choose(sign_in("clerk"), post, records.team, row=[str(records.tickets[1])]))
    other = sign_in("supervisor")
    assert other.get(f"/admin/bulk-runs/details/?id={run}").status_code == 404
    assert post(other, "/admin/bulk-runs/run/", id=str(run)).status_code == 404


@pytest.fixture
def prepared(session: DeskSession, world: World, records: Records, now: datetime.datetime) -> BulkRun:
    """A dispatch of five tickets, previewed."""
    return prepare(session, world, records, now, KEY)


def prepare(session: DeskSession, world: World, records: Records, now: datetime.datetime, key: str) -> BulkRun:
    run = bulk.prepare(
        Call(session, world.actor("clerk"), now),
        estate_id=world.estate.id,
        register="tickets",
        verb="dispatch",
        ids=records.tickets[1:],
        arguments={"team": session.get_one(Team, records.team)},
        key=key,
    )
    session.commit()
    return run


def test_a_preview_writes_nothing_but_itself(session: DeskSession, prepared: BulkRun, records: Records) -> None:
    assert prepared.state is BulkState.PREVIEWED
    assert session.get_one(Ticket, records.tickets[1]).status is TicketStatus.RECEIVED
    assert session.scalar(select(func.count()).where(Event.bulk_run_id == prepared.id)) == 0


def test_rows_changed_since_the_preview_are_left_alone(
    session: DeskSession, world: World, prepared: BulkRun, records: Records, now: datetime.datetime
) -> None:
    changed = session.get_one(Ticket, records.tickets[1])
    tickets.amend(Call(session, world.actor("clerk"), now), [changed], summary="now another").one()
    session.commit()
    assert not bulk.run_chunk(Call(session, world.actor("clerk"), now), prepared)
    session.commit()
    assert bulk.counts(session, prepared)[BulkOutcome.CHANGED] == 1
    assert bulk.counts(session, prepared)[BulkOutcome.DONE] == 4
    assert session.get_one(Ticket, records.tickets[1]).status is TicketStatus.RECEIVED


def test_a_run_cut_off_between_chunks_goes_on_where_it_was(
    session: DeskSession,
    world: World,
    prepared: BulkRun,
    records: Records,
    now: datetime.datetime,
) -> None:
    clerk = world.actor("clerk")
    assert bulk.run_chunk(Call(session, clerk, now), prepared, size=2)
    session.commit()
    assert bulk.run_chunk(Call(session, clerk, now), prepared, size=2)
    session.rollback()  # killed before its commit
    again = prepare(session, world, records, now, KEY)
    assert again.id == prepared.id
    assert again.state is BulkState.RUNNING
    while bulk.run_chunk(Call(session, clerk, now), again, size=2):
        session.commit()
    session.commit()
    assert bulk.counts(session, again)[BulkOutcome.DONE] == 5
    assert session.scalar(select(func.count()).where(Event.bulk_run_id == again.id)) == 5


def test_a_finished_run_does_nothing_more(
    session: DeskSession, world: World, prepared: BulkRun, now: datetime.datetime
) -> None:
    clerk = world.actor("clerk")
    assert not bulk.run_chunk(Call(session, clerk, now), prepared)
    session.commit()
    before = session.scalar(select(func.count()).select_from(Event))
    assert not bulk.run_chunk(Call(session, clerk, now), prepared)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Event)) == before


def test_somebody_elses_run_is_refused(
    session: DeskSession, world: World, prepared: BulkRun, now: datetime.datetime
) -> None:
    with pytest.raises(OperationRefused):
        bulk.run_chunk(Call(session, world.actor("supervisor"), now), prepared)


def test_a_kept_refusal_reads_the_same(session: DeskSession, prepared: BulkRun, now: datetime.datetime) -> None:
    item = session.scalars(select(BulkItem).where(BulkItem.run_id == prepared.id).limit(1)).one()
    session.execute(
        update(BulkItem)
        .where(BulkItem.id == item.id)
        .values(
            rule="JOB-6",
            reason=bulk.kept_refusal(
                OperationRefused("JOB-6", item_message(), at=now, kinds=[TicketStatus.DONE], count=3)
            ),
        )
    )
    session.commit()
    back = bulk.refusal_kept_in(session.get_one(BulkItem, item.id))
    assert back is not None
    assert (back.rule, back.values["at"], back.values["kinds"], back.values["count"]) == ("JOB-6", now, ["done"], 3)


def item_message() -> Any:
    """A marked sentence."""
    from models.errors import Msgid

    return Msgid("%(count)s of %(kinds)s at %(at)s")


@pytest.mark.parametrize("rows", [slice(1, 4), slice(2, 5), slice(1, 2)])
def test_the_same_form_with_other_rows_is_refused_and_with_the_same_is_the_same_run(
    rows: slice, records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], look: DeskSession
) -> None:
    client = sign_in("clerk")
    first = [str(number) for number in records.tickets[1:3]]
    run = run_id(choose(client, post, records.team, row=first))
    assert run_id(choose(client, post, records.team, row=first[::-1])) == run
    other = choose(client, post, records.team, row=[str(number) for number in records.tickets[rows]])
    assert other.status_code == 409
    assert "sent before with other values" in other.text
    assert look.scalar(select(func.count()).select_from(BulkRun)) == 1
    every = {"all": "1", "query": "flt_status=received", "key": KEY + "9"}
    assert run_id(choose(client, post, records.team, **every)) == run_id(choose(client, post, records.team, **every))
