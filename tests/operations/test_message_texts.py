"""What messages say: rows of each estate that a manager writes; what cannot be read never stops a message (NOT-2)."""

import gettext

import pytest
from sqlalchemy import select

from admin_app.sending import TRANSLATIONS, texts
from models.call import Call
from models.errors import OperationRefused
from models.invariants import broken_invariants
from models.message_texts import COLUMNS, MessageText, built_in, kinds, names_of
from models.operations import outbox, settings
from models.operations.outbox import Letter
from models.outbox import Way
from models.staff import Department
from models.told import ToldKind
from tests.guards_off import guards_off
from tests.models.test_templates import REFUSED
from tests.operations.walks import do, new_ticket

TITLE = "{{ kind }}：{{ number }}{% if room %}（{{ room }}）{% endif %}"
KEY = "0" * 32


@pytest.fixture
def world(rolled_back, now):
    """Both estates have the texts with which an estate begins."""
    system = Call(rolled_back.session, rolled_back.actor("system"), now)
    settings.provide_texts(system, [rolled_back.estate, rolled_back.other])
    return rolled_back


@pytest.fixture
def written(world, now):
    """``written(ToldKind.NEW_JOB, title_zh=…)``: a manager writes that text."""

    def write(kind, **columns):
        query = select(MessageText).where(MessageText.estate_id == world.estate.id, MessageText.kind == kind)
        row = world.session.scalars(query).one()
        return settings.amend_texts(Call(world.session, world.actor("manager"), now), [row], **columns).one()

    return write


@pytest.fixture
def letter(world, now):
    """``letter()``: what the technician, who was given a job, is sent of it."""

    def send(way=Way.MAIL, address="wang@example.org"):
        own = Call(world.session, world.actor("technician"), now)
        outbox.choose(own, way=way, address=address, kinds=[ToldKind.NEW_JOB])
        team, handler = world.teams[Department.ENGINEERING], world.person("technician")
        ticket = new_ticket(world, now, reporter_name="王女士", reporter_phone="13912345678")
        do(world, "dispatch", ticket, now, assignee=handler, team=team).one()
        found = outbox.take(world.session, now)
        assert found is not None
        return found

    return send


def test_a_changed_text_is_what_is_sent_and_that_of_another_estate_is_not__NOT_2(world, now, written, letter):
    written(ToldKind.NEW_JOB, title_zh=TITLE, body_zh="{{ sentence }}\n\n{{ link }}\n{{ reporter }} {{ phone }}")
    theirs = world.session.scalars(
        select(MessageText).where(MessageText.estate_id == world.other.id, MessageText.kind == ToldKind.NEW_JOB)
    ).one()
    with guards_off(world.session.connection()):
        theirs.title_zh = "别处"
        world.session.flush()
    sent = letter()
    assert texts(sent, None) == (f"新工单：{sent.values['number']}（1-101）", "厨房漏水\n王女士 13912345678")
    assert texts(sent, "https://desk.example.org")[1].split("\n")[1] == (
        f"https://desk.example.org/admin/tickets/details/?id={sent.record_id}"
    )


def test_a_robot_of_a_group_is_told_no_number__RES_4(written, letter):
    written(ToldKind.NEW_JOB, body_zh="{{ phone }}")
    robot = letter(
        Way.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7a1c-4bc4-97a0-0ec2b1fa5aaa"
    )
    assert texts(robot, None)[1] == "139****5678"


