"""Import by the pages: upload, columns, dry run, doing it, mending; each step reloadable, each step asked of policy."""

import io
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update

from models.estates import Unit
from models.imports import ImportChunk, ImportRun
from models.residents import Resident
from models.roles import Role
from models.session import DeskSession
from models.spreadsheets import MAXIMUM_BYTES
from models.staff import StaffAssignment
from tests import reading
from tests.factories import World
from tests.guards_off import guards_off
from tests.marks import first_sqlite, only_sqlite
from tests.sheets import HEADER, people, table, workbook

GOES_ON = 'data-progress-moves-value="true"'
NEW = "/admin/imports/new/?register="
KEY = "a-key-of-sixteen-or-more"


def upload(
    client: FlaskClient, post: Callable[..., Any], raw: bytes, register: str = "residents", **fields: Any
) -> Any:
    """Send a file."""
    return post(client, NEW + register, file=(io.BytesIO(raw), "名册.xlsx"), **{"key": KEY, **fields})


def step_of(answer: Any) -> tuple[str, str]:
    """The step and the run that an answer leads to."""
    path, _question, query = answer.headers["Location"].partition("?id=")
    return path.split("/")[-2], query


def chosen(client: FlaskClient, run: str) -> list[str]:
    """The columns that the page of the columns proposes."""
    page = reading.page(client.get(f"/admin/imports/map/?id={run}"))
    return [reading.chosen(field) for field in page.css("select[name=column]")]


def go(client: FlaskClient, post: Callable[..., Any], raw: bytes, key: str, register: str = "residents") -> str:
    """Upload, dry run and import in one go; the page of the result."""
    _, run = step_of(upload(client, post, raw, register, key=key))
    assert post(client, "/admin/imports/map/", id=run, column=chosen(client, run)).status_code == 302
    page = GOES_ON
    while GOES_ON in page:
        page = client.get(post(client, "/admin/imports/run/", id=run).headers["Location"]).text
    return page


