"""The desk's main job as its people do it, in each language: a burst pipe from the call to the signed audit."""

import datetime
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.audits import AuditRun
from models.call import Call
from models.keys import KeyLoan, KeyOrigin
from models.operations import keys
from models.passes import VisitorPass
from models.session import DeskSession
from models.tickets import Ticket, TicketStatus
from tests.factories import World
from tests.marks import only_sqlite

Say = Callable[[str], str]


def press(page: Page, name: str) -> None:
    """Press the one control, button or link, of this name in the page's content."""
    main = page.locator("main")
    control = main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True))
    control.first.click()
    page.wait_for_load_state()


def pick(page: Page, name: str, text: str) -> None:
    """Find *text* in the reference field *name* and take the first that is offered."""
    box = page.locator(f"#{name}-ts-control")
    box.click()
    box.press_sequentially(text)
    page.locator(f"#{name}-ts-dropdown .option", has_text=text).first.click()
    expect(page.locator(f"#{name}-ts-dropdown")).to_be_hidden()


def tick(page: Page, label: str) -> None:
    page.get_by_label(label, exact=True).check()


def open_ticket(page: Page, ticket: Ticket) -> None:
    page.goto(f"/admin/tickets/details/?id={ticket.id}")


@only_sqlite
def test_a_burst_pipe_from_the_call_to_the_close__INT_3_DSP_11_JOB_5_FUP_1_JOB_6(
    person: Callable[..., Page], say: Say, session: DeskSession, world: World
) -> None:
    clerk = person("clerk")
    clerk.goto("/admin/")
    clerk.get_by_role("banner").get_by_role("link", name=say("Register call")).click()
    clerk.locator("#summary").fill("厨房水管爆裂")
    clerk.locator(".more-fields:not([open]) summary").click()  # folded by the script once it is there
    pick(clerk, "unit_id", "1-101")
    clerk.get_by_label(say("Reporter"), exact=True).fill("张")
    clerk.get_by_label(say("Reporter's phone"), exact=True).fill("138 0013 8000")
    tick(clerk, say("Read back and confirmed"))
    press(clerk, say("Save"))
    ticket = session.scalars(select(Ticket)).one()
    session.commit()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text(ticket.number)

    clerk.goto("/admin/tickets/")
    clerk.locator("input[name=row]").check()
    press(clerk, say("Dispatch"))
    clerk.locator("[name=team]").select_option(label=world.teams[next(iter(world.teams))].name)
    press(clerk, say("Preview"))
    expect(clerk.get_by_role("status").first).to_be_visible()
    press(clerk, say("Dispatch"))
    expect(clerk.locator("main")).to_contain_text(ticket.number)

    lead = person("lead")
    open_ticket(lead, ticket)
    press(lead, say("Assign"))
    pick(lead, "assignee", "王强")
    press(lead, say("Assign"))

    technician = person("technician", size="phone")
    technician.goto("/admin/")
    technician.locator(".next-job-what a").click()
    press(technician, say("Accept"))
    if technician.locator("main form").get_by_role("button", name=say("Accept"), exact=True).count():
        press(technician, say("Accept"))
    press(technician, say("Start work"))
    press(technician, say("Finish"))
    technician.get_by_label(say("Result"), exact=False).first.fill("更换软管，试水正常")
    technician.locator("[name=acceptance][value=signed]").check()
    press(technician, say("Finish"))

    open_ticket(clerk, ticket)
    expect(clerk.locator("main")).to_contain_text("JOB-6")
    press(clerk, say("Take slip back"))
    clerk.goto("/admin/follow-ups/")
    clerk.locator("tbody a").first.click()
    press(clerk, say("Record follow-up"))
    clerk.locator("[name=outcome]").select_option("satisfied")
    for mark in ("quality", "timeliness", "attitude"):
        clerk.locator(f"[name={mark}]").fill("5")
    press(clerk, say("Record follow-up"))
    clerk.goto("/admin/tickets/")
    clerk.locator("input[name=row]").check()
    press(clerk, say("Close"))
    if clerk.get_by_role("button", name=say("Preview"), exact=True).count():
        press(clerk, say("Preview"))
    press(clerk, say("Close"))
    session.refresh(ticket)
    assert ticket.status is TicketStatus.CLOSED


@only_sqlite
def test_a_key_is_lent_and_comes_back__KEY_3_KEY_4(
    person: Callable[..., Page], say: Say, session: DeskSession, world: World, now: datetime.datetime
) -> None:
    draft = keys.KeyDraft(world.estate.id, KeyOrigin.ENTRUSTED, "A-1", "S-1", unit_id=world.units[0].id)
    key = keys.register(Call(session, world.actor("clerk"), now), [draft]).one()
    session.commit()
    clerk = person("clerk")
    clerk.goto("/admin/key-loans/")
    press(clerk, say("Lend"))
    clerk.locator(".hook", has_text=key.number).click()
    clerk.locator(".borrower", has_text="张伟").click()
    tick(clerk, say("Identity checked"))
    tick(clerk, say("Signed the register"))
    press(clerk, say("Lend"))
    loan = session.scalars(select(KeyLoan)).one()
    assert loan.returned_at is None
    session.commit()
    clerk.goto(f"/admin/key-loans/details/?id={loan.id}")
    press(clerk, say("Return"))
    if clerk.locator("main form").get_by_role("button", name=say("Return"), exact=True).count():
        press(clerk, say("Return"))
    session.refresh(loan)
    assert loan.returned_at is not None


@only_sqlite
def test_a_visitor_gets_a_pass__PAS_1(person: Callable[..., Page], say: Say, session: DeskSession) -> None:
    clerk = person("clerk")
    clerk.goto("/admin/visitor-passes/")
    press(clerk, say("Issue pass"))
    clerk.locator("[name=holder_name]").fill("李四")
    clerk.locator("[name=organisation]").fill("燃气公司")
    clerk.locator("[name=phone]").fill("13900001111")
    clerk.locator("[name=purpose]").fill("抄表")
    clerk.locator("[name=badge_number]").fill("12")
    pick(clerk, "host_unit_id", "1-101")
    for label in ("Host asked", "Identity checked", "Safety rules told"):
        tick(clerk, say(label))
    press(clerk, say("Issue pass"))
    assert session.scalars(select(VisitorPass)).one().holder_name == "李四"


@only_sqlite
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_day_is_audited_and_signed_off__AUD_1_AUD_3(
    person: Callable[..., Page], say: Say, session: DeskSession, scripts: bool
) -> None:
    supervisor = person("supervisor", scripts=scripts)
    supervisor.goto("/admin/")
    press(supervisor, say("Run daily audit"))
    expect(supervisor).to_have_url(re.compile("/admin/audits/"))
    press(supervisor, say("Sign off"))
    assert session.scalars(select(AuditRun)).one().signed_off_at is not None
