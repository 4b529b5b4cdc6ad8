"""Residents are told by text message of their own matters and keys, of what they chose, and of nothing else (NOT-2)."""

import datetime
import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from admin_app.sending import texts
from models.call import Call
from models.errors import OperationRefused
from models.events import Event
from models.matters import CommentKind
from models.message_texts import MessageText, names_of, resident_kinds
from models.operations import complaints, contacts, keys, outbox, residents, settings, tickets
from models.operations.residents import WayDraft
from models.outbox import Outgoing, ResidentKind, ResidentWay, SendStatus, Way, WhyNot
from models.residents import Occupancy, ResidentContact
from models.staff import Department
from models.tickets import Acceptance, TicketStatus
from tests.guards_off import guards_off
from tests.operations.bulk_desk import bulk, undo
from tests.operations.key_desk import lend, open_desk, owner_draft
from tests.operations.walks import DAY, HOUR, MINUTE, do, new_complaint, new_ticket, ticket_in

K = ResidentKind
EVERYTHING = tuple(ResidentKind)


@pytest.fixture
def world(rolled_back, now):
    settings.provide_texts(Call(rolled_back.session, rolled_back.actor("system"), now), [rolled_back.estate])
    return rolled_back


@pytest.fixture
def choose(world, now):
    """``choose(0, ResidentKind.DONE)``: that resident wants text messages of these kinds to the one number."""

    def write(place, *kinds, by="clerk", **columns):
        own = select(ResidentContact.id).where(ResidentContact.resident_id == world.residents[place].id)
        contact_id = world.session.scalars(own.order_by(ResidentContact.id).limit(1)).one()
        draft = WayDraft(**({"estate_id": world.estate.id, "contact_id": contact_id, "kinds": kinds} | columns))
        return residents.choose_way(Call(world.session, world.actor(by), now), [draft])

    return write


def mine(world, **columns):
    """A ticket's or complaint's columns that say it is the first resident's."""
    return {"resident_id": world.residents[0].id, "unit_id": world.units[0].id} | columns


def waiting(world):
    query = select(Outgoing).where(Outgoing.resident_id.is_not(None)).order_by(Outgoing.id)
    return [(row.resident_id, row.kind, row.status.value) for row in world.session.scalars(query)]


def next_letter(world, at):
    found = outbox.take(world.session, at)
    assert found is not None
    return found


def kinds_of(world):
    return [kind for _resident, kind, _status in waiting(world)]


def test_each_step_that_concerns_a_resident_tells_what_was_chosen_and_no_other__NOT_2(world, now, choose):
    choose(0, *EVERYTHING).one()
    team, person = world.teams[Department.ENGINEERING], world.person("technician")
    visit = {"visit_from": now + HOUR, "visit_until": now + 2 * HOUR}
    ticket = new_ticket(world, now, **mine(world))
    new_ticket(world, now, place="泵房")
    new_ticket(world, now, **mine(world, resident_id=world.residents[1].id), place="机房")
    do(world, "dispatch", ticket, now + MINUTE, team=team, assignee=person, **visit).one()
    do(world, "reassign", ticket, now + MINUTE, assignee=world.person("technician2"), reason="请假").one()
    do(world, "accept", ticket, now + 2 * MINUTE, taker=world.person("technician2")).one()
    do(world, "start", ticket, now + 3 * MINUTE).one()
    do(world, "finish", ticket, now + 4 * MINUTE).one()
    me = world.residents[0].id
    assert waiting(world) == [(me, K.TAKEN, "waiting"), (me, K.VISIT, "waiting"), (me, K.DONE, "waiting")]
    complaint = new_complaint(world, now, **mine(world))
    for verb in ("assign", "investigate", "propose", "negotiate", "agree", "carry_out"):
        do(world, verb, complaint, now + 5 * MINUTE).one()
    clerk = Call(world.session, world.actor("clerk"), now + 5 * MINUTE)
    complaints.comment(clerk, [complaint], body="内部备注").one()
    complaints.comment(clerk, [complaint], body="已电话告知", kind=CommentKind.REPLY).one()
    assert kinds_of(world)[3:] == [K.TAKEN, K.ANSWERED, K.PROGRESS, K.DONE, K.PROGRESS]