def test_people_go_in_by_the_pages_and_their_faulty_rows_are_mended(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    assert "/admin/imports/new/?register=residents" in client.get("/admin/residents/").text
    assert 'type="file"' in client.get(NEW + "residents").text
    rows = people(30, [unit.code for unit in world.units])
    rows[3][1], rows[9][2] = "12", "9栋999"
    rows[9][8] = "-danger()"
    before = look.scalar(select(func.count()).select_from(Resident)) or 0
    look.rollback()

    step, run = step_of(upload(client, post, workbook(rows)))
    assert step == "map"
    columns = chosen(client, run)
    assert columns[:4] == ["name", "phone", "unit", "kind"]
    page = client.get(f"/admin/imports/map/?id={run}").text
    assert "张三0" in page
    assert str(rows[0][1]) not in page  # RES-4
    step, _ = step_of(post(client, "/admin/imports/map/", id=run, column=columns))
    assert step == "check"
    for _reloaded in range(2):
        page = client.get(f"/admin/imports/check/?id={run}").text
        assert "28 rows will be imported" in page
        assert "2 are refused" in page
    assert step_of(client.get(f"/admin/imports/details/?id={run}"))[0] == "check"
    assert look.scalar(select(func.count()).select_from(Resident)) == before
    look.rollback()

    for _twice in range(2):
        assert step_of(post(client, "/admin/imports/run/", id=run))[0] == "details"
    page = client.get(f"/admin/imports/details/?id={run}").text
    assert "28 rows imported" in page
    assert "2 refused" in page
    assert look.scalar(select(func.count()).select_from(Resident)) == before + 28
    look.rollback()

    refused = table(client.get(f"/admin/imports/download/?id={run}").data)
    assert refused[0] == [*HEADER, "Row in the file", "Reason for refusal"]
    assert [line[-2] for line in refused[1:]] == ["5", "11"]
    assert "There is no unit" in refused[2][-1]
    _, again = step_of(upload(client, post, workbook(refused[1:], refused[0]), key=KEY + "-as-it-was"))
    post(client, "/admin/imports/map/", id=again, column=chosen(client, again))
    page = client.get(f"/admin/imports/check/?id={again}").text
    assert "There is nothing to import" in page
    assert "Import now" not in page

    refused[1][1], refused[2][2] = "13911110000", "2栋101"
    page = go(client, post, workbook(refused[1:], refused[0]), KEY + "-mended")
    assert "2 rows imported" in page
    assert look.scalar(select(func.count()).select_from(Resident)) == before + 30
    assert "-danger()" in {note or "" for note in look.scalars(select(Resident.note))}


def test_units_go_in_by_the_pages(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    raw = workbook([("7-701", "已缴"), ("1-101", "欠费")], ("房号", "缴费状态"))
    page = go(client, post, raw, KEY, "units")
    assert "1 row imported" in page
    assert "1 added to a record" in page
    assert look.scalars(select(Unit.code).where(Unit.code == "7-701")).one()
    assert "名册.xlsx" in client.get("/admin/imports/").text


def test_a_file_is_uploaded_once_however_often_it_is_sent(
    world: World, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    raw = workbook(people(2, ["1-101"]))
    assert step_of(upload(client, post, raw)) == step_of(upload(client, post, raw))


def test_bad_files_and_columns_are_told_in_a_sentence(
    world: World, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    assert post(client, NEW + "residents", key=KEY).status_code == 400
    answer = upload(client, post, b"\x00\x01 no table")
    assert (answer.status_code, "no workbook" in answer.text) == (409, True)
    assert upload(client, post, workbook([["x"]]), key="").status_code == 409
    assert client.get(NEW + "events").status_code == 400
    _, run = step_of(upload(client, post, workbook([["x", "y"]], ("Who?", "Phone"))))
    assert "One of these columns must be there: Full name" in client.get(f"/admin/imports/map/?id={run}").text
    for columns in (["phone"], ["nonsense", "phone"]):
        assert post(client, "/admin/imports/map/", id=run, column=columns).status_code == 400
    answer = post(client, "/admin/imports/map/", id=run, column=["", "phone"])
    assert (answer.status_code, "must be there" in answer.text) == (409, True)
    assert post(client, "/admin/imports/run/", id=run).status_code == 409
    assert step_of(post(client, "/admin/imports/map/", id=run, column=["name", ""]))[0] == "check"


class Body(io.RawIOBase):
    """A body of so many bytes, which are never all there at once."""

    def __init__(self, length: int) -> None:
        self.length, self.place = length, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (self.length if whence == 2 else 0)
        return self.place

    def readinto(self, buffer: Any) -> int:
        read = min(len(buffer), self.length - self.place)
        self.place += read
        return read


@only_sqlite
def test_a_file_of_more_than_200_mb_is_told_in_a_sentence(world: World, sign_in: Callable[..., FlaskClient]) -> None:
    kind = "multipart/form-data; boundary=x"
    body = Body(MAXIMUM_BYTES + 10_000_000)
    answer = sign_in("manager").post(NEW + "residents", content_type=kind, input_stream=body)
    assert (answer.status_code, "larger than 200 MB" in answer.text, body.place) == (413, True, body.length)
    for username in ("clerk", "technician"):
        body = Body(20_000_000)
        answer = sign_in(username).post(NEW + "residents", content_type=kind, input_stream=body)
        assert (answer.status_code, body.place) == (413, body.length)  # read away, so that the answer arrives


def test_only_who_may_import_does_and_only_ones_own(
    app: Flask,
    world: World,
    session: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    manager = sign_in("manager")
    _, run = step_of(upload(manager, post, workbook(people(2, ["1-101"]))))
    colleague = StaffAssignment(estate_id=world.estate.id, staff_id=world.person("supervisor").id, role=Role.MANAGER)
    elsewhere = StaffAssignment(estate_id=world.other.id, staff_id=world.person("stranger").id, role=Role.MANAGER)
    session.add_all([colleague, elsewhere])
    session.commit()
    for username, code in (("clerk", 403), ("admin", 403), ("supervisor", 404), ("stranger", 404)):
        client = sign_in(username)
        for step in ("map", "check", "details", "download"):
            assert client.get(f"/admin/imports/{step}/?id={run}").status_code == code, (username, step)
        for step in ("map", "check", "run"):
            assert post(client, f"/admin/imports/{step}/", id=run).status_code == code, (username, step)
        if code == 403:
            assert client.get(NEW + "residents").status_code == 403
            assert upload(client, post, workbook([["x"]])).status_code == 403
            assert "imports/new" not in client.get("/admin/units/").text
    assert post(manager, "/admin/imports/run/", id="x").status_code == 400


def test_an_import_older_than_a_week_is_gone(
    app: Flask,
    world: World,
    session: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
    now: Any,
) -> None:
    client = sign_in("manager")
    _, run = step_of(upload(client, post, workbook(people(2, ["1-101"]))))
    with guards_off(session.connection()):
        session.get_one(ImportRun, int(run)).created_at = now.replace(year=now.year - 1)
        session.flush()
    session.commit()
    answer = client.get(f"/admin/imports/check/?id={run}")
    assert (answer.status_code, "older than a week" in answer.text) == (404, True)


def spoil(engine: Engine, table: type[Any], state: str) -> None:
    """Nothing that *table* keeps of files can be decrypted any more; runs are at *state*."""
    kept = {column.name: "k1:bm90aGluZw==" for column in table.__table__.columns if column.info.get("personal")}
    with engine.begin() as connection, guards_off(connection):
        connection.execute(update(table).values(kept))
        connection.execute(update(ImportRun).values(state=state))


@first_sqlite
def test_a_kept_file_that_cannot_be_decrypted_is_said_so_at_each_step__RES_4(
    engine: Engine, sign_in: Callable[..., FlaskClient], post: Callable[..., Any], world: World
) -> None:
    client = sign_in("manager")
    rows = [["乙", "12", "1-101", "业主"]]
    for key, spoilt in (("first-file", ImportChunk), ("second-file", ImportRun)):
        _, run = step_of(upload(client, post, workbook(rows), key=key))
        assert post(client, "/admin/imports/map/", id=run, column=chosen(client, run)).status_code == 302
        for state in ("uploaded", "mapped", "checked", "running", "finished"):
            spoil(engine, spoilt, state)
            for step in ("map", "check", "details", "download"):
                answer = client.get(f"/admin/imports/{step}/?id={run}", follow_redirects=True)
                assert answer.status_code in (200, 409), (step, state, answer.status_code)
                assert answer.status_code == 200 or "can no longer be read" in answer.text, (step, state)
            for step in ("map", "check", "run", "undo"):
                answer = post(client, f"/admin/imports/{step}/", id=run, column=["name", "phone", "unit", "kind"])
                assert answer.status_code in (302, 400, 409), (step, state, answer.status_code)
        assert client.get("/admin/imports/").status_code == 200
        assert "can no longer be read" in client.get(f"/admin/imports/details/?id={run}").text
