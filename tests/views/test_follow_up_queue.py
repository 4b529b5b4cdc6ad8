"""The follow-up queue: the next call with what it needs, its outcome recorded right there, then the next."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.call import Call
from models.follow_ups import AttemptOutcome, FollowUp, FollowUpStatus
from models.matters import CommentKind
from models.operations import tickets
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.records import finish_ticket, make_tickets
from tests.views.test_lists import statements
from tests.views.test_statements import asked

MARKS = ("quality", "timeliness", "attitude")
QUEUE = "/admin/follow-ups/queue/"
HOUR = datetime.timedelta(hours=1)


def make(session: DeskSession, world: World, now: datetime.datetime) -> list[int]:
    """Three finished jobs of the clerk whose calls are to be made; their numbers."""
    made = make_tickets(session, world, now - 9 * HOUR, 3)
    for place, job in enumerate(made):
        finish_ticket(session, world, job, now - (8 - place) * HOUR)
    tickets.comment(
        Call(session, world.actor("clerk"), now - HOUR), [made[0]], kind=CommentKind.REPLY, body="答应周三前回话"
    ).one()
    return [job.number for job in made]


MAKE = make


@pytest.fixture
def jobs(here: list[int]) -> list[int]:
    """The numbers of these jobs."""
    return here


def shown(page: str) -> str | None:
    """The number of the matter whose call is shown."""
    told = reading.facts(reading.page(page))
    return told["Matter"].split()[0] if "Matter" in told else None


def form_of(page: str) -> dict[str, str]:
    """Where the form of the call goes and which version it was made of."""
    form = reading.one(reading.page(page), "form[action*='/record/']")
    return {
        "call": reading.asked(form.attributes["action"] or "")["call"],
        "version": reading.value_of(form, "version"),
    }


def calls(look: DeskSession) -> list[FollowUp]:
    found = list(look.scalars(select(FollowUp).order_by(FollowUp.id).execution_options(populate_existing=True)))
    look.expunge_all()  # otherwise they would be read again, in a transaction that stays open
    look.rollback()
    return found


def test_the_next_call_comes_with_all_it_needs__FUP_1(jobs: list[str], sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in("clerk").get(QUEUE).text
    assert shown(page) == jobs[0]
    for text in ("张女士", "13812345678", "1-101", "换了垫片", "王强", "答应周三前回话"):
        assert text in page
    assert "mine <strong>3" in page


def test_after_saving_comes_the_next_one__FUP_2(
    jobs: list[str], look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    for place, number in enumerate(jobs):
        page = clerk.get(QUEUE).text
        assert shown(page) == number
        form = form_of(page)
        given = {"outcome": "satisfied", "way": "phone", "words": "很好", "version": form["version"]}
        given |= dict.fromkeys(MARKS, "5")
        answer = post(clerk, f"{QUEUE}record/?call={form['call']}", **given)
        assert (answer.status_code, answer.location) == (302, QUEUE)
        assert calls(look)[place].quality == 5
    assert "All your calls" in clerk.get(QUEUE).text or "Every finished job" in clerk.get(QUEUE).text
    assert {call.status for call in calls(look)} == {FollowUpStatus.SATISFIED}


def test_who_was_not_reached_is_tried_again_on_another_day__FUP_3(
    jobs: list[str], look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    form = form_of(clerk.get(QUEUE).text)
    answer = post(clerk, f"{QUEUE}record/?call={form['call']}", outcome="not_reached", way="phone")
    assert answer.status_code == 302
    page = clerk.get(QUEUE).text
    assert (shown(page), "tried today: 1" in page) == (jobs[1], True)
    assert calls(look)[0].attempts == 1


def test_a_refusal_loses_nothing_that_was_typed__FUP_3(
    jobs: list[str], look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    form = form_of(clerk.get(QUEUE).text)
    address = f"{QUEUE}record/?call={form['call']}"
    for given, status, text in (
        ({"outcome": "not_satisfied", "way": "visit", **dict.fromkeys(MARKS, "2")}, 409, "FUP-3"),
        ({"outcome": "satisfied", "way": "visit", "quality": "2"}, 409, "Timeliness"),
        ({"outcome": "not_reached", "way": "visit", "quality": "2"}, 409, "FUP-2"),
        ({"outcome": "satisfied", "way": "visit", "quality": "7", "words": "<b>好</b>"}, 400, "&lt;b&gt;好"),
        *(({"outcome": "satisfied", "way": "visit", mark: "6"}, 400, "5") for mark in MARKS),
        *(({"outcome": "satisfied", "way": "visit", mark: "0"}, 400, "5") for mark in MARKS),
        ({"way": "visit", "words": "还没说"}, 400, "还没说"),
        ({"outcome": "satisfied", "way": "visit", "version": "77", "words": "旧页"}, 409, "旧页"),
    ):
        refused = post(clerk, address, **given)
        assert (refused.status_code, text in refused.text, shown(refused.text)) == (status, True, jobs[0]), given
        assert reading.ticked(reading.page(refused.text), "way") == ["visit"]
    assert all(call.status is FollowUpStatus.SCHEDULED and not call.attempts for call in calls(look))


def test_a_call_can_be_skipped_and_comes_again_at_the_end(jobs: list[str], sign_in: Callable[..., FlaskClient]) -> None:
    clerk = sign_in("clerk")
    seen, address = [], QUEUE
    for _turn in range(4):
        page = clerk.get(address).text
        seen.append(shown(page))
        address = reading.one(reading.page(page), "a[href*='skipped=']").attributes["href"] or ""
    assert seen == [*jobs, jobs[0]]


def test_a_call_put_off_comes_up_at_its_time__FUP_5(
    jobs: list[str],
    look: DeskSession,
    now: datetime.datetime,
    app: Any,
    sign_in: Callable[..., FlaskClient],
    post: Any,
) -> None:
    clerk = sign_in("clerk")
    form = form_of(clerk.get(QUEUE).text)
    address = f"{QUEUE}later/?call={form['call']}"
    assert post(clerk, address, preferred_time="2026-11-18T09:30").status_code == 400
    assert post(clerk, address).status_code == 400
    assert post(clerk, address, preferred_time="2026-11-18T18:30").status_code == 302
    assert calls(look)[0].preferred_time == now + 8.5 * HOUR
    page = clerk.get(QUEUE).text
    assert (shown(page), "waiting for their time: 1" in page) == (jobs[1], True)
    app.config["FRONTDESK_NOW"] = now + 9 * HOUR
    page = clerk.get(QUEUE).text
    assert shown(page) == jobs[0]
    assert "mine <strong>3" in page


def test_calls_of_colleagues_are_shown_on_request__FUP_4(jobs: list[str], sign_in: Callable[..., FlaskClient]) -> None:
    colleague = sign_in("clerk2")
    page = colleague.get(QUEUE).text
    assert (shown(page), "3 calls of colleagues are due" in page) == (None, True)
    assert shown(colleague.get(f"{QUEUE}?whose=all").text) == jobs[0]


@pytest.mark.parametrize(("role", "status"), [("technician", 403), ("lead", 403), ("admin", 403), ("auditor", 200)])
def test_only_the_desk_calls__FUP_1(
    role: str, status: int, jobs: list[str], look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    client = sign_in(role)
    page = client.get(f"{QUEUE}?whose=all")
    assert page.status_code == status
    assert "13812345678" not in page.text
    (first, *_rest) = calls(look)
    answer = post(client, f"{QUEUE}record/?call={first.id}", outcome=AttemptOutcome.SATISFIED.value, way="phone")
    assert answer.status_code == 403
    assert post(client, f"{QUEUE}later/?call={first.id}", preferred_time="2026-11-19T18:30").status_code == 403


def test_a_call_that_is_not_there_is_told_so(jobs: list[str], sign_in: Callable[..., FlaskClient], post: Any) -> None:
    clerk = sign_in("clerk")
    assert clerk.get(f"{QUEUE}?call=987654").status_code == 404
    assert clerk.get(f"{QUEUE}?call=x").status_code == 400
    assert clerk.get(f"{QUEUE}?whose=nobody").status_code == 400
    assert clerk.get(f"{QUEUE}?skipped=x").status_code == 400
    assert post(clerk, f"{QUEUE}record/?call=987654", outcome="satisfied", way="phone").status_code == 404
    assert post(clerk, f"{QUEUE}record/", outcome="satisfied", way="phone").status_code == 403


def test_the_list_begins_with_what_is_still_to_be_made(
    jobs: list[str], look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    form = form_of(clerk.get(QUEUE).text)
    marks = dict.fromkeys(MARKS, "5")
    post(clerk, f"{QUEUE}record/?call={form['call']}", outcome="satisfied", way="phone", **marks)
    page = clerk.get("/admin/follow-ups/", follow_redirects=True).text
    assert (jobs[0] in page, jobs[1] in page) == (False, True)
    assert 'href="/admin/follow-ups/?flt_status="' in page
    assert jobs[0] in clerk.get("/admin/follow-ups/?flt_status=").text


def test_a_call_is_shown_with_few_questions(app: Any, jobs: list[str], sign_in: Callable[..., FlaskClient]) -> None:
    clerk = sign_in("clerk")
    with statements(app) as seen:
        clerk.get(QUEUE)
    assert len(asked(seen)) <= 5
