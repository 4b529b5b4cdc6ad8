"""By which ways one is told outside, chosen on an own page; what became of each message, for who sends it again."""

import datetime

import pytest
from sqlalchemy import insert, select

from models.call import Call
from models.events import Event
from models.operations import contacts
from models.outbox import Outgoing, SendStatus, Way, WayOut, WhyNot
from models.personal import keyring_of
from models.told import Told, ToldKind
from tests import reading

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7a1c-4bc4-97a0-0ec2b1fa5aaa"
PHONE = "13912345678"


@pytest.fixture
def phoned(world, now):
    """The clerk has one number."""
    admin = Call(world.session, world.actor("admin"), now)
    contacts.register(admin, [contacts.ContactDraft(PHONE, staff_id=world.person("clerk").id)]).all()
    world.session.commit()


def ways(session):
    readable = keyring_of(session).readable
    found = [(row.way, readable(row.address), row.kinds) for row in session.scalars(select(WayOut).order_by(WayOut.id))]
    session.rollback()
    return found


def test_everybody_chooses_the_own_ways_and_sees_them_masked__NOT_2(world, phoned, sign_in, post):
    clerk = sign_in("clerk")
    for said in (
        {"way": "wecom", "address": f" {WECOM} ", "kinds": ["missed", "chased", "nothing"]},
        {"way": "sms", "number": PHONE, "kinds": ["missed"]},
        {"way": "mail", "address": "lin@example.org", "kinds": [kind.value for kind in ToldKind]},
    ):
        assert post(clerk, "/admin/ways/", **said).status_code == 302, said
    assert ways(world.session) == [
        (Way.WECOM, WECOM, ["chased", "missed"]),
        (Way.SMS, PHONE, ["missed"]),
        (Way.MAIL, "lin@example.org", sorted(kind.value for kind in ToldKind)),
    ]
    shown = reading.one(reading.page(clerk.get("/admin/ways/")), ".ways")
    assert [reading.words(head) for head in shown.css(".mention-text")] == [
        "limit missed, chased",
        "limit missed",
        "everything",
    ]
    assert not any(secret in shown.text() for secret in (WECOM, PHONE, "lin@example.org"))
    assert 'href="/admin/ways/"' in clerk.get("/admin/mentions/").text
    assert reading.page(sign_in("clerk2").get("/admin/ways/")).css(".ways") == []
    events = world.session.scalars(select(Event).where(Event.register == "ways_out")).all()
    assert {(row.verb, row.rule) for row in events} == {("choose", "NOT-2")}
    assert not any("example" in str(row.after) for row in events)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"way": "wecom", "address": "http://127.0.0.1/cgi-bin/webhook/send?key=12345678"}, "copy it whole"),
        ({"way": "wecom", "address": WECOM + "&x=1"}, "copy it whole"),
        ({"way": "dingtalk", "address": WECOM}, "gives to a robot"),
        ({"way": "feishu", "address": ""}, "gives to a robot"),
        ({"way": "mail", "address": "lin"}, "no e-mail address"),
        ({"way": "mail", "address": "a@b.cn, c@d.cn"}, "no e-mail address"),
        ({"way": "mail", "address": "a@b.cn\nBcc: c@d.cn"}, "no e-mail address"),
        ({"way": "sms", "number": "13900000000"}, "none of your numbers"),
        ({"way": "mail", "address": "a@b.cn", "kinds": []}, "Choose of what"),
    ],
)
def test_what_is_no_address_of_the_way_is_refused_with_a_sentence__NOT_2(world, phoned, sign_in, post, said, words):
    answer = post(sign_in("clerk"), "/admin/ways/", **{"kinds": ["missed"], **said})
    assert (answer.status_code, words in answer.text) == (400, True)
    assert ways(world.session) == []


def test_ways_are_removed_by_their_own_person_alone_and_are_ten_at_most(world, sign_in, post):
    clerk, other = sign_in("clerk"), sign_in("manager")
    for place in range(11):
        post(clerk, "/admin/ways/", way="mail", address=f"a{place}@b.cn", kinds=["missed"])
    ids = world.session.scalars(select(WayOut.id).order_by(WayOut.id)).all()
    world.session.rollback()
    assert len(ids) == 10
    assert post(other, "/admin/ways/drop/", id=str(ids[0])).status_code == 404
    assert post(clerk, "/admin/ways/drop/", id=str(ids[0])).status_code == 302
    assert world.session.scalars(select(WayOut.id).order_by(WayOut.id)).all() == ids[1:]
    assert post(clerk, "/admin/ways/", way="pigeon", address="a@b.cn", kinds=["missed"]).status_code == 400


@pytest.fixture
def outgoing(world, now):
    """``outgoing("failed", …)``: a message in each of these states, oldest first; their ids."""

    def write(*states):
        session, clerk = world.session, world.person("clerk")
        told = session.scalars(select(Told.id).limit(1)).first() or 0
        here = {"estate_id": world.estate.id, "staff_id": clerk.id, "way_id": 1, "way": Way.MAIL, "told_id": told}
        for place, state in enumerate(states):
            status = SendStatus(state)
            ended = (
                {} if status in Outgoing.open_statuses else {"ended_at": now, "reason": WhyNot.REFUSED, "answer": 550}
            )
            row = {**here, "key": f"k{place}", "status": status, "due_at": now, "attempts": 2, **ended}
            session.execute(insert(Outgoing), [row])
        session.commit()
        found = session.scalars(select(Outgoing.id).order_by(Outgoing.id)).all()
        session.rollback()
        return found

    return write


def test_what_did_not_leave_the_house_is_seen_on_the_desk_and_sent_again_or_let_go__NOT_2(
    world, outgoing, sign_in, post, now
):
    ids = outgoing("sent", "failed", "unsure", "waiting", "failed")
    manager, supervisor = sign_in("manager"), sign_in("supervisor")
    notice = "3 messages did not leave the house"
    assert (notice in manager.get("/admin/").text, notice in supervisor.get("/admin/").text) == (True, False)
    assert supervisor.get("/admin/outbox/").status_code == 403
    rows = reading.page(manager.get("/admin/outbox/")).css("li.mention")
    assert [[reading.words(button) for button in row.css("button")] for row in rows] == [
        ["Send again", "Do not send"],
        ["Do not send"],
        ["Send again", "Do not send"],
        ["Send again", "Do not send"],
        [],
    ]
    assert "the other side refused it (550)" in reading.words(rows[0])
    assert len(reading.page(manager.get("/admin/outbox/?status=failed")).css("li.mention")) == 2
    assert reading.page(sign_in("auditor").get("/admin/outbox/")).css("li.mention button") == []
    for verb, place in (("send_again", 1), ("send_again", 2), ("let_go", 4), ("send_again", 0)):
        assert post(manager, f"/admin/outbox/{verb}/", id=str(ids[place])).status_code == 302
    states = {row.id: (row.status.value, row.attempts) for row in world.session.scalars(select(Outgoing))}
    assert [states[number] for number in ids] == [
        ("sent", 2),
        ("waiting", 0),
        ("waiting", 0),
        ("waiting", 2),
        ("withdrawn", 2),
    ]
    assert {row.due_at for row in world.session.scalars(select(Outgoing))} <= {now, now - datetime.timedelta()}
    assert "did not leave the house" not in manager.get("/admin/").text
    assert post(manager, "/admin/outbox/burn/", id=str(ids[0])).status_code == 404
    assert post(supervisor, "/admin/outbox/let_go/", id=str(ids[3])).status_code == 403
