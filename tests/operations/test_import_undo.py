"""An import is undone as a whole until something has followed on its rows; columns chosen once are remembered."""

import base64
import datetime
import json
import zlib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.estates import FeeStatus, Unit
from models.events import Event
from models.imports import ImportChunk, ImportLayout, ImportRun
from models.operations import imports, residents, tickets
from models.personal import keyring_of
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from models.without_event import rows_without_event
from tests.sheets import tables


class Runs:
    """A manager who imports whole files, and undoes it."""

    def __init__(self, world, now):
        self.world, self.session, self.now = world, world.session, now
        self.common = {"actor": world.actor("manager"), "now": now}

    def upload(self, text, register="residents", key="k" * 20):
        file = imports.seal(tables(text.encode()), register, keyring_of(self.session), size=3)
        where = {"estate_id": self.world.estate.id, "register": register, "file_name": "x.csv", "key": key}
        return imports.upload(Call(self.session, **self.common), file, **where)

    def take(self, text, register="residents", everybody=None, key="k" * 20):
        run = self.upload(text, register, key)
        reading = replace(imports.reading_of(self.session, run), everybody=everybody)
        imports.map_columns(Call(self.session, **self.common), run, run.columns, reading=reading)
        found = imports.dry_run(Call(self.session, **self.common), run)
        imports.keep_dry_run(Call(self.session, **self.common), run, found)
        while imports.run_chunk(Call(self.session, **self.common), run):
            pass
        return run

    def undo(self, run):
        before, left = None, []
        while True:
            step = imports.undo_chunk(Call(self.session, **self.common), run, before=before)
            left += step.left
            before = step.next
            if before is None:
                found = list(rows_without_event(self.session))
                assert not [line for line in found if line.endswith(("is gone", "there again"))]
                return left

    def state(self):
        """Everybody and everything that an import can touch, as it is now."""
        self.session.flush()
        self.session.expire_all()
        return {
            model: {row[0]: tuple(row[1:]) for row in self.session.execute(select(*columns))}
            for model, columns in (
                (Resident, (Resident.id, Resident.name, Resident.vehicles)),
                (ResidentContact, (ResidentContact.id, ResidentContact.resident_id, ResidentContact.value_digest)),
                (Occupancy, (Occupancy.id, Occupancy.unit_id, Occupancy.kind)),
                (Unit, (Unit.id, Unit.code, Unit.fee_status)),
            )
        }


@pytest.fixture
def runs(rolled_back, now):
    return Runs(rolled_back, now)


PEOPLE = "\n".join(
    [
        "姓名,电话,房号,身份,车牌",
        "甲,13800001111,1-101,业主,",
        "甲,13800001111,2-201,业主,京A1",
        "乙,13800002222,1-101,租户,",
        "张伟,13800138000/13911110001,,,京Z9",
    ]
)


def test_an_import_of_people_is_undone_as_if_it_had_not_been(runs):
    before = runs.state()
    run = runs.take(PEOPLE)
    assert runs.state() != before
    assert (imports.is_undone(runs.session, run), imports.counts_undone(runs.session, run)) == (False, 0)
    assert runs.undo(run) == []
    assert runs.state() == before
    assert imports.is_undone(runs.session, run)
    assert imports.counts_undone(runs.session, run) == 9
    events = runs.session.scalar(select(func.count()).select_from(Event))
    assert runs.undo(run) == []
    assert runs.session.scalar(select(func.count()).select_from(Event)) == events


def test_units_go_and_what_was_amended_is_as_it_was(runs):
    before = runs.state()
    run = runs.take("房号,缴费状态\n9-901,已缴\n1-101,欠费", "units")
    assert FeeStatus.OWING in {values[1] for values in runs.state()[Unit].values()}
    assert runs.undo(run) == []
    assert runs.state() == before


def test_undo_goes_on_before_the_last_event_that_it_has_seen(runs):
    run = runs.take("房号\n9-901\n9-902\n9-903", "units")
    ours = select(Event.id).where(Event.register == "units", Event.request_id == f"import-{run.id}").order_by(Event.id)
    last = runs.session.scalars(ours).all()[-1]
    assert imports.undo_chunk(Call(runs.session, **runs.common), run, before=last).next is None
    assert runs.session.scalars(select(Unit.code).where(Unit.code.startswith("9-9"))).all() == ["9-903"]


