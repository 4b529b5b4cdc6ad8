"""The page of a text: what may be named, how it reads on a real record, and that looking writes nothing (NOT-2)."""

import pytest
from sqlalchemy import select

from models.call import Call
from models.message_texts import MessageText
from models.operations import outbox, settings, tickets
from models.outbox import Way
from models.staff import Department
from models.told import ToldKind
from tests import reading
from tests.operations.walks import ticket_draft

PREVIEW = {
    "title_zh": "{{ kind }} {{ number }}",
    "body_zh": "{{ phone }}",
    "title_en": "{{ kind }}",
    "body_en": "{{ room }}",
}


@pytest.fixture
def page(world, now):
    """The address of the edit page of the text for new jobs, of an estate that has all."""
    settings.provide_texts(Call(world.session, world.actor("system"), now), [world.estate, world.other])
    mine = MessageText.estate_id == world.estate.id, MessageText.kind == ToldKind.NEW_JOB
    found = world.session.scalars(select(MessageText.id).where(*mine)).one()
    world.session.commit()
    return f"/admin/message-texts/edit/?id={found}"


@pytest.fixture
def job(world, now):
    """``job("technician", "漏水")``: a ticket given to that person, who wants mail of it."""

    def make(who, summary):
        clerk = Call(world.session, world.actor("clerk"), now)
        draft = ticket_draft(world, summary=summary, reporter_name="王女士", reporter_phone="13912345678")
        (ticket,) = tickets.register(clerk, [draft]).all()
        tickets.dispatch(clerk, [ticket], team=world.teams[Department.ENGINEERING], assignee=world.person(who)).one()
        number = ticket.number
        world.session.commit()
        return number

    return make


def letters(answer):
    """Language -> title and text as the preview shows them."""
    shown = reading.page(answer).css(".text-preview article")
    return {each.attributes["lang"]: [reading.words(part) for part in each.css("p")] for each in shown}


def test_a_text_is_shown_on_a_real_record_as_its_receiver_gets_it_and_nothing_is_saved__NOT_2(
    world, page, job, sign_in, post, now
):
    own = Call(world.session, world.actor("technician"), now)
    outbox.choose(own, way=Way.MAIL, address="wang@example.org", kinds=[ToldKind.NEW_JOB])
    first, second = job("technician", "漏水"), job("technician2", "断电")
    manager = sign_in("manager")
    shown = letters(post(manager, page, preview="1", number=first, **PREVIEW))
    assert shown == {"zh-Hans-CN": [f"新工单 {first}", "13912345678"], "en": ["new job", "1-101"]}
    letter = outbox.take(world.session, now)
    assert letter is not None
    sent = outbox.Letter(**{**vars(letter), "text": PREVIEW})
    assert list(outbox.written(sent, lambda _label: "新工单", "")) == shown["zh-Hans-CN"]
    world.session.rollback()
    assert letters(post(manager, page, preview="1", **PREVIEW))["zh-Hans-CN"][0] == f"新工单 {second}"
    assert (
        "There is no record R000000-000 here" in post(manager, page, preview="1", number="R000000-000", **PREVIEW).text
    )
    refused = post(manager, page, preview="1", **{**PREVIEW, "body_en": "{{ number() }}"})
    assert (refused.status_code, "not allowed here: a call" in refused.text) == (409, True)
    texts = world.session.scalars(select(MessageText).where(MessageText.kind == ToldKind.NEW_JOB)).all()
    assert {(text.version, text.body_en) for text in texts} == {(1, "{{ sentence }}\n{{ link }}\nMessage {{ key }}")}


def test_a_text_is_written_here_and_another_estate_keeps_its_own__NOT_2(world, page, sign_in, post):
    manager, number = sign_in("manager"), page.rpartition("=")[2]
    assert "{{ desk_phone }}" in reading.page(manager.get(page)).text()
    assert post(manager, page, version="1", **PREVIEW).status_code == 302
    found = {
        text.estate_id: text.body_zh for text in world.session.scalars(select(MessageText)) if text.kind == "new_job"
    }
    assert (found[world.estate.id], found[world.other.id][:14]) == ("{{ phone }}", "{{ sentence }}")
    world.session.rollback()
    for who, status in (("clerk", 403), ("auditor", 403), ("stranger", 403)):
        assert post(sign_in(who), page, preview="1", **PREVIEW).status_code == status, who
    assert post(manager, f"/admin/message-texts/step/reset/?id={number}", version="2").status_code == 302
    assert (
        world.session.scalars(select(MessageText).where(MessageText.id == int(number))).one().title_en[:10]
        == "{{ kind }}"
    )


def test_a_text_that_cannot_be_sent_is_named_on_its_page_and_in_the_outbox__NOT_2(world, page, sign_in):
    text = world.session.get_one(MessageText, int(page.rpartition("=")[2]))
    text.body_en = "{{ number | upper }}"
    world.session.commit()
    manager = sign_in("manager")
    for address in (page, "/admin/outbox/"):
        shown = reading.one(reading.page(manager.get(address)), ".alert-warning")
        assert "the filter “upper” is not allowed" in reading.words(shown), address
