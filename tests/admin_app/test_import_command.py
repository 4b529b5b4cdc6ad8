"""``frontdesk import``: every row accounted for, the same twice, each refusal one line, taken back as a whole."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.complaints import Complaint
from models.estates import Unit
from models.imports import ImportRun, ImportState
from models.keys import KeyLoan, KeyOrigin
from models.operations import keys
from models.operations.imports import REGISTERS
from models.passes import VisitorPass
from models.residents import Occupancy, Resident, ResidentContact
from models.tickets import Ticket
from tests import reading
from tests.factories import token
from tests.marks import first_sqlite, only_sqlite
from tests.sheets import people, table, workbook


@pytest.fixture
def run(run_here):
    """``run("units", "file.xlsx")``: exit code, standard output, standard error, on the world's database."""

    def run_one(*arguments):
        return run_here("import", *arguments)

    return run_one


def count(world):
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(Resident))


@first_sqlite
def test_rows_are_accounted_for_and_the_same_twice(run, world, tmp_path):
    file, failed = tmp_path / "people.xlsx", tmp_path / "failed.xlsx"
    rows = people(520, [unit.code for unit in world.units])
    rows[510][1] = "12"
    file.write_bytes(workbook(rows))
    before = count(world)
    arguments = ("residents", file, "--estate", "YH", "--json", "--failed", failed)
    expected = {"rows": 520, "imported": 519, "updated": 0, "unchanged": 0, "refused": 1}
    for dry, imported in (("--dry-run",), 0), ((), 519), ((), 0):
        code, out, err = run(*arguments, *dry)
        report = json.loads(out)
        assert code == 0
        assert {name: report[name] for name in expected} == expected
        assert report["dry_run"] is bool(dry)
        assert [refusal["row"] for refusal in report["refusals"]] == [512]
        if imported:
            assert "residents" in err
            expected |= {"imported": 0, "unchanged": 519}
        assert count(world) == before + (0 if dry else 519)
    lines = table(failed.read_bytes())
    assert lines[1][-2:] == ["512", report["refusals"][0]["reason"]]
    lines[1][1] = "13600001111"
    file.write_bytes(workbook(lines[1:], lines[0]))
    code, out, _ = run("residents", file, "--estate", "YH", "--as", "manager")
    assert (code, "imported: 1" in out) == (0, True)
    assert count(world) == before + 520