def test_who_reported_what_is_attached_to_an_incident_is_told_when_it_is_done__INT_6(world, now, choose):
    choose(0, K.DONE).one()
    leading, report = new_ticket(world, now, place="泵房"), new_ticket(world, now, **mine(world), place="一楼")
    tickets.attach(Call(world.session, world.actor("clerk"), now), [report], leading=leading).one()
    for verb in ("dispatch", "accept", "start", "finish"):
        do(world, verb, leading, now + MINUTE).one()
    assert waiting(world) == [(world.residents[0].id, K.DONE, "waiting")]
    assert next_letter(world, now + HOUR).record_id == report.id


def test_what_is_told_to_all_of_an_incident_reaches_who_reported_it_once_and_whole__INT_6(world, now, choose):
    choose(0, K.INCIDENT).one()
    leading, report, second, _another = (
        new_ticket(world, now, place="泵房"),
        *(new_ticket(world, now, **mine(world), place=place) for place in ("一楼", "二楼", "三楼")),
    )
    tickets.attach(Call(world.session, world.actor("clerk"), now), [report, second], leading=leading).all()
    words = "今晚八点恢复供水。" * 25
    tickets.tell_all(Call(world.session, world.actor("clerk"), now + MINUTE), [leading], body=words).one()
    tickets.comment(Call(world.session, world.actor("clerk"), now + 2 * MINUTE), [report], body="住户催得急").one()
    assert waiting(world) == [(world.residents[0].id, K.INCIDENT, "waiting")]
    shown = outbox.example(world.session, world.actor("manager"), world.estate.id, K.INCIDENT, "", now=now + DAY)
    assert shown is not None
    assert (shown.number, shown.values["told"]) == (report.number, words), "as the page of its text shows it"
    letter = next_letter(world, now + HOUR)
    title, body = texts(letter, None)
    assert (letter.record_id, title) == (report.id, f"通告 {report.number}")
    assert words in body
    assert "催" not in body


def test_a_letter_says_only_what_residents_may_be_told_in_their_language__RES_4(world, now, choose):
    choose(0, K.TAKEN, K.VISIT, language="en").one()
    team, person = world.teams[Department.ENGINEERING], world.person("technician")
    ticket = new_ticket(world, now, **mine(world, detail="住户态度差", wish="赔偿", reporter_name="王女士"))
    do(world, "dispatch", ticket, now, team=team, assignee=person, visit_from=now + HOUR).one()
    taken, visit = next_letter(world, now), next_letter(world, now)
    number, phone = ticket.number, re.compile(r"1\d{10}")
    assert taken.kind is K.TAKEN
    title, body = texts(taken, "https://desk.example.org")
    assert (title, body.split("\n")) == (
        f"Taken: {number}",
        [
            f"We have taken what you reported (“厨房漏水”). Its number is {number}.",
            f"Front desk, {world.estate.name}",
        ],
    )
    title, body = texts(visit, None)
    assert (title, person.name in body) == (f"Visit: {number}", True)
    assert re.search(r"\d\d:\d\d, ", body)
    for letter in (taken, visit):
        assert phone.fullmatch(letter.address)
        assert set(letter.values) <= set(names_of(letter.kind).values)
        said = "".join(map(str, letter.values.values()))
        assert not any(secret in said for secret in ("态度差", "赔偿", "王女士", "admin"))


def test_what_is_rolled_back_previewed_or_not_chosen_leaves_nothing(world, now, choose):
    choose(0, K.DONE).one()
    clerk = world.actor("clerk")
    with world.session.begin_nested() as inner:
        choose(1, K.TAKEN).one()
        new_ticket(world, now, **mine(world, resident_id=world.residents[1].id))
        assert kinds_of(world) == [K.TAKEN]
        inner.rollback()
    world.session.expire_all()
    new_ticket(world, now, **mine(world))
    ticket = ticket_in(world, TicketStatus.IN_PROGRESS, now, **mine(world))
    preview = Call(world.session, clerk, now, preview=True)
    tickets.finish(preview, [ticket], result="好了", acceptance=Acceptance.SIGNED)
    assert waiting(world) == []


