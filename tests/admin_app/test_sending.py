"""What leaves the house: by whichever way a person chose, each message once, and how it ended is known (NOT-2)."""

import dataclasses
import datetime
import os
import signal
import subprocess
import sys
import time

import apprise
import pytest
from sqlalchemy import delete, func, select

from admin_app.sending import Sender, judged
from models.call import Call
from models.operations import contacts, outbox, tickets
from models.outbox import Outgoing, SendStatus, Way, WayOut, WhyNot
from models.staff import StaffContact
from models.told import Told, ToldKind, Watcher
from tests.admin_app.receiver import receiving
from tests.guards_off import guards_off
from tests.marks import EVERYTHING, only_sqlite
from tests.operations.walks import ticket_draft

HOUR = datetime.timedelta(hours=1)
PHONE = "13912345678"


@pytest.fixture
def watched(world, now):
    """``watched(3)``: the supervisor watches a ticket, wants text messages, and so many entries are added to it."""

    def add(number):
        session, supervisor = world.session, world.person("supervisor")
        admin = Call(session, world.actor("admin"), now)
        contacts.register(admin, [contacts.ContactDraft(PHONE, staff_id=supervisor.id)]).all()
        own = Call(session, world.actor("supervisor"), now)
        outbox.choose(own, way=Way.SMS, address=PHONE, kinds=[ToldKind.WATCHED])
        clerk = Call(session, world.actor("clerk"), now)
        (ticket,) = tickets.register(clerk, [ticket_draft(world, summary="厨房漏水")]).all()
        tickets.watch(own, [ticket]).one()
        for place in range(number):
            tickets.comment(clerk, [ticket], body=f"第{place}条").one()
        session.commit()
        return ticket

    return add


@pytest.fixture
def sender(app, config):
    """``sender(port)``: what sends to the receiver there."""
    opened = app.extensions["frontdesk_database"]
    return lambda port: Sender(opened, dataclasses.replace(config, sms_url=f"json://127.0.0.1:{port}/sms"))


def ended(session):
    """How many messages are in each state."""
    found = session.execute(select(Outgoing.status, func.count()).group_by(Outgoing.status)).all()
    session.rollback()
    return {row[0].value: row[1] for row in found}


def always():
    return True


def test_what_concerns_somebody_reaches_the_phone_in_the_own_language_with_what_may_be_read__NOT_2(
    world, watched, sender, now
):
    ticket = watched(1)
    number = ticket.number
    world.session.rollback()
    with receiving() as receiver:
        sender(receiver.port).turn(now, always)
        sender(receiver.port).turn(now + HOUR, always)
    (message,) = receiver.received
    assert (message["phone"], message["title"]) == (PHONE, f"关注的报事有进展 · {number} · 1-101")
    sentence, key = message["message"].split("\n")
    assert (sentence, key) == ("厨房漏水", f"消息编号 {message['id']}")
    assert ended(world.session) == {"sent": 1}


def test_who_may_read_it_no_more_gets_its_number_alone__RES_4(world, watched, sender, now):
    number = watched(1).number
    world.session.execute(delete(Watcher))
    technician = world.person("technician")
    told = world.session.scalars(select(Told).where(Told.kind == ToldKind.WATCHED)).one()
    with guards_off(world.session.connection()):
        world.session.scalars(select(Outgoing)).one().staff_id = technician.id
        told.staff_id = technician.id
        world.session.flush()
    contacts.register(
        Call(world.session, world.actor("admin"), now), [contacts.ContactDraft(PHONE, staff_id=technician.id)]
    ).all()
    world.session.commit()
    with receiving() as receiver:
        sender(receiver.port).turn(now, always)
    (message,) = receiver.received
    assert (message["title"], message["message"]) == (f"关注的报事有进展 · {number}", f"消息编号 {message['id']}")


@pytest.mark.parametrize("lost", ["way", "number", "record", "account", "taken back"])
def test_what_nobody_wants_or_may_get_any_more_is_not_sent(world, watched, sender, now, lost):
    watched(1)
    session, own = world.session, Call(world.session, world.actor("supervisor"), now)
    if lost == "way":
        outbox.drop(own, session.scalars(select(WayOut)).all()).one()
    elif lost == "number":
        session.execute(delete(StaffContact))
    elif lost == "record":
        session.execute(delete(Told))
    elif lost == "account":
        world.person("supervisor").disabled_at = now
    else:
        session.scalars(select(Told).where(Told.kind == ToldKind.WATCHED)).one().withdrawn_at = now
    session.commit()
    with receiving() as receiver:
        sender(receiver.port).turn(now, always)
    assert (receiver.received, ended(session)) == ([], {"withdrawn": 1})


def test_of_many_each_is_sent_once_or_it_is_known_why_not_however_the_sender_ends__NOT_2(world, watched, sender, now):
    watched(40)
    opened = world.session
    with receiving(seed=7, refuses=0.3, goes_silent=0.1) as receiver:
        here = sender(receiver.port)
        lost = []
        for ends in (
            "before",
            "after",
        ):  # a process that is killed before it sends, or before it wrote the answer
            letter = outbox.take(opened, now)
            opened.commit()
            assert letter is not None
            lost.append(letter.id)
            if ends == "after":
                here.send(letter)
        for turn in range(12):
            here.turn(now + turn * HOUR, always)
        keys = {row.key: row for row in opened.scalars(select(Outgoing))}
        assert len(receiver.ids) == len(set(receiver.ids)), "none twice"
        assert receiver.refused > 0
    assert {row.status.value for row in keys.values()} <= {"sent", "unsure", "failed"}
    assert {row.id for row in keys.values() if row.reason is WhyNot.UNANSWERED} > set(lost)
    for key, row in keys.items():
        if row.status is SendStatus.SENT:
            assert key in receiver.ids
        elif row.status is SendStatus.FAILED:
            assert (key in receiver.ids, row.reason, row.answer) == (False, WhyNot.REFUSED, 503)
    assert set(receiver.ids) <= set(keys)


