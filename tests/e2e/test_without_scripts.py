"""The desk's main job with JavaScript switched off: slower by hand, but nothing is missing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.audits import AuditRun
from models.bulk import BulkRun
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import RepeatReport
from models.saved_views import ColumnChoice, SavedView
from models.session import DeskSession
from models.tickets import Ticket, TicketStatus
from tests.e2e.test_main_job import press
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records

Person = Callable[..., Page]
Say = Callable[[str], str]


@pytest.fixture
def clerk(records: Records, person: Person) -> Page:
    """A clerk whose browser runs no scripts."""
    return person("clerk", scripts=False)


def find_caller(page: Page, say: Say, text: str) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name=say("Register call")).first.click()
    page.locator("#caller").fill(text)
    press(page, say("Find"))
    page.locator(".found a", has_text=text).first.click()
    expect(page.locator("#about [data-about]")).to_be_visible()


@only_sqlite
def test_a_call_is_taken_and_its_repeat_is_added_to_it__INT_3_INT_6(
    clerk: Page, say: Say, session: DeskSession, world: World
) -> None:
    before = set(session.scalars(select(Ticket.id)))
    session.commit()
    find_caller(clerk, say, "1-201")
    clerk.locator("#summary").fill("客厅的灯不亮了")
    press(clerk, say("Save"))
    expect(clerk).to_have_url(re.compile(r"/details/\?id="))
    (made,) = session.scalars(select(Ticket).where(Ticket.id.not_in(before)))
    assert (made.unit_id, made.resident_id) == (world.units[1].id, world.residents[1].id)
    session.commit()

    find_caller(clerk, say, "1-201")
    clerk.locator("#summary").fill("还是不亮")
    press(clerk, say("Save"))
    expect(clerk.locator("main")).to_contain_text("INT-6")
    expect(clerk.locator("#summary")).to_have_value("还是不亮")
    clerk.locator(f"#same-matter button[value='{made.id}']").click()
    expect(clerk).to_have_url(re.compile(rf"/details/\?id={made.id}$"))
    assert session.scalars(select(RepeatReport.ticket_id)).all() == [made.id]


@only_sqlite
def test_many_are_dispatched_after_a_preview_and_put_back__DSP_11(
    clerk: Page, say: Say, session: DeskSession, records: Records
) -> None:
    clerk.goto("/admin/tickets/?flt_status=received")
    clerk.locator("input[name=all]").check()
    press(clerk, say("Dispatch"))
    clerk.locator("[name=team]").select_option(str(records.team))
    press(clerk, say("Preview"))
    press(clerk, say("Dispatch"))
    assert session.scalars(select(Ticket).where(Ticket.status == TicketStatus.DISPATCHED)).all()
    session.commit()
    clerk.get_by_role("button", name=say("Undo")).click()
    press(clerk, say("Undo"))
    assert not session.scalars(select(Ticket).where(Ticket.status == TicketStatus.DISPATCHED)).all()
    assert len(session.scalars(select(BulkRun)).all()) == 2


@only_sqlite
def test_a_list_is_filtered_its_columns_chosen_and_kept_as_a_view(clerk: Page, say: Say, session: DeskSession) -> None:
    clerk.goto("/admin/tickets/")
    press(clerk, say("Filter"))
    clerk.locator("[name=flt_status]").select_option("received")
    press(clerk, say("Show"))
    expect(clerk.locator("main .chips .chip")).to_have_count(1)
    clerk.locator("details.popup summary").last.click()
    clerk.locator("input[name=column][value=severity]").check()
    press(clerk, say("Show these"))
    expect(clerk.locator("th", has_text=say("Severity"))).to_be_visible()
    clerk.locator("details.popup summary").first.click()
    clerk.locator("#view-name").fill("待派")
    press(clerk, say("Save view"))
    expect(clerk.locator(".view-tabs [aria-current]")).to_have_text("待派")
    assert "severity" in session.scalars(select(ColumnChoice)).one().columns
    assert session.scalars(select(SavedView.name)).all() == ["待派"]


@only_sqlite
def test_a_resident_is_called_back__FUP_1(clerk: Page, say: Say, session: DeskSession) -> None:
    clerk.goto("/admin/follow-ups/queue/")
    call = clerk.locator("main form", has=clerk.locator("[name=outcome]"))
    call.locator("[value=satisfied]").check()
    for mark in ("quality", "timeliness", "attitude"):
        call.locator(f"[name={mark}][value='5']").check()
    call.locator(".btn-primary").click()
    expect(clerk.locator("main .alert").first).to_be_visible()
    assert session.scalars(select(FollowUp.status)).all() == [FollowUpStatus.SATISFIED]


@only_sqlite
def test_overdue_findings_are_explained_and_the_day_is_signed_off__AUD_3(
    records: Records, person: Person, say: Say, session: DeskSession
) -> None:
    supervisor = person("supervisor", scripts=False)
    supervisor.goto(f"/admin/audits/details/?id={records.ids['audits']}")
    boxes = supervisor.locator("input[name=line]")
    if boxes.count():
        for box in boxes.all():
            box.check()
        supervisor.locator("[name=note]").fill("明天上午处理")
        press(supervisor, say("Save"))
    press(supervisor, say("Sign off"))
    assert session.scalars(select(AuditRun)).one().signed_off_at is not None
