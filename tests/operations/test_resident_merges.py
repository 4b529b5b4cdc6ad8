"""One person with several records: offered when registered again, merged with everything, parted by undo (RES-1)."""

import pytest
from sqlalchemy import select, update

from models.base import Base
from models.call import Call
from models.callers import callers
from models.errors import OperationRefused
from models.events import Event
from models.finding import search_condition
from models.import_headings import COLUMNS
from models.keys import BorrowerKind, KeyLoan, KeyOrigin
from models.matters import RepeatReport
from models.operations import imports, keys, residents, tickets
from models.operations.residents import REFERRING, OccupancyDraft, ResidentDraft
from models.personal import IdDocument
from models.policy import visible
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact, ResidentMerge
from models.tickets import Ticket
from tests.sheets import tables

PHONE = "13911110001"


class Desk:
    def __init__(self, session, world, now):
        self.session, self.world = session, world
        self.clerk = {"actor": world.actor("clerk"), "now": now}
        self.supervisor = {"actor": world.actor("supervisor"), "now": now}

    def person(self, phone=PHONE, **columns):
        draft = ResidentDraft(self.world.estate.id, "蔡佳怡", phone, another_person=True, **columns)
        return residents.register(Call(self.session, **self.clerk), [draft]).one()

    def lives(self, person, unit, kind=OccupancyKind.OWNER):
        draft = OccupancyDraft(self.world.estate.id, self.world.units[unit].id, person.id, kind)
        return residents.register_occupancy(Call(self.session, **self.clerk), [draft]).one()

    def reports(self, person):
        draft = tickets.TicketDraft(self.world.estate.id, "灯坏了", place="gate", resident_id=person.id)
        return tickets.register(Call(self.session, **self.clerk), [draft]).one()

    def state(self):
        self.session.flush()
        self.session.expire_all()
        referring = {
            model: dict(self.session.execute(select(model.id, getattr(model, column))).all())
            for model, column in REFERRING.items()
        }
        columns = (Resident.id, Resident.vehicles, Resident.note, Resident.id_number, Resident.moved_in_on)
        return referring, self.session.execute(select(*columns).order_by(Resident.id)).all()

    def seen(self):
        return set(self.session.scalars(select(Resident.id).where(visible(self.clerk["actor"], Resident))))


@pytest.fixture
def desk(session, world, now):
    return Desk(session, world, now)


def test_the_same_name_and_number_is_offered_who_is_there_already__RES_1(desk):
    first = desk.person("139 1111 0001")
    draft = ResidentDraft(desk.world.estate.id, " 蔡佳怡 ", "+86 139-1111-0001/5550 1234")
    with pytest.raises(OperationRefused, match=f"#{first.id}") as refused:
        residents.register(Call(desk.session, **desk.clerk), [draft]).one()
    assert refused.value.field == "another_person"
    for name, phone in (("蔡佳", PHONE), ("蔡佳怡", "5550 1235"), ("蔡佳怡", None)):
        residents.register(Call(desk.session, **desk.clerk), [ResidentDraft(desk.world.estate.id, name, phone)]).one()


WRITINGS = (
    *(
        "试 万人",
        "试万人先生",
        "试万人（业主）",
        "试万人业主",
        "业主：试万人",
        "Mr. Wan Ren Shi",
        "Shi Wanren",
        "试・万人",
    ),
    *(
        "shiwanren",
        "WAN REN SHI",
        "试万人[租户]",
        "试　万人 女士",
        "ＳＨＩ ＷＡＮＲＥＮ",
        "试万人师傅",
        "Ms Shi Wan-ren",
    ),
)
OTHERS = ("试万", "试万仁", "试女士", "万人试", "Wan Shi", "试千人（业主）")