def test_what_something_has_followed_on_stays_and_says_so(runs):
    run = runs.take(PEOPLE)
    later = runs.now + datetime.timedelta(hours=1)
    person = runs.session.scalars(select(Resident).where(Resident.name == "乙")).one()
    residents.amend(Call(runs.session, runs.world.actor("clerk"), later), [person], vehicles="京B2").one()
    (left,) = runs.undo(run)
    assert (left[0], "changed it since" in str(left[1])) == ("乙", True)
    names = set(runs.session.scalars(select(Resident.name)))
    assert person.phone is not None
    assert "乙" in names
    assert "甲" not in names


def test_units_in_which_people_came_to_live_stay(runs):
    run = runs.take("房号\n9-901\n9-902", "units")
    people = runs.upload("姓名,电话,房号,身份\n丙,13800003333,9-901,业主", key="people")
    assert people.id != run.id
    draft = residents.ResidentDraft(runs.world.estate.id, "丙")
    person = residents.register(Call(runs.session, **runs.common), [draft]).one()
    unit = runs.session.scalars(select(Unit).where(Unit.code == "9-901")).one()
    stay = residents.OccupancyDraft(runs.world.estate.id, unit.id, person.id, OccupancyKind.OWNER)
    residents.register_occupancy(Call(runs.session, **runs.common), [stay]).one()
    (left,) = runs.undo(run)
    assert left[0] == "9-901"
    assert set(runs.session.scalars(select(Unit.code).where(Unit.code.like("9-%")))) == {"9-901"}


def test_only_ones_own_import_at_its_end_is_undone(runs):
    waiting = runs.upload(PEOPLE)
    with pytest.raises(OperationRefused, match="at its end"):
        runs.undo(waiting)
    other = {"actor": runs.world.actor("supervisor"), "now": runs.now}
    with pytest.raises(OperationRefused, match="somebody else's"):
        imports.undo_chunk(Call(runs.session, **other), waiting)


def test_columns_chosen_once_are_those_of_the_next_file_of_that_shape(runs):
    run = runs.upload("住在这里的人,号,哪里\n甲,13800001111,1-101")
    assert run.columns == [None, None, None]
    reading = replace(imports.reading_of(runs.session, run), everybody="tenant")
    imports.map_columns(Call(runs.session, **runs.common), run, ["name", "phone", "unit"], reading=reading)
    again = runs.upload("住在这里的人（必填）,号,哪里\n乙,13800002222,2-201", key="another")
    assert isinstance(again, ImportRun)
    assert again.columns == ["name", "phone", "unit"]
    assert imports.reading_of(runs.session, again).everybody == "tenant"
    assert runs.upload("住在这里的人,哪里,号\n乙,2-201,1", key="third").columns == ["name", "unit", "phone"]


def said_of(runs, header):
    """What the columns of a file with these headings are taken as, and which of them are new."""
    columns, everybody, _twice, new = imports.columns_of(runs.session, runs.world.estate.id, "residents", header)
    return columns, everybody, new


def test_a_file_with_one_more_column_or_another_order_asks_for_what_is_new_only(runs):
    run = runs.upload("住在这里的人,号,哪里,号\n甲,13800001111,1-101,x")
    reading = replace(imports.reading_of(runs.session, run), everybody="tenant")
    chosen = ["name", "phone", "unit", "phone_2"]
    imports.map_columns(Call(runs.session, **runs.common), run, chosen, reading=reading)
    assert said_of(runs, ["哪里", "号", "号", "住在这里的人"]) == (["unit", "phone", "phone_2", "name"], "tenant", [])
    more = ["序号", "哪里", "号", "号", "住在这里的人", "电话", "车牌号", ""]
    assert said_of(runs, more) == (
        [None, "unit", "phone", "phone_2", "name", None, "vehicles", None],
        "tenant",
        ["序号", "电话", "车牌号"],
    )
    assert said_of(runs, ["哪里", "号", "住在这里的人"])[0] == [None] * 3, "one column less is another file"
    many = ["哪里", "号", "号", "住在这里的人", *"甲乙丙丁戊"]
    assert said_of(runs, many)[0] == [None] * 9, "of most nothing was said"
    other = runs.upload("哪里,号,号,住在这里的人,车牌号\n1-101,1,2,甲,x", key="second")
    assert other.columns == ["unit", "phone", "phone_2", "name", "vehicles"]
    reading = imports.reading_of(runs.session, other)
    assert reading.everybody == "tenant"
    imports.map_columns(
        Call(runs.session, **runs.common), other, ["unit", "phone", None, "name", "note"], reading=reading
    )
    assert said_of(runs, ["车牌号", "号", "号", "住在这里的人", "哪里", "备用"])[0] == [
        *("note", "phone", None, "name", "unit", None)
    ], "the file with most of these headings"


