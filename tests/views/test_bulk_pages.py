"""After a bulk action: what was refused is tried again, what was done is undone, and a long one says how far it is."""

import datetime
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.bulk import BulkItem, BulkRun, BulkState
from models.call import Call
from models.operations import bulk, tickets
from models.session import DeskSession
from models.settings import Category
from models.staff import Department, Team
from models.tickets import Ticket, TicketStatus
from models.verbs import everything
from tests import reading
from tests.factories import World
from tests.records import Records, make_tickets
from views.pages.bulk_runs import ABOUT

KEY = "a-key-of-sixteen-or-more"


def do_bulk(client: FlaskClient, post: Callable[..., Any], team: int, rows: list[int], **fields: Any) -> int:
    """Dispatch *rows* by the pages; the number of the run."""
    asked = {"stage": "preview", "team": str(team), "key": KEY, "row": [str(row) for row in rows], **fields}
    answer = post(client, "/admin/tickets/bulk/dispatch/", **asked)
    run = number_in(answer)
    assert post(client, "/admin/bulk-runs/run/", id=str(run)).status_code == 302
    return run


def number_in(answer: Any) -> int:
    assert answer.status_code == 302, reading.refused(answer.text)
    return int(reading.asked(answer.location)["id"])


def team_in(form: str) -> str:
    """The team that the form proposes."""
    return reading.chosen(reading.one(reading.page(form), "#team"))