def test_who_is_there_in_another_writing_of_the_name_is_offered__RES_1(desk):
    estate, unit = desk.world.estate.id, desk.world.units[2].id

    def refused(name, phone):
        return residents.register(
            Call(desk.session, **desk.clerk, preview=True), [ResidentDraft(estate, name, phone)]
        ).refused

    first = residents.register(Call(desk.session, **desk.clerk), [ResidentDraft(estate, "试万人", PHONE)]).one()
    for name in WRITINGS:
        assert f"试万人 is there already with this number (#{first.id})" in str(
            refused(name, f"{PHONE}（本人）")[0][1]
        ), name
        assert not refused(name, None) + refused(name, "13911110002"), name
    for name in ("试女士", "小试", "试师傅", "试先生（业主）"):
        assert f"#{first.id}" in str(refused(name, PHONE)[0][1]), name
        assert not refused(name, None) + refused(name, "13911110002"), name
    for name in ("万女士", *(other for other in OTHERS if other != "试女士")):
        assert not refused(name, PHONE), name
    far = residents.register(Call(desk.session, **desk.clerk), [ResidentDraft(estate, "阿依古丽·买买提", PHONE)]).one()
    for name in ("阿依古丽•买买提", "阿依古丽买买提", "阿依古丽・买买提女士", "阿依古丽 买买提"):
        assert f"#{far.id}" in str(refused(name, PHONE)[0][1]), name
    written = residents.register(Call(desk.session, **desk.clerk), [ResidentDraft(estate, "陳麗華", PHONE)]).one()
    for name in ("陈丽华", "陳麗華女士", "陈女士", "陳小姐", "陈阿姨", "Chen Lihua"):
        assert f"#{written.id}" in str(refused(name, PHONE)[0][1]), name
    assert not refused("陈莉华", PHONE), "another name that sounds alike"
    desk.lives(first, 2)
    for name, phone, is_same in (
        *((name, None, True) for name in WRITINGS[:6]),
        ("试万人", "13911110003", False),
        *((name, None, False) for name in OTHERS),
    ):
        draft = ResidentDraft(estate, name, phone, another_person=True)
        other = residents.register(Call(desk.session, **desk.clerk), [draft]).one()
        stay = OccupancyDraft(estate, unit, other.id, OccupancyKind.FAMILY)
        outcome = residents.register_occupancy(Call(desk.session, **desk.clerk, preview=True), [stay])
        assert [refusal.field for _stay, refusal in outcome.refused] == ["another_person"] * is_same, name
    stay.another_person = True
    residents.register_occupancy(Call(desk.session, **desk.clerk), [stay]).one()


def test_every_table_that_refers_to_a_resident_is_known():
    referring = {
        (table.name, element.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_key_constraints
        for element in key.elements
        if element.column is Resident.__table__.c.id
    }
    known = {(model.__tablename__, column) for model, column in REFERRING.items()}
    assert referring - known == {("resident_merges", "kept_id"), ("resident_merges", "merged_id")}


def test_everything_of_the_second_moves_to_the_first_and_back_by_undo__RES_1(desk):
    card = {"id_document": IdDocument.PASSPORT, "id_number": "E12345678"}
    kept, other = desk.person(vehicles="京A1"), desk.person(f"{PHONE}/5550 1234", vehicles="京B2", note="晚上", **card)
    desk.lives(kept, 1)
    both, own = desk.lives(other, 1), desk.lives(other, 2)
    ticket = desk.reports(other)
    tickets.report_again(Call(desk.session, **desk.clerk), [ticket], words="还没来", resident_id=other.id).one()
    key = keys.register(
        Call(desk.session, **desk.clerk),
        [keys.KeyDraft(desk.world.estate.id, KeyOrigin.RECTIFICATION, "A9", "S9", unit_id=desk.world.units[2].id)],
    ).one()
    draft = keys.LoanDraft(key.id, BorrowerKind.OWNER, "蔡佳怡", borrower_resident_id=other.id)
    draft.identity_checked = draft.signed = True
    draft.purpose = "看房"
    loan = keys.lend(Call(desk.session, **desk.clerk), [draft]).one()
    before = desk.state()
    with pytest.raises(OperationRefused, match=r"units 1, .*tickets 1, .*repeated reports 1") as told:
        residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id, looked_at=False).one()
    assert told.value.field == "looked_at"
    assert desk.state() == before

    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id).one()
    owners = desk.state()[0]
    assert (owners[Ticket][ticket.id], owners[Occupancy][own.id]) == (kept.id, kept.id)
    assert owners[Occupancy][both.id] == other.id, "the same stay is the first one's already"
    assert len([owner for owner in owners[ResidentContact].values() if owner == kept.id]) == 2
    assert owners[KeyLoan][loan.id] == kept.id
    assert list(owners[RepeatReport].values()) == [kept.id]
    assert (kept.vehicles, kept.note, kept.id_number_digest) == ("京A1，京B2", "晚上", other.id_number_digest)
    assert other.id not in desk.seen()
    found = callers(desk.session, "5550 1234", actor=desk.clerk["actor"], estate_id=desk.world.estate.id) or ()
    assert {caller.resident_id for caller in found} == {kept.id}
    moved = desk.session.scalars(select(Event).where(Event.verb == "unite", Event.register == "tickets")).one()
    assert (moved.before, moved.after) == ({"resident_id": other.id}, {"resident_id": kept.id})

    residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()
    assert desk.state() == before
    assert other.id in desk.seen()
    with pytest.raises(OperationRefused, match="Nobody is merged"):
        residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()