def test_what_is_refused_waits_longer_each_time_and_fails_for_good_after_eight_attempts(world, watched, sender, now):
    watched(1)
    dues = []
    with receiving(refuses=1.0) as receiver:
        here, at = sender(receiver.port), now
        for _attempt in range(8):
            here.turn(at - datetime.timedelta(seconds=1), always)
            here.turn(at, always)
            row = world.session.scalars(select(Outgoing)).one()
            dues.append(int((row.due_at - at).total_seconds() // 60))
            at = row.due_at
            world.session.rollback()
        assert receiver.refused == 8, "none before its time"
    assert dues[:7] == [1, 2, 4, 8, 16, 32, 60]
    row = world.session.scalars(select(Outgoing)).one()
    assert (row.status, row.reason, row.answer, row.attempts) == (SendStatus.FAILED, WhyNot.REFUSED, 503, 8)


def test_a_server_without_such_a_way_says_so_at_once_and_stops_nothing(world, watched, app, config, now):
    watched(2)
    Sender(app.extensions["frontdesk_database"], config).turn(now, always)
    assert ended(world.session) == {"failed": 2}
    rows = world.session.scalars(select(Outgoing)).all()
    assert {(row.reason, row.attempts) for row in rows} == {(WhyNot.NO_SUCH_WAY, 1)}


def test_where_nobody_listens_it_is_tried_again(world, watched, sender, now):
    watched(1)
    with receiving() as receiver:
        port = receiver.port
    sender(port).turn(now, always)
    row = world.session.scalars(select(Outgoing)).one()
    assert (row.status, row.reason, row.attempts) == (SendStatus.WAITING, WhyNot.UNREACHABLE, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Failed to send JSON POST notification: Forbidden, error=403.", (SendStatus.FAILED, WhyNot.REFUSED, 403)),
        ("Feishu rejected our notification: code=400 msg=x", (SendStatus.FAILED, WhyNot.REFUSED, 400)),
        ("Socket Exception: (535, b'5.7.8 Username not accepted')", (SendStatus.FAILED, WhyNot.REFUSED, 535)),
        ("error=504.", (SendStatus.UNSURE, WhyNot.UNANSWERED, 504)),
        ("Socket Exception: [Errno 111] Connection refused", (SendStatus.FAILED, WhyNot.UNREACHABLE, None)),
        ("Socket Exception: Read timed out. (read timeout=4.0)", (SendStatus.UNSURE, WhyNot.UNANSWERED, None)),
        ("something nobody thought of", (SendStatus.UNSURE, WhyNot.UNANSWERED, None)),
        ("", (SendStatus.UNSURE, WhyNot.UNANSWERED, None)),
    ],
)
def test_what_is_not_sure_to_have_failed_was_perhaps_sent(words, expected):
    assert judged(words) == expected


@only_sqlite
def test_each_way_is_an_address_that_apprise_knows(app, config):
    of_mail = dataclasses.replace(config, mail_url="mailtos://me:secret@smtp.example.org?from=desk@example.org")
    sender = Sender(app.extensions["frontdesk_database"], of_mail)
    addresses = {
        Way.MAIL: "lin@example.org",
        Way.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7a1c-4bc4-97a0-0ec2b1fa5aaa",
        Way.DINGTALK: f"https://oapi.dingtalk.com/robot/send?access_token={'a1' * 32}",
        Way.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    }
    known = {}
    for way, address in addresses.items():
        letter = outbox.Letter(1, "k", way, address, "en", ToldKind.CHASED, "tickets", 1)
        plugin = apprise.Apprise.instantiate(sender.address(letter) or "")
        known[way] = type(plugin).__name__
    assert known == {
        Way.MAIL: "NotifyEmail",
        Way.WECOM: "NotifyWeComBot",
        Way.DINGTALK: "NotifyDingTalk",
        Way.FEISHU: "NotifyFeishu",
    }


@pytest.mark.skipif(not EVERYTHING, reason="a killed process keeps its lease for twenty seconds: make soak")
def test_however_often_the_process_is_killed_no_message_arrives_twice__NOT_2(world, watched, environment, database_url):
    watched(400)
    environment(database_url)
    with receiving(seed=11, refuses=0.3) as receiver:
        os.environ["FRONTDESK_SMS_URL"] = f"json://127.0.0.1:{receiver.port}/sms"
        try:
            for turn in range(5):
                command = [sys.executable, "-m", "admin_app.cli", "work"]
                with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
                    assert process.stderr is not None
                    process.stderr.readline()
                    before = len(receiver.received) + receiver.refused
                    while len(receiver.received) + receiver.refused < before + 3 + 5 * turn and process.poll() is None:
                        time.sleep(0.01)
                    process.send_signal(signal.SIGKILL)
        finally:
            del os.environ["FRONTDESK_SMS_URL"]
    assert len(receiver.ids) == len(set(receiver.ids))
    assert set(receiver.ids) <= set(world.session.scalars(select(Outgoing.key)))