@pytest.mark.parametrize(
    "ended", ["removed", "other kinds", "invalid", "number gone", "moved out", "merged", "another's", "no record"]
)
def test_who_is_no_longer_to_be_told_is_not_written_to__RES_4(world, now, choose, ended):
    way = choose(0, K.TAKEN).one()
    ticket = new_ticket(world, now, **mine(world))
    session, clerk = world.session, Call(world.session, world.actor("clerk"), now)
    contact = session.get_one(ResidentContact, way.contact_id)
    if ended == "removed":
        residents.drop_ways(clerk, [way]).one()
    elif ended == "other kinds":
        way.kinds = [K.DONE.value]
    elif ended == "invalid":
        contacts.amend(clerk, [contact], valid=False).one()
    elif ended == "number gone":
        contacts.delete(clerk, [contact]).one()
    elif ended == "moved out":
        stay = session.scalars(select(Occupancy).where(Occupancy.resident_id == world.residents[0].id)).one()
        residents.end_occupancy(clerk, [stay], until_on=now.date() - datetime.timedelta(days=2)).one()
    elif ended == "merged":
        with guards_off(session.connection()):
            ticket.resident_id = None  # it is what did not move
            session.flush()
        head = Call(session, world.actor("supervisor"), now)
        residents.merge(head, [world.residents[1]], other_id=world.residents[0].id).one()
    elif ended == "another's":
        tickets.amend(clerk, [ticket], resident_id=world.residents[1].id).one()
    else:
        tickets.delete(Call(session, world.actor("manager"), now, reason="写错了"), [ticket]).one()
    session.flush()
    session.expire_all()
    assert outbox.take(session, now) is None
    (row,) = session.scalars(select(Outgoing)).all()
    assert (row.status, row.reason) == (
        SendStatus.WITHDRAWN,
        WhyNot.TAKEN_BACK if ended == "removed" else WhyNot.GONE,
    )


def test_ways_move_with_a_merge_each_number_once_and_back_by_undo__RES_1(world, now, choose):
    other, kept = world.residents[:2]
    first = choose(0, K.TAKEN).one().contact_id
    clerk, head = (Call(world.session, world.actor(who), now) for who in ("clerk", "supervisor"))
    (own,) = contacts.register(clerk, [contacts.ContactDraft("13900001111", kept.id, estate_id=world.estate.id)]).all()
    shared = contacts.ContactDraft("13900001111", other.id, estate_id=world.estate.id)
    (same,) = contacts.register(clerk, [shared]).all()
    for contact in (own, same):
        draft = WayDraft(world.estate.id, contact.id, [K.TAKEN])
        residents.choose_way(clerk, [draft]).one()
    ticket = new_ticket(world, now, **mine(world))
    assert len(waiting(world)) == 2
    residents.merge(head, [kept], other_id=other.id).one()
    world.session.expire_all()
    letter, nothing = next_letter(world, now), outbox.take(world.session, now)
    assert (letter.record_id, nothing) == (ticket.id, None), "the other number stays with the record that is hidden"
    new_ticket(world, now, **mine(world, resident_id=kept.id), place="泵房")
    assert [each[0] for each in waiting(world)][2:] == [kept.id, kept.id]
    assert {next_letter(world, now).address for _each in range(2)} == {letter.address, "13900001111"}
    residents.undo_merge(head, [kept]).one()
    world.session.expire_all()
    owners = {way.contact_id: way.resident_id for way in world.session.scalars(select(ResidentWay))}
    assert owners == {first: other.id, own.id: kept.id, same.id: other.id}


def by_mail(world, place, address, *kinds, by="clerk", **columns):
    """The draft of a choice: that resident wants mail of these kinds to the address."""
    given = {"resident_id": world.residents[place].id, "address": address} | columns
    return WayDraft(world.estate.id, None, kinds or EVERYTHING, **given)


def test_mail_reaches_who_chose_an_address_beside_or_without_a_number__NOT_2(world, now, choose):
    clerk = Call(world.session, world.actor("clerk"), now)
    choose(0, K.TAKEN).one()
    way = residents.choose_way(clerk, [by_mail(world, 0, " Wang.Fang@example.org ", K.TAKEN, language="en")]).one()
    assert "example" not in way.address
    ticket = new_ticket(world, now, **mine(world))
    letters = {letter.way: letter for letter in (next_letter(world, now), next_letter(world, now))}
    assert letters[Way.MAIL].address == "Wang.Fang@example.org"
    assert re.fullmatch(r"1\d{10}", letters[Way.SMS].address)
    assert [texts(letters[way], None)[0] for way in (Way.MAIL, Way.SMS)] == [
        f"Taken: {ticket.number}",
        f"已受理 {ticket.number}",
    ]
    told = world.session.scalars(select(Event).where(Event.register == "resident_ways").order_by(Event.id)).all()[-1]
    assert (told.verb, told.rule) == ("choose", "NOT-2")
    assert "example" not in f"{told.before}{told.after}"
    new_ticket(world, now, **mine(world), place="泵房")
    residents.drop_ways(clerk, [way]).one()
    assert (next_letter(world, now).way, outbox.take(world.session, now)) == (Way.SMS, None)