@only_sqlite
def test_what_cannot_be_done_is_one_line(run, world, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("姓名,房号\n李四,1-101\n", encoding="gb18030")
    for arguments, said in (
        (("residents", file, "--estate", "NO"), "there is no estate NO"),
        (("residents", file, "--estate", "YH", "--as", "clerk"), "ROLE"),
        (("tickets", file, "--estate", "YH", "--owner", "clerk"), "--owner needs --map"),
        (("tickets", file, "--estate", "YH", "--map", file, "--sheet", "1"), "--map reads the file as the mapping"),
        (("keys", file, "--estate", "YH"), "No such command"),
        (("undo", "7"), "there is no import 7"),
        (("undo", "0"), "not in the range"),
        (("units", tmp_path / "people.csv", "--estate", "YH", "--as", "nobody"), "nobody"),
        (("tickets", file, "--estate", "YH"), "is missing"),
        (("units", file, "--estate", "YH", "--map", file), "No such option"),
    ):
        code, out, err = run(*arguments)
        assert (code != 0, out) == (True, ""), arguments
        assert said in err
        assert err.count("\n") == 1
    file.write_bytes(b"\x00\x01")
    code, _, err = run("residents", file, "--estate", "YH")
    assert (code, "no workbook" in err) == (1, True)


ROOT = Path(__file__).parents[2]
FILES = {
    "units": ["房号,缴费状态", "9-901,已缴", "9-902,欠费", "9-903,不明白"],
    "residents": [
        "姓名,电话,房号,身份",
        "甲,13800001111,1-101,业主",
        "张伟,13800138000/13911110001,,",
        "丙,12,1-101,业主",
    ],
    "tickets": [
        "编号,报修内容,报修时间",
        "A-1,厨房漏水,2024-05-01",
        "A-2,门锁坏,2024年5月1日 下午3点",
        "A-3,灯,3/1/2024",
    ],
    "complaints": ["编号,投诉内容,投诉时间", "B-1,太吵,2024-05-01", "B-2,太脏,45250", "B-3,太暗,明天"],
    "key_loans": [
        "钥匙编号,借用人,借出时间",
        "{key},李师傅,2024-05-01",
        "{key},李师傅,2024-05-01",
        "K-404,甲,2024-05-01",
    ],
    "visitor_passes": ["证号,姓名,有效期至", "Z-1,赵工,2099-05-01", "Z-2,钱工,2099.5.1", "Z-3,孙工,9999-12-31"],
}
"""Two rows that are taken and one that is not; of loans the second is the first again."""
TABLES = (Unit, Resident, ResidentContact, Occupancy, Ticket, Complaint, KeyLoan, VisitorPass)


def rows_there(world):
    world.session.rollback()
    return {model: world.session.scalar(select(func.count()).select_from(model)) for model in TABLES}


def test_each_register_is_imported_and_taken_back_by_command(run, world, now, tmp_path):
    assert FILES.keys() == REGISTERS.keys()
    draft = keys.KeyDraft(world.estate.id, next(iter(KeyOrigin)), "A1", "S1", unit_id=world.units[0].id)
    key = keys.register(Call(world.session, world.actor("manager"), now), [draft]).one()
    world.session.commit()
    number, before = key.number, rows_there(world)
    kind = "csv" if world.session.get_bind().dialect.name == "sqlite" else "xlsx"
    for register, lines in FILES.items():
        header, *rows = [line.format(key=number).split(",") for line in lines]
        file = tmp_path / f"{register}.{kind}"
        text = "\n".join(map(",".join, [header, *rows])).encode()
        file.write_bytes(text if kind == "csv" else workbook(rows, header))
        first, taken = 0, (1 if register == "key_loans" else 2)
        for options, imported, unchanged in (
            (("--dry-run",), taken, 2 - taken),
            ((), taken, 2 - taken),
            ((), 0, 2),
        ):
            code, out, err = run(register, file, "--estate", "YH", "--json", *options)
            assert (code, "Traceback" in err) == (0, False)
            report = json.loads(out)
            counts = (report["imported"] + report["updated"], report["unchanged"], report["refused"])
            assert counts == (imported, unchanged, 1), (register, kind, options, report)
            assert sum(counts) == report["rows"]
            assert [refusal["row"] for refusal in report["refusals"]] == [4]
            first = report["run"] if imported else first
            assert (report["run"] is None) is bool(options)
            assert (rows_there(world) == before) is bool(options), register
        for options in ("--dry-run",), ():
            code, out, _err = run("undo", first, "--json", *options)
            report = json.loads(out)
            assert (code, report["left"], report["undone"] > 0) == (0, [], True), (register, report)
            assert (rows_there(world) == before) is not bool(options), register
    runs = world.session.scalars(select(ImportRun)).all()
    assert {one.state for one in runs} == {ImportState.FINISHED}
    assert len(runs) == 2 * len(FILES)


def test_another_systems_export_is_a_run_too_and_is_taken_back(run, world):
    before = rows_there(world)
    file, mapping = ROOT / "tests/fixtures/nyc311_excerpt.csv", ROOT / "seed/mappings/nyc311.toml"
    arguments = ("tickets", file, "--map", mapping, "--estate", "YH", "--json")
    code, out, _ = run(*arguments, "--dry-run")
    assert (code, json.loads(out)["run"], rows_there(world)) == (0, None, before)
    code, out, _ = run(*arguments)
    report = json.loads(out)
    assert code == 0
    record = world.session.get_one(ImportRun, report["run"])
    assert (record.state, record.rows, record.file_name) == (ImportState.FINISHED, report["rows"], file.name)
    assert rows_there(world)[Ticket] > before[Ticket]
    code, out, _ = run("undo", report["run"], "--as", "manager", "--json")
    assert (code, json.loads(out)["left"], rows_there(world)) == (0, [], before)


@only_sqlite
def test_an_import_of_a_colleague_is_not_taken_back(run, world, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("房号\n9-901\n", encoding="utf-8")
    code, out, _ = run("units", file, "--estate", "YH", "--as", "manager")
    assert code == 0
    assert "To take it back: frontdesk import undo 1" in out
    code, _, err = run("undo", 1, "--as", "supervisor")
    assert (code, "somebody else's" in err) == (1, True)
    code, out, _ = run("undo", 1)
    assert (code, "records undone: 1" in out) == (0, True)
    code, out, _ = run("undo", 1)
    assert (code, "records undone: 0" in out) == (0, True), "what was undone before is not undone again"


def test_what_the_command_line_imported_stands_in_the_panel_and_is_taken_back_there(run, world, tmp_path, sign_in):
    file, before = tmp_path / "units.csv", rows_there(world)
    file.write_text("房号\n9-901\n", encoding="utf-8")
    number = json.loads(run("units", file, "--estate", "YH", "--json")[1])["run"]
    world.session.commit()
    client = sign_in("manager")
    listed = reading.page(client.get("/admin/imports/"))
    assert [row.css("td")[1].text() for row in listed.css("tbody tr")] == [str(number)]
    page = f"/admin/imports/details/?id={number}"
    assert "1 row imported" in client.get(page).text
    sent = {"id": number, "csrf_token": token(client, page)}
    assert client.post("/admin/imports/undo/", data=sent).status_code == 302
    assert "Nothing of it is left" in client.get(page).text
    assert sign_in("clerk").get(page).status_code in (403, 404)
    assert rows_there(world) == before


def test_sums_are_left_out_with_their_reason_unless_all_rows_are_asked_for(run, world, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("姓名,电话,,备用人姓名,电话\n甲,13800009991,x,乙,13800009992\n小计,1人,,,\n", encoding="utf-8")
    arguments = ("residents", file, "--estate", "YH", "--dry-run")
    report = json.loads(run(*arguments, "--json")[1])
    assert (report["rows"], report["left_out"]) == (1, [{"row": 3, "reason": "a sum"}])
    assert report["columns_not_taken"] == ["(column C)", "备用人姓名", "电话"]
    assert "row 3 is left out: a sum (--leave-out none takes it)" in run(*arguments)[1]
    assert json.loads(run(*arguments, "--json", "--leave-out", "none")[1])["rows"] == 2


@first_sqlite
def test_the_year_of_days_that_say_none_is_said_once__INT_3(run, world, tmp_path):
    file = tmp_path / "tickets.csv"
    file.write_text("报修内容,房号,报修时间\n漏水,1-101,3月5日\n", encoding="utf-8")
    code, out, _err = run("tickets", file, "--estate", "YH")
    assert (code, "“3月5日” says no year" in out) == (0, True)
    for fate in ("imported", "unchanged"):
        code, out, _err = run("tickets", file, "--estate", "YH", "--year", "2026", "--json")
        assert (code, json.loads(out)[fate]) == (0, 1)
    world.session.rollback()
    (heard,) = world.session.scalars(select(Ticket.heard_at).where(Ticket.source == "import"))
    assert f"{heard:%Y-%m-%d %H:%M}" == "2026-03-04 16:00"
