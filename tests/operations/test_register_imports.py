"""Import of residents and units: what is read, what is refused row by row, the same file twice, killed half-way."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.estates import FeeStatus, Unit
from models.events import Event
from models.import_headings import COLUMNS
from models.imports import ImportChunk, ImportRun, ImportState
from models.operations import imports, residents
from models.operations.imports import full_code
from models.personal import keyring_of
from models.residents import Occupancy, OccupancyKind, Resident
from models.rooms import room_key
from models.spreadsheets import UnreadableSheet
from tests.sheets import ENGLISH, HEADER, people, tables, workbook

KEY = "a-key-of-sixteen-or-more"


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def desk(world, now):
    """A manager who imports into the estate of the world."""
    return SimpleNamespace(session=world.session, world=world, now=now, manager=world.actor("manager"))


def take(desk, raw, register="residents", preview=False, who="manager", estate=None, sheet=None, everybody=None):
    """Import a file in one go; the result of each row."""
    table = imports.read_tables(tables(raw), register, sheet=sheet)
    columns, twice = COLUMNS[register].guess(table.header)
    COLUMNS[register].check(columns, twice)
    taker = imports.importer(
        Call(desk.session, desk.world.actor(who), desk.now, preview=preview),
        register,
        columns,
        estate_id=(estate or desk.world.estate).id,
        header=table.header,
        everybody=everybody,
    )
    return taker.take(table.rows)


def one(desk, *cells, header=HEADER, **options):
    """What becomes of a single row."""
    (result,) = take(desk, workbook([cells], header), **options)
    return result


def count(desk, model):
    return desk.session.scalar(select(func.count()).select_from(model))


def prepared(desk, raw, register="residents", size=500):
    """A run after its dry run."""
    file = imports.seal(tables(raw), register, keyring_of(desk.session), size=size)
    common = {"actor": desk.manager, "now": desk.now}
    run = imports.upload(
        Call(desk.session, **common),
        file,
        estate_id=desk.world.estate.id,
        register=register,
        file_name="名册.xlsx",
        key=KEY,
    )
    imports.map_columns(Call(desk.session, **common), run, run.columns)
    imports.keep_dry_run(Call(desk.session, **common), run, imports.dry_run(Call(desk.session, **common), run))
    return run


def state(desk, run):
    return desk.session.scalar(select(ImportRun.state).where(ImportRun.id == run.id))


def finish(desk, run):
    while imports.run_chunk(Call(desk.session, desk.manager, desk.now), run):
        pass


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2-2302", "2-2302"),
        ("2栋2302", "2-2302"),
        ("2号楼2302室", "2-2302"),
        ("２－２３０２", "2-2302"),
        ("2 栋 1 单元 2302", "2-1-2302"),
        ("a座1203", "A-1203"),
        ("东区2-101", "东区-2-101"),
        ("", ""),
    ],
)
def test_a_room_is_recognised_in_its_usual_spellings(text, key):
    assert room_key(text) == key


def test_a_building_of_its_own_column_belongs_to_the_number():
    assert full_code("2302", "2栋") == "2-2302"
    assert full_code("2-2302", "2栋") == "2-2302"
    assert full_code("A1203", "A座") == "A1203"
    assert full_code("101", None) == "101"
    assert full_code("03-101", None, "3单元") == "03-101"
    assert full_code("03-1203", "3栋") == full_code("03-1203", "03", "") == "03-1203"
    assert full_code("0101", "05", "01单元") == full_code("01-0101", "05栋", "01") == "05-01-0101"
    assert full_code("01-0101", "05栋", "1") == "05-1-0101"
    assert full_code("3栋01单元0101", "3") == "3-01-0101"


@pytest.mark.parametrize("header", [HEADER, ENGLISH, tuple(f" {text}（必填） *" for text in HEADER)])
def test_people_come_in_with_their_units_by_chinese_and_english_headers__RES_1(desk, header):
    row = (
        "单雄信",
        13611112222,
        "1栋101",
        "业主",
        datetime.date(2024, 5, 1),
        "身份证",
        "11010519491231002X",
        "京A1",
        "",
    )
    assert one(desk, *row, header=header) == "imported"
    found = desk.session.scalars(select(Resident).where(Resident.name == "单雄信")).one()
    assert keyring_of(desk.session).decrypt(found.phone) == "13611112222"
    assert found.moved_in_on == datetime.date(2024, 5, 1)
    stay = desk.session.scalars(select(Occupancy).where(Occupancy.resident_id == found.id)).one()
    assert (stay.unit_id, stay.kind) == (desk.world.units[0].id, OccupancyKind.OWNER)
    assert stay.from_on == datetime.date(2024, 5, 1)
    event = desk.session.scalars(select(Event).where(Event.register == "residents").order_by(Event.id.desc())).first()
    assert (event.source, event.verb) == ("import", "register")


@pytest.mark.parametrize("text", ["2024-05-01", "2024/5/1", "2024年5月1日", "20240501", "2024.5.1"])
def test_dates_are_read_as_people_write_them(desk, text):
    assert one(desk, "单雄信", "13611112222", "", "", text) == "imported"
    found = desk.session.scalars(select(Resident).where(Resident.name == "单雄信")).one()
    assert found.moved_in_on == datetime.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("", "13611112222"), "Write down the person"),
        (("李四", "12"), "not a phone number"),
        (("李四", "", "9-999", "业主"), "There is no unit 9-999"),
        (("李四", "", "1-101", "访客"), "none of the words"),
        (("李四", "", "1-101", ""), "Say as what"),
        (("李四", "", "", "", "昨天"), "is no date"),
        (("李四", "", "", "", "2024-02-30"), "is no date"),
        (("李四", "", "", "", "", "身份证", "110105194912310021"), "last character"),
        (("李四", "", "", "", "", "身份证", 110105194912310020), "has rounded"),
        (("李四", "", "", "", "", "", "", "车" * 201), "at most 200 characters"),
        (("李" * 61, ""), "at most 60 characters"),
    ],
)
def test_a_faulty_row_says_what_is_wrong_and_nothing_of_it_is_stored(desk, cells, said):
    before = count(desk, Resident), count(desk, Occupancy)
    result = one(desk, *cells)
    assert said in str(result)
    assert (count(desk, Resident), count(desk, Occupancy)) == before


def test_the_same_file_again_writes_nothing__RES_1(desk):
    raw = workbook([*people(40, [unit.code for unit in desk.world.units]), ["无号", "", "1-101", "家属"]])
    assert set(take(desk, raw)) == {"imported"}
    events = count(desk, Event)
    assert set(take(desk, raw)) == {"unchanged"}
    assert set(take(desk, raw, preview=True)) == {"unchanged"}
    assert count(desk, Event) == events


def test_a_person_on_several_rows_is_one_with_several_units__RES_1(desk):
    rows: list[list[Any]] = [
        ["李四", "13611112222", "1-101", "业主"],
        ["李四", 13611112222, "2-201", "业主", "", "护照", "E1234567"],
        ["李四", "13611112222", "1-101", "业主"],
        ["李四", "", "", "", "", "护照", "e1234567", "京A1"],
    ]
    assert take(desk, workbook(rows), preview=True) == ["imported", "imported", "unchanged", "updated"]
    assert take(desk, workbook(rows)) == ["imported", "imported", "unchanged", "updated"]
    found = desk.session.scalars(select(Resident).where(Resident.name == "李四")).one()
    assert found.vehicles == "京A1"
    assert desk.session.scalar(select(func.count()).where(Occupancy.resident_id == found.id)) == 2


def test_gaps_are_filled_and_nothing_is_overwritten__RES_1(desk):
    assert one(desk, "张伟", "138 0013 8000", "", "", "", "", "", "京A1") == "updated"
    refused = one(desk, "张伟", "13800138000", "", "", "", "", "", "京B2")
    assert "Vehicles" in str(refused)
    assert "overwrites nothing" in str(refused)
    other = one(desk, "李四", "", "", "", "", "护照", "E1234567")
    assert other == "imported"
    assert "registered for 李四" in str(one(desk, "王五", "", "", "", "", "护照", "E1234567"))


def test_who_left_comes_back_only_with_a_later_day__RES_1(desk):
    stay = desk.session.scalars(select(Occupancy).where(Occupancy.resident_id == desk.world.residents[0].id)).one()
    residents.end_occupancy(Call(desk.session, desk.manager, desk.now), [stay]).one()
    assert "张伟 left 1-101 on 2026-11-18" in str(one(desk, "张伟", "13800138000", "1-101", "业主"))
    later = (desk.now + datetime.timedelta(days=9)).date()
    assert one(desk, "张伟", "13800138000", "1-101", "业主", later) == "imported"


def test_units_come_in_and_get_what_a_later_file_says__FEE_1(desk):
    header = ("房号", "楼栋", "楼层", "用途", "费用状态", "交付日期")
    rows = [
        ("3-301", "3栋", 3, "住宅", "已缴", "2019/6/1"),
        ("302", "3栋", "3层", "", "欠费", ""),
        ("1栋101", "", 1, "", "欠费", ""),
        ("1-101", "", 1, "", "已缴", ""),
        ("4-401", "", "三楼半", "", "", ""),
        ("", "4", "", "", "", ""),
    ]
    results = take(desk, workbook(rows, header), "units")
    assert results[:3] == ["imported", "imported", "updated"]
    assert "Row 4 says something else" in str(results[3])
    assert "is no floor" in str(results[4])
    assert "number of the unit" in str(results[5])
    codes = {unit.code: unit.fee_status for unit in desk.session.scalars(select(Unit))}
    assert codes["3-302"] is FeeStatus.OWING
    again = take(desk, workbook(rows, header), "units")
    assert again[:3] == ["unchanged"] * 3


def test_who_may_not_import_cannot(desk):
    raw = workbook([["李四"]])
    for who in ("clerk", "admin", "stranger"):
        with pytest.raises(OperationRefused, match=r"^ROLE"):
            take(desk, raw, who=who)
    with pytest.raises(OperationRefused, match=r"^ROLE"):
        take(desk, raw, estate=desk.world.other)


def test_a_run_goes_on_where_it_was_killed_and_acts_once(desk):
    units = [unit.code for unit in desk.world.units]
    rows = people(120, units)
    rows[70][2] = "9-999"
    rows[5][1] = "12"
    run = prepared(desk, workbook(rows), size=50)
    before = count(desk, Resident)
    assert imports.counts(desk.session, run) == {
        "rows": 120,
        "waiting": 0,
        "imported": 118,
        "updated": 0,
        "unchanged": 0,
        "refused": 2,
    }
    assert before == count(desk, Resident)
    assert imports.run_chunk(Call(desk.session, desk.manager, desk.now), run)
    assert count(desk, Resident) == before + 48  # the headings are in the first chunk
    assert imports.counts(desk.session, run)["waiting"] == 71
    desk.session.expire_all()
    again = desk.session.get_one(ImportRun, run.id)
    assert state(desk, run) is ImportState.RUNNING
    finish(desk, again)
    finish(desk, again)
    assert state(desk, run) is ImportState.FINISHED
    assert count(desk, Resident) == before + 118
    counts = imports.counts(desk.session, again)
    assert (counts["imported"], counts["refused"], counts["waiting"]) == (118, 2, 0)
    refused = list(imports.refused_rows(desk.session, again))
    assert [item.row.number for item in refused] == [7, 72]
    assert "9-999" in str(refused[1].refusal)


def test_the_file_is_encrypted_and_cleared_away_when_done_or_old__RES_4(desk):
    run = prepared(desk, workbook([*people(3, ["1-101"]), ["坏", "12"]]))
    kept = desk.session.scalars(select(ImportChunk)).one()
    assert "张三" not in kept.content
    finish(desk, run)
    desk.session.refresh(kept)
    (left,) = imports.refused_rows(desk.session, run)
    assert (left.row.cells[0], kept.refused, kept.imported) == ("坏", 1, 3)
    imports.clear_old(desk.session, now=desk.now + datetime.timedelta(days=8))
    assert count(desk, ImportChunk) == 0
    desk.session.expire_all()
    assert desk.session.get_one(ImportRun, run.id).header == ""


def test_an_import_without_dry_run_or_of_somebody_else_or_begun_is_refused(desk):
    common = {"actor": desk.manager, "now": desk.now}
    run = prepared(desk, workbook(people(3, ["1-101"])))
    with pytest.raises(OperationRefused, match="somebody else's"):
        imports.run_chunk(Call(desk.session, desk.world.actor("supervisor"), desk.now), run)
    found = imports.dry_run(Call(desk.session, **common), run)
    imports.map_columns(Call(desk.session, **common), run, ["name", *run.columns[1:-1], None])
    with pytest.raises(OperationRefused, match="dry run first"):
        imports.run_chunk(Call(desk.session, **common), run)
    with pytest.raises(OperationRefused, match="changed meanwhile"):
        imports.keep_dry_run(Call(desk.session, **common), run, found)
    with pytest.raises(UnreadableSheet, match="two columns"):
        imports.map_columns(Call(desk.session, **common), run, ["name"] * len(run.columns))
    imports.keep_dry_run(Call(desk.session, **common), run, imports.dry_run(Call(desk.session, **common), run))
    finish(desk, run)
    with pytest.raises(OperationRefused, match="has begun"):
        imports.map_columns(Call(desk.session, **common), run, run.columns)
    old = Call(desk.session, desk.manager, desk.now + datetime.timedelta(days=8))
    with pytest.raises(OperationRefused, match="GONE: This import is older than a week") as cleared:
        imports.run_chunk(old, run)
    assert cleared.value.http_status == 404