def test_who_may_read_a_record_and_not_call_is_told_a_masked_number__RES_4(world, now, written):
    written(ToldKind.ESCALATED, body_zh="{{ reporter }} {{ phone }}")
    lead = Call(world.session, world.actor("lead"), now)
    outbox.choose(lead, way=Way.MAIL, address="li@example.org", kinds=[ToldKind.ESCALATED])
    ticket = new_ticket(world, now, reporter_name="王女士", reporter_phone="13912345678")
    do(world, "dispatch", ticket, now, team=world.teams[Department.ENGINEERING]).one()
    do(world, "escalate", ticket, now, by="clerk", reason="要停水").one()
    sent = outbox.take(world.session, now)
    assert sent is not None
    assert texts(sent, None)[1] == "王女士 139****5678"


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_kind_has_a_text_to_begin_with_that_can_be_read_in_both_languages__NOT_2(language):
    say = gettext.translation("messages", TRANSLATIONS, [language], fallback=True).gettext
    for kind in kinds():
        values = {name: f"<{name}>" for name in names_of(kind).values}
        sent = Letter(1, KEY, Way.SMS, "13912345678", language, kind, "tickets", 1, values, built_in(kind))
        title, body = outbox.written(sent, say, "<link>")
        if isinstance(kind, ToldKind):
            assert title == f"{say(kind.label)} · <number> · <room>"
            assert body.split("\n") == [
                "<sentence>",
                "<link>",
                f"{'Message' if language == 'en' else '消息编号'} {KEY}",
            ]
        else:
            assert title.endswith(" <number>"), kind
            assert body.split("\n")[1:] == (
                ["Phone <desk_phone>", "Front desk, <estate>"]
                if language == "en"
                else ["客服电话 <desk_phone>", "<estate>客服前台"]
            )


def test_what_is_no_text_is_refused_when_it_is_saved_and_nothing_is_changed__NOT_2(world, written):
    versions = select(MessageText.version).order_by(MessageText.id)
    before = world.session.scalars(versions).all()
    for attack in REFUSED:
        with pytest.raises(OperationRefused) as refusal:
            written(ToldKind.NEW_JOB, body_en=f"{attack} ")
        assert (refusal.value.rule, refusal.value.field) == ("NOT-2", "body_en")
    assert world.session.scalars(versions).all() == before


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"title_zh": "字" * 121}, "at most 120"),
        ({"body_en": "a" * 501}, "at most 500"),
        ({"title_en": " "}, "Write down"),
        ({"body_zh": "{% for line in lines %}{% endfor %}"}, "there is no “lines”"),
    ],
)
def test_what_would_never_go_out_whole_is_refused__NOT_2(written, columns, words):
    with pytest.raises(OperationRefused, match=words):
        written(ToldKind.NEW_JOB, **columns)


def test_a_row_that_another_program_spoilt_is_named_and_the_built_in_text_is_sent__NOT_2(world, written, letter):
    row = written(ToldKind.NEW_JOB, title_zh=TITLE)
    assert list(broken_invariants(world.session)) == []
    row.body_zh = "{{ number.__class__ }}"
    world.session.flush()
    (line,) = broken_invariants(world.session)
    assert "no “number.__class__”" in line
    assert "body_zh of new_job" in line
    sent = letter()
    number = sent.values["number"]
    assert texts(sent, None) == (f"新工单：{number}（1-101）", f"厨房漏水\n消息编号 {sent.key}")
    world.session.delete(row)
    world.session.flush()
    assert texts(letter(), None)[1].startswith("厨房漏水\n消息编号")


def test_the_built_in_text_is_taken_again_by_the_manager_alone_and_given_to_estates_that_lack_it__NOT_2(
    world, now, written
):
    row = written(ToldKind.CHASED, body_en="{{ number }}")
    (refused,) = settings.reset_texts(Call(world.session, world.actor("supervisor"), now), [row]).refused
    assert refused[1].rule == "ROLE"
    settings.reset_texts(Call(world.session, world.actor("manager"), now), [row]).one()
    assert {name: getattr(row, name) for name in COLUMNS} == built_in(ToldKind.CHASED)
    world.session.delete(row)
    world.session.flush()
    system = Call(world.session, world.actor("system"), now)
    made = settings.provide_texts(system, [world.estate, world.other])
    assert [(text.estate_id, text.kind) for text in made] == [(world.estate.id, ToldKind.CHASED)]
    assert settings.provide_texts(system, [world.estate]) == []