@pytest.mark.parametrize(
    ("address", "columns", "words"),
    [
        ("", {}, "no e-mail address"),
        ("   ", {}, "no e-mail address"),
        ("张伟@例子.中国", {}, "no e-mail address"),
        ("a@b", {}, "no e-mail address"),
        ("a@example.org, b@example.org", {}, "no e-mail address"),
        ("a@example.org\nBcc: b@example.org", {}, "no e-mail address"),
        ("a" * 60 + "@" + "b." * 200 + "org", {}, "no e-mail address"),
        ("a@example.org", {"resident_id": 999_999}, "There is no such"),
        ("a@example.org", {"resident_id": None}, "There is no such"),
        ("TOLD@example.org", {}, "told already"),
        ("a@example.org", {"language": "xx"}, "language"),
    ],
)
def test_mail_goes_to_one_address_of_a_person_of_the_estate_once__NOT_2(world, now, address, columns, words):
    clerk = Call(world.session, world.actor("clerk"), now)
    residents.choose_way(clerk, [by_mail(world, 0, "told@example.org")]).one()
    residents.choose_way(clerk, [by_mail(world, 1, "told@example.org")]).one()
    with pytest.raises(OperationRefused, match=words):
        residents.choose_way(clerk, [by_mail(world, 0, address, **columns)]).one()
    both = residents.choose_way(clerk, [by_mail(world, 0, "two@example.org"), by_mail(world, 0, "Two@example.org")])
    assert (len(both.done), [str(refusal.field) for _row, refusal in both.refused]) == (1, ["address"])


def test_an_address_moves_with_a_merge_once_and_back_by_undo__RES_1(world, now):
    other, kept = world.residents[:2]
    clerk, head = (Call(world.session, world.actor(who), now) for who in ("clerk", "supervisor"))
    said = (0, "own@example.org"), (0, "both@example.org"), (1, "Both@example.org")
    own, both, same = (residents.choose_way(clerk, [by_mail(world, place, text)]).one() for place, text in said)
    residents.merge(head, [kept], other_id=other.id).one()
    assert [way.resident_id for way in (own, both, same)] == [kept.id, other.id, kept.id]
    residents.undo_merge(head, [kept]).one()
    assert [way.resident_id for way in (own, both, same)] == [other.id, other.id, kept.id]


def test_a_way_is_a_number_or_an_address__NOT_2(world, now, choose):
    way = choose(0, K.TAKEN).one()
    for change in ("address = 'x'", "contact_id = NULL"):
        with pytest.raises(IntegrityError, match="one_way"), world.session.begin_nested():
            world.session.execute(text(f"UPDATE resident_ways SET {change}, version = version + 1"))
    assert way.contact_id


def test_what_a_bulk_run_told_residents_is_taken_back_with_it__UNDO(world, now, choose):
    choose(0, K.VISIT).one()
    rows = [new_ticket(world, now, **mine(world), place=place) for place in ("泵房", "机房")]
    arguments = {"team": world.teams[Department.ENGINEERING], "visit_from": now + DAY}
    run = bulk(world, now, "tickets", "dispatch", rows, **arguments)
    assert [status for _resident, _kind, status in waiting(world)] == ["waiting", "waiting"]
    outbox.settle(world.session, next_letter(world, now + HOUR).id, SendStatus.SENT, now + HOUR)
    undo(world, run, now + 3 * MINUTE)
    world.session.expire_all()
    assert sorted(status for _resident, _kind, status in waiting(world)) == ["sent", "withdrawn"]


def test_who_has_a_key_is_reminded_once_of_each_date_and_not_when_it_is_back__KEY_4(world, now, choose):
    choose(0, K.KEY_NEAR, K.KEY_LATE).one()
    desk = open_desk(world.session, world, now)
    loan = lend(desk, owner_draft(desk, due_at=now + 10 * HOUR))

    def remind(at):
        for ids in list(keys.due_loans(world.session, at)):
            keys.remind(Call(world.session, world.actor("system"), at), ids)
            keys.remind(Call(world.session, world.actor("system"), at), ids)

    for hours in (7, 9, 9, 10, 11):
        remind(now + hours * HOUR)
    assert kinds_of(world) == [K.KEY_NEAR, K.KEY_LATE]
    letter = next_letter(world, now + 11 * HOUR)
    assert letter.kind is K.KEY_NEAR
    assert re.fullmatch(
        r"您借用的钥匙 \S+ 请于 \d+月\d+日 \d\d:\d\d 前归还客服前台。", texts(letter, None)[1].split("\n")[0]
    )
    keys.return_keys(Call(world.session, world.actor("supervisor"), now + 11 * HOUR), [loan]).one()
    assert outbox.take(world.session, now + 12 * HOUR) is None


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"kinds": []}, "Choose of what"),
        ({"kinds": ["near"]}, "Choose of what"),
        ({"language": "de"}, "no texts in this language"),
        ({"contact_id": 0}, "no such phone number"),
        ({"estate_id": "other"}, "no such phone number"),
    ],
)
def test_what_is_no_choice_is_refused__NOT_2(world, choose, columns, words):
    if columns.get("estate_id") == "other":
        columns = {"estate_id": world.other.id}
    (refused,) = choose(0, K.DONE, by="system", **columns).refused
    assert words in str(refused[1])
    assert world.session.scalars(select(ResidentWay)).all() == []