def test_the_name_of_who_was_merged_leads_to_who_was_kept__RES_1(desk):
    kept, other = desk.person(PHONE), desk.person("13911110009")
    desk.session.execute(update(Resident).where(Resident.id == other.id).values(name="并乙", name_pinyin="bingyi by"))
    desk.session.flush()
    desk.session.expire_all()
    keyring = desk.session.keyring

    def shown(text):
        condition = search_condition(Resident, text, keyring)
        assert condition is not None
        return desk.seen() & set(desk.session.scalars(select(Resident.id).where(condition)))

    assert shown("并乙") == {other.id}
    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id).one()
    desk.session.flush()
    for text in ("并乙", "bingyi", "bing yi", "并女士"):
        assert shown(text) == {kept.id}, text
    residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()
    desk.session.flush()
    assert shown("并乙") == {other.id}


def test_who_was_merged_is_there_already_under_the_name_of_then__RES_1(desk):
    estate, clerk, supervisor = desk.world.estate.id, desk.clerk, desk.supervisor
    numbers = ("13911110021", "13911110022", "13911110023")
    drafts = [ResidentDraft(estate, name, phone) for name, phone in zip(("Ann", "Bea", "鲁一鸣"), numbers, strict=True)]
    first, second, third = (residents.register(Call(desk.session, **clerk), [draft]).one() for draft in drafts)
    residents.merge(Call(desk.session, **supervisor), [second], other_id=first.id).one()
    residents.merge(Call(desk.session, **supervisor), [third], other_id=second.id).one()
    desk.lives(third, 0)
    for draft in drafts:
        (refused,) = residents.register(Call(desk.session, **clerk, preview=True), [draft]).refused
        assert f"鲁一鸣 is there already with this number (#{third.id})" in str(refused[1]), draft.name
    rows = "\n".join(f"{draft.name},{draft.phone},1-101,业主" for draft in drafts).encode()
    table = imports.read_tables(tables("姓名,电话,房号,身份\n".encode() + rows), "residents")
    columns, _twice = COLUMNS["residents"].guess(table.header)
    taker = imports.importer(Call(desk.session, **supervisor | {"actor": desk.world.actor("manager")}), "residents",
                             columns, estate_id=estate, header=table.header)  # fmt: skip
    assert taker.take(table.rows) == ["unchanged"] * 3