def test_undo_shows_what_it_will_do_and_then_puts_the_rows_back(
    app: Flask,
    records: Records,
    now: datetime.datetime,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client = sign_in("clerk")
    run = do_bulk(client, post, records.team, records.tickets[1:4])
    page = client.get(f"/admin/bulk-runs/details/?id={run}").text
    assert "possible until 2026-11-18 10:10:00" in page
    undoing = number_in(post(client, "/admin/bulk-runs/undo/", id=str(run)))
    preview = client.get(f"/admin/bulk-runs/details/?id={undoing}").text
    assert "3 rows will change" in preview
    assert look.get_one(Ticket, records.tickets[1]).status is TicketStatus.DISPATCHED
    assert post(client, "/admin/bulk-runs/run/", id=str(undoing)).status_code == 302
    look.rollback()
    look.expire_all()
    assert look.get_one(Ticket, records.tickets[1]).status is TicketStatus.RECEIVED
    done = client.get(f"/admin/bulk-runs/details/?id={run}").text
    assert f"/admin/bulk-runs/details/?id={undoing}" in done
    assert "possible until" not in done
    assert "not undone" in client.get(f"/admin/bulk-runs/details/?id={undoing}").text
    history = client.get(f"/admin/tickets/details/?id={records.tickets[1]}").text
    assert "Undo" in history
    app.config["FRONTDESK_NOW"] = now + datetime.timedelta(minutes=11)
    again = do_bulk(client, post, records.team, records.tickets[1:4], key=KEY + "2")
    app.config["FRONTDESK_NOW"] = now + datetime.timedelta(minutes=22)
    late = client.get(f"/admin/bulk-runs/details/?id={again}").text
    assert "can be undone for 10 minutes" in late
    assert post(client, "/admin/bulk-runs/undo/", id=str(again)).status_code == 409


def test_somebody_elses_run_is_not_there_to_be_undone_or_tried_again(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    run = do_bulk(sign_in("clerk"), post, records.team, records.tickets[:3])
    other = sign_in("supervisor")
    assert post(other, "/admin/bulk-runs/undo/", id=str(run)).status_code == 404
    assert post(other, "/admin/tickets/bulk/dispatch/", again=str(run)).status_code == 404


def test_retry_takes_just_the_rows_left_alone_with_the_same_answers(
    records: Records,
    world: World,
    session: DeskSession,
    look: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client = sign_in("clerk")
    asked = {"stage": "preview", "team": str(records.team), "key": KEY, "visit_until": "2026-11-18T18:30"}
    answer = post(client, "/admin/tickets/bulk/dispatch/", row=[str(row) for row in records.tickets[:4]], **asked)
    changed = session.get_one(Ticket, records.tickets[2])
    tickets.amend(Call(session, world.actor("clerk"), now), [changed], summary="now another").one()
    session.commit()
    run = number_in(answer)
    post(client, "/admin/bulk-runs/run/", id=str(run))
    page = client.get(f"/admin/bulk-runs/details/?id={run}").text
    assert "Retry failed only</button>" not in page
    assert "Retry failed only (2)" in page
    form = post(client, "/admin/tickets/bulk/dispatch/", again=str(run)).text
    assert "2 rows" in form
    assert 'value="2026-11-18 18:30"' in form
    assert team_in(form) == str(records.team)
    retry = number_in(post(client, "/admin/tickets/bulk/dispatch/", **{**asked, "again": str(run), "key": KEY + "2"}))
    items = look.scalars(select(BulkItem.record_id).where(BulkItem.run_id == retry).order_by(BulkItem.record_id))
    assert list(items) == [records.tickets[0], records.tickets[2]]
    post(client, "/admin/bulk-runs/run/", id=str(retry))
    look.rollback()
    look.expire_all()
    assert look.get_one(Ticket, records.tickets[2]).status is TicketStatus.DISPATCHED
    assert post(client, "/admin/tickets/bulk/assign/", again=str(run)).status_code == 404
    assert post(client, "/admin/tickets/bulk/dispatch/", again="x").status_code == 400


def test_a_long_run_says_how_far_it_is_and_goes_on_by_itself(
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
) -> None:
    clerk = world.actor("clerk")
    run = bulk.prepare(
        Call(session, clerk, now),
        estate_id=world.estate.id,
        register="tickets",
        verb="dispatch",
        ids=records.tickets[1:],
        arguments={"team": session.get_one(Team, records.team)},
        key=KEY,
    )
    session.commit()
    assert bulk.run_chunk(Call(session, clerk, now), run, size=2)
    session.commit()
    page = sign_in("clerk").get(f"/admin/bulk-runs/details/?id={run.id}").text
    assert "2 of 5 rows" in page
    assert '<progress class="bulk-progress" max="5" value="2"' in page
    assert 'data-progress-moves-value="true"' in page
    assert session.get_one(BulkRun, run.id).state is BulkState.RUNNING


def test_all_that_match_is_named_with_its_true_number(
    records: Records,
    world: World,
    session: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    make_tickets(session, world, now, 80)
    session.commit()
    page = post(sign_in("clerk"), "/admin/tickets/bulk/dispatch/", all="1", query="flt_status=received").text
    assert "85 rows" in page


def test_a_mixed_selection_goes_to_each_tickets_own_team_and_the_preview_says_what_changes__DSP_11(
    records: Records,
    world: World,
    session: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    engineering, cleaning = (world.teams[name] for name in (Department.ENGINEERING, Department.HOUSEKEEPING))
    teams = {"pipes": engineering, "stairs": cleaning}
    for code, team in teams.items():
        session.add(Category(estate_id=world.estate.id, register="tickets", code=code, name=code, team_id=team.id))
    session.flush()
    ids = {row.code: row.id for row in session.scalars(select(Category).where(Category.code.in_(teams)))}
    pipe, stair, nobodys = records.tickets[1:4]
    for number, category in ((pipe, ids["pipes"]), (stair, ids["stairs"]), (nobodys, None)):
        ticket = session.get_one(Ticket, number)
        ticket.category_id, ticket.team_id = category, None
    names, expected = (engineering.name, cleaning.name), (engineering.id, cleaning.id, None)
    summaries = [session.get_one(Ticket, number).summary for number in (pipe, stair, nobodys)]
    session.commit()
    client, rows = sign_in("clerk"), [str(pipe), str(stair), str(nobodys)]
    form = post(client, "/admin/tickets/bulk/dispatch/", row=rows).text
    assert team_in(form) == "__none__"
    sent = {"stage": "preview", "team": "", "key": KEY, "row": rows}
    run = number_in(post(client, "/admin/tickets/bulk/dispatch/", **sent))
    page = reading.page(client.get(f"/admin/bulk-runs/details/?id={run}"))
    told = [reading.columns(row) for row in reading.rows(page)]
    assert [summary in row["About"] for row, summary in zip(told, summaries, strict=True)] == [True, True, True]
    for row, name in zip(told, names, strict=False):
        assert f"Team: {name}" in row["Changes"]
        assert "Status: received → dispatched" in row["Changes"]
    assert (told[2]["Changes"], "DSP-11" in told[2]["Reason"]) == ("", True)
    assert post(client, "/admin/bulk-runs/run/", id=str(run)).status_code == 302
    session.expire_all()
    assert tuple(session.get_one(Ticket, number).team_id for number in (pipe, stair, nobodys)) == expected


def test_a_bulk_step_that_there_is_not_has_no_page(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("clerk")
    for address in ("tickets/bulk/comment/", "tickets/bulk/nothing/", "units/bulk/dispatch/"):
        assert client.get(f"/admin/{address}").status_code == 404, address
        assert post(client, f"/admin/{address}", row=[str(records.tickets[1])]).status_code == 404, address


def test_each_register_with_a_bulk_verb_says_what_its_rows_are_about() -> None:
    assert {each.register for each in everything() if each.bulk and not each.model.beside} <= set(ABOUT)


def test_one_team_that_all_have_is_offered_for_all_of_them__DSP_11(
    records: Records, session: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    for number in records.tickets[1:3]:
        session.get_one(Ticket, number).team_id = records.team
    session.commit()
    form = post(sign_in("clerk"), "/admin/tickets/bulk/dispatch/", row=[str(row) for row in records.tickets[1:3]]).text
    assert team_in(form) == str(records.team)