def test_what_an_earlier_version_kept_is_known_for_the_same_headings(runs):
    run = runs.upload("住在这里的人,号,哪里\n甲,13800001111,1-101")
    reading = imports.reading_of(runs.session, run)
    imports.map_columns(Call(runs.session, **runs.common), run, ["name", "phone", "unit"], reading=reading)
    layout = runs.session.scalars(select(ImportLayout)).one()
    assert "住在" not in str(layout.columns)
    layout.columns = ["name", "phone", "unit"]
    runs.session.flush()
    assert said_of(runs, ["住在这里的人", "号", "哪里"])[0] == ["name", "phone", "unit"]
    assert said_of(runs, ["号", "哪里", "住在这里的人"])[0] == [None] * 3


def test_rows_that_an_earlier_version_kept_with_one_refusal_each_are_read(runs):
    run = runs.upload("房号\n9-901\n9-902", "units")
    keyring, chunk = keyring_of(runs.session), runs.session.scalars(select(ImportChunk)).one()
    kept = json.loads(zlib.decompress(base64.b85decode(keyring.decrypt(chunk.content))))
    kept[-1][2] = ["RES-4", {"message": "The cell cannot be read.", "values": {}}]
    chunk.content = keyring.encrypt(base64.b85encode(zlib.compress(json.dumps(kept).encode())).decode())
    runs.session.flush()
    imports.map_columns(Call(runs.session, **runs.common), run, run.columns)
    found = imports.dry_run(Call(runs.session, **runs.common), run)
    (results,) = found.results.values()
    assert str(results[-1]).endswith("The cell cannot be read.")


def test_a_title_above_the_headings_is_passed_over_as_it_was_the_last_time(runs):
    text = "翠湖登记总表,,\n资产位置,客户大名,附言\n{room},{name},\n"
    run = runs.upload(text.format(room="1-101", name="钱一"))
    assert imports.reading_of(runs.session, run).header_row == 1
    call = Call(runs.session, **runs.common)
    reading = imports.read_with(runs.session, run, sheet=0, header_row=2)
    columns = ["unit", "name", None]
    imports.map_columns(call, run, columns, reading=replace(reading, everybody="owner"))
    again = runs.upload(text.format(room="1-201", name="钱二"), key="b" * 20)
    found = imports.reading_of(runs.session, again)
    assert (found.header_row, found.everybody, again.columns, again.rows) == (2, "owner", columns, 1)


def test_who_stays_keeps_the_home_that_the_import_brought__RES_1(runs):
    run = runs.take("姓名,电话,房号,身份\n甲三,13800003333,1-101,家属\n乙三,13800004444,1-201,家属")
    person = runs.session.scalars(select(Resident).where(Resident.name == "甲三")).one()
    draft = tickets.TicketDraft(runs.world.estate.id, "灯坏了", place="gate", resident_id=person.id)
    tickets.register(Call(runs.session, runs.world.actor("clerk"), runs.now), [draft]).one()
    assert [record for record, _refusal in runs.undo(run)] == ["甲三"]
    homes = select(Resident.name).join(Occupancy, Occupancy.resident_id == Resident.id)
    assert runs.session.scalars(homes.where(Resident.name.in_(["甲三", "乙三"]))).all() == ["甲三"]


def test_imports_are_undone_in_the_reverse_of_their_order(runs):
    before = runs.state()
    first = runs.take("姓名,电话,房号,身份\n甲三,13800003333,1-101,家属", key="f" * 20)
    second = runs.take("姓名,电话,备注\n甲三,13800003333,养狗", key="s" * 20)
    assert any("changed it since" in str(refusal) for _record, refusal in runs.undo(first))
    assert runs.undo(second) == []
    assert runs.undo(first) == []
    assert runs.state() == before