def test_the_desk_alone_writes_a_choice_down_which_stays_in_the_log_as_a_consent__NOT_2(world, now, choose):
    for who in ("technician", "lead", "auditor", "admin", "stranger"):
        assert choose(0, K.DONE, by=who).refused[0][1].rule == "ROLE", who
    way = choose(0, K.DONE).one()
    assert "told already" in str(choose(0, K.TAKEN).refused[0][1])
    landline = contacts.ContactDraft("028-85551234", world.residents[0].id, estate_id=world.estate.id)
    (other,) = contacts.register(Call(world.session, world.actor("clerk"), now), [landline]).all()
    assert "mobile number" in str(choose(0, K.DONE, contact_id=other.id).refused[0][1])
    assert residents.drop_ways(Call(world.session, world.actor("auditor"), now), [way]).refused[0][1].rule == "ROLE"
    residents.drop_ways(Call(world.session, world.actor("clerk"), now), [way]).one()
    events = select(Event.verb, Event.rule).where(Event.register == "resident_ways").order_by(Event.id)
    assert world.session.execute(events).all() == [("choose", "NOT-2"), ("delete", "NOT-2")]


def test_a_resident_whom_nothing_refers_to_goes_with_number_and_choice__RES_1(world, now, choose):
    person = residents.register(
        Call(world.session, world.actor("clerk"), now),
        [residents.ResidentDraft(world.estate.id, "新来", "13900002222")],
    ).one()
    (contact,) = world.session.scalars(select(ResidentContact).where(ResidentContact.resident_id == person.id))
    choose(0, K.DONE, contact_id=contact.id).one()
    residents.delete(Call(world.session, world.actor("manager"), now), [person]).one()
    assert world.session.scalars(select(ResidentWay)).all() == []


def test_texts_of_residents_name_nothing_that_is_a_colleagues__RES_4(world, now):
    for kind in resident_kinds():
        for name in ("reporter", "phone", "link", "detail"):
            assert name not in names_of(kind).values
    row = world.session.scalars(select(MessageText).where(MessageText.kind == K.DONE)).one()
    with pytest.raises(OperationRefused, match="there is no “phone”"):
        settings.amend_texts(Call(world.session, world.actor("manager"), now), [row], body_zh="{{ phone }}").one()


@pytest.mark.parametrize("spoilt", ["no json", "5", '[1, "resident_done"]', "{}"])
def test_a_choice_that_another_program_spoilt_stops_no_verb_and_tells_nothing__NOT_2(world, now, choose, spoilt):
    way = choose(0, K.TAKEN).one()
    with guards_off(world.session.connection()):
        world.session.execute(text("UPDATE resident_ways SET kinds = :kinds"), {"kinds": spoilt})
    world.session.expire_all()
    new_ticket(world, now, **mine(world))
    assert (waiting(world), outbox.take(world.session, now)) == ([], None)
    residents.drop_ways(Call(world.session, world.actor("clerk"), now), [way]).one()
    assert world.session.scalars(select(ResidentWay.id)).all() == []


def test_what_another_program_writes_past_the_verbs_reaches_nobody_wrong__RES_4(world, now, choose):
    choose(0, K.TAKEN).one()
    new_ticket(world, now, **mine(world))
    row = world.session.scalars(select(Outgoing)).one()
    theirs = new_ticket(world, now, **mine(world, resident_id=world.residents[1].id), place="泵房")
    with guards_off(world.session.connection()):
        row.record_id = theirs.id
        world.session.flush()
    assert outbox.take(world.session, now) is None
    with guards_off(world.session.connection()):
        row.status, row.ended_at, row.reason, row.register = SendStatus.WAITING, None, None, "no_table"
        world.session.flush()
    assert outbox.take(world.session, now) is None