def test_what_was_written_since_a_merge_does_not_keep_it_from_being_undone__RES_1(desk):
    kept, other, third = (
        desk.person(note="早"),
        desk.person("5550 1234", note="晚"),
        desk.person("5550 1235", note="午"),
    )
    ticket, stay = desk.reports(other), desk.lives(other, 1)
    before = desk.state()
    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id).one()
    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=third.id).one()
    tickets.comment(Call(desk.session, **desk.clerk), [ticket], body="问过了").one()
    tickets.amend(Call(desk.session, **desk.clerk), [ticket], summary="灯又坏了").one()
    tickets.escalate(Call(desk.session, **desk.clerk, reason="要停水"), [ticket]).one()
    residents.end_occupancy(Call(desk.session, **desk.clerk), [stay], until_on=desk.clerk["now"].date()).one()
    residents.amend(Call(desk.session, **desk.supervisor), [kept], emergency_contact="13911110009").one()
    residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()
    residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()
    assert desk.state() == before
    assert ticket.summary == "灯又坏了"


@pytest.mark.parametrize("change", ["the note that was joined", "the ticket's resident"])
def test_a_merge_is_not_undone_when_what_it_wrote_was_changed__RES_1(desk, change):
    kept, other, third = desk.person(note="早"), desk.person("5550 1234", note="晚"), desk.person("5550 1235")
    ticket = desk.reports(other)
    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id).one()
    if change == "the ticket's resident":
        tickets.amend(Call(desk.session, **desk.clerk), [ticket], resident_id=third.id).one()
    else:
        residents.amend(Call(desk.session, **desk.supervisor), [kept], note="早，晚").one()
    before = desk.state()
    with pytest.raises(OperationRefused, match="followed"):
        residents.undo_merge(Call(desk.session, **desk.supervisor), [kept]).one()
    assert desk.state() == before


def test_who_agreed_to_one_preview_has_not_agreed_to_another__RES_1(desk):
    kept, other, third = desk.person(), desk.person("5550 1234"), desk.person("5550 1235")
    desk.reports(other)

    def merge(other_id, shown, looked_at=True):
        given = {"other_id": other_id, "looked_at": looked_at, "effect": shown}
        with pytest.raises(OperationRefused, match="would move") as told:
            residents.merge(Call(desk.session, **desk.supervisor), [kept], **given).one()
        return told.value.values["effect"]

    shown = merge(other.id, "", looked_at=False)
    assert merge(other.id, "") == merge(other.id, "nonsense") == shown
    merge(third.id, shown)
    desk.lives(other, 1)
    before = desk.state()
    shown = merge(other.id, shown)
    assert desk.state() == before
    residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id, effect=shown).one()


def test_who_is_not_one_person_is_not_merged__RES_1(desk):
    first = desk.person(id_document=IdDocument.PASSPORT, id_number="E12345678")
    second = desk.person(id_document=IdDocument.PASSPORT, id_number="E12345679")
    third, fourth = desk.person(), desk.person()
    elsewhere = Resident(estate_id=desk.world.other.id, name="蔡佳怡")
    desk.session.add(elsewhere)
    desk.session.flush()
    for other, said in (
        (first.id, "same record"),
        (second.id, "different ID numbers"),
        (elsewhere.id, "no such"),
        (987654, "no such"),
    ):
        with pytest.raises(OperationRefused, match=said):
            residents.merge(Call(desk.session, **desk.supervisor), [first], other_id=other).one()
    with pytest.raises(OperationRefused, match="role"):
        residents.merge(Call(desk.session, **desk.clerk), [first], other_id=third.id).one()
    residents.merge(Call(desk.session, **desk.supervisor), [first], other_id=third.id).one()
    for kept, other in ((fourth, third), (third, fourth)):
        with pytest.raises(OperationRefused, match="merged already"):
            residents.merge(Call(desk.session, **desk.supervisor), [kept], other_id=other.id).one()
    assert desk.session.scalar(select(ResidentMerge.undone_at)) is None


def test_a_resident_is_not_reached_at_a_number_of_a_service__RES_1(desk):
    for phone in ("12345", "10086", "95588", f"{PHONE}/12345", "物业 12315"):
        draft = ResidentDraft(desk.world.estate.id, "试万人", phone)
        ((_draft, refusal),) = residents.register(Call(desk.session, **desk.clerk, preview=True), [draft]).refused
        assert (refusal.field, "service" in str(refusal)) == ("phone", True), phone
