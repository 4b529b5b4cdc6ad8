"""A technician's evening on a phone: taps are counted, and what the network loses is not lost."""

import datetime
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from models.matters import Severity
from models.session import DeskSession
from models.tickets import Acceptance, Ticket, TicketStatus, WaitingReason
from tests.e2e.conftest import SIZES
from tests.e2e.test_gate import without_obstacles
from tests.factories import World
from tests.marks import only_sqlite
from tests.operations import walks

Say = Callable[[str], str]
MINUTE = datetime.timedelta(minutes=1)
MOST_TAPS = 6
SCREENS_FOR_TWENTY = 1.5


def job(world: World, now: datetime.datetime, **columns: object) -> Ticket:
    """A job of the technician, dispatched to them."""
    ticket = walks.ticket_in(world, TicketStatus.DISPATCHED, now, severity=Severity.ORDINARY, **columns)
    walks.do(world, "assign", ticket, now, by="lead", assignee=world.person("technician")).one()
    return ticket


class Thumb:
    """Taps what is on the page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        """One tap, and what comes of it."""
        self.taps += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def thumb(person: Callable[..., Page]) -> Callable[[], Thumb]:
    """The technician's thumb, on the first page."""

    def opened() -> Thumb:
        page = person("technician", size="phone")
        page.goto("/admin/")
        page.wait_for_load_state("networkidle")
        return Thumb(page)

    return opened


@only_sqlite
def test_six_taps_lead_from_the_job_to_done__DSP_4_DSP_5_JOB_5(
    thumb: Callable[[], Thumb], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    ticket = job(world, now - MINUTE)
    session.commit()
    hand = thumb()
    hand.tap(".next-job .btn-primary")  # accepted
    hand.tap(".next-job .btn-primary")  # there
    hand.tap(".next-job .btn-primary")  # to the form
    hand.tap(".step-phrases button")
    hand.tap("[name=acceptance][value=signed]")
    hand.tap(".form-actions [type=submit]")
    assert hand.page.url.endswith("/admin/")
    session.refresh(ticket)
    assert (ticket.status, ticket.acceptance) == (TicketStatus.DONE, Acceptance.SIGNED)
    assert ticket.result
    assert hand.taps <= MOST_TAPS


@only_sqlite
def test_nobody_home_and_a_new_appointment_are_two_taps__DSP_8(
    thumb: Callable[[], Thumb], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    ticket = job(world, now - MINUTE)
    session.commit()
    hand = thumb()
    hand.tap(".next-job-absent summary")
    hand.tap(".next-job-absent button")
    session.refresh(ticket)
    assert (ticket.status, ticket.waiting_reason) == (TicketStatus.WAITING, WaitingReason.RESIDENT_ABSENT)
    assert ticket.visit_from is not None
    assert ticket.visit_from > now
    assert ticket.waiting_note
    assert hand.taps == 1 + 1


@only_sqlite
def test_twenty_jobs_stand_on_one_and_a_half_screens(
    thumb: Callable[[], Thumb], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    numbers = [job(world, now - MINUTE, summary=f"卫生间马桶水箱一直流水，第 {place} 处").number for place in range(20)]
    session.commit()
    page = thumb().page
    bottoms = page.evaluate(
        "numbers => numbers.map((one) => document.getElementById(`row-${one}`).getBoundingClientRect().bottom)", numbers
    )
    assert max(bottoms) + page.evaluate("window.scrollY") <= SCREENS_FOR_TWENTY * 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@only_sqlite
def test_several_jobs_are_accepted_together__DSP_4(
    thumb: Callable[[], Thumb], say: Say, session: DeskSession, world: World, now: datetime.datetime
) -> None:
    jobs = [job(world, now - MINUTE, summary=f"灯坏了 {place}") for place in range(3)]
    session.commit()
    hand = thumb()
    hand.tap(f"#row-{jobs[0].number} [name=row]")
    hand.tap(f"#row-{jobs[2].number} [name=row]")
    hand.tap("#accept-chosen button")
    hand.tap("main form button.btn-primary")
    expect(hand.page.locator("main")).to_contain_text(jobs[0].number)
    for ticket in jobs:
        session.refresh(ticket)
    taken = [ticket.status is TicketStatus.ACCEPTED for ticket in jobs]
    assert taken == [True, False, True]


@only_sqlite
def test_what_cannot_be_sent_stays_and_the_page_says_so(
    thumb: Callable[[], Thumb], say: Say, session: DeskSession, world: World, now: datetime.datetime
) -> None:
    ticket = job(world, now - MINUTE)
    for verb in ("accept", "start"):
        walks.do(world, verb, ticket, now - MINUTE).one()
    session.commit()
    hand = thumb()
    hand.tap(".next-job .btn-primary")
    result = hand.page.locator("#result")
    result.fill("换了阀芯，试水十分钟")
    hand.page.locator("[name=acceptance][value=signed]").check()
    hand.page.context.set_offline(True)
    hand.page.locator(".form-actions [type=submit]").click()
    expect(hand.page.get_by_role("alert")).to_contain_text(say("Not sent yet."))
    expect(result).to_have_value("换了阀芯，试水十分钟")
    hand.page.context.set_offline(False)
    hand.tap(".form-actions [type=submit]")
    session.refresh(ticket)
    assert (ticket.status, ticket.result) == (TicketStatus.DONE, "换了阀芯，试水十分钟")


@only_sqlite
def test_a_job_is_done_without_scripts__JOB_5(
    person: Callable[..., Page], say: Say, session: DeskSession, world: World, now: datetime.datetime
) -> None:
    ticket = job(world, now - MINUTE)
    session.commit()
    page = person("technician", size="phone", scripts=False)
    page.goto("/admin/")
    for _press in range(3):
        page.locator(".next-job .btn-primary").click()
        page.wait_for_load_state()
    page.locator("#result").fill("已修好")
    page.locator("[name=acceptance][value=signed]").check()
    page.locator(".form-actions").get_by_role("button", name=say("Finish"), exact=True).click()
    session.refresh(ticket)
    assert ticket.status is TicketStatus.DONE


@only_sqlite
@pytest.mark.parametrize("size", sorted(SIZES))
def test_the_technicians_pages_have_no_obstacle__WCAG_2_2_AA(
    size: str, person: Callable[..., Page], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    jobs = [job(world, now - MINUTE, summary=f"灯坏了 {place}") for place in range(3)]
    session.commit()
    page = person("technician", size=size)
    for address in ("/admin/", f"/admin/tickets/step/finish/?id={jobs[0].id}"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        without_obstacles(page, size)
