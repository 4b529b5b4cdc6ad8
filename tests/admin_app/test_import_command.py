"""``frontdesk import residents`` and ``units``: every row accounted for, the same twice, each refusal one line."""

import json

import pytest
from sqlalchemy import func, select

from models.residents import Resident
from tests.marks import only_sqlite
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


def test_rows_are_accounted_for_and_the_same_twice(run, world, tmp_path):
    file, failed = tmp_path / "people.xlsx", tmp_path / "failed.xlsx"
    rows = people(700, [unit.code for unit in world.units])
    rows[600][1] = "12"
    file.write_bytes(workbook(rows))
    before = count(world)
    arguments = ("residents", file, "--estate", "YH", "--json", "--failed", failed)
    expected = {"rows": 700, "imported": 699, "updated": 0, "unchanged": 0, "refused": 1}
    for dry, imported in (("--dry-run",), 0), ((), 699), ((), 0):
        code, out, err = run(*arguments, *dry)
        report = json.loads(out)
        assert code == 0
        assert {name: report[name] for name in expected} == expected
        assert report["dry_run"] is bool(dry)
        assert [refusal["row"] for refusal in report["refusals"]] == [602]
        if imported:
            assert "residents" in err
            expected |= {"imported": 0, "unchanged": 699}
        assert count(world) == before + (0 if dry else 699)
    lines = table(failed.read_bytes())
    assert lines[1][-2:] == ["602", report["refusals"][0]["reason"]]
    lines[1][1] = "13600001111"
    file.write_bytes(workbook(lines[1:], lines[0]))
    code, out, _ = run("residents", file, "--estate", "YH", "--as", "manager")
    assert (code, "imported: 1" in out) == (0, True)
    assert count(world) == before + 700


@only_sqlite
def test_what_cannot_be_done_is_one_line(run, world, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("姓名,房号\n李四,1-101\n", encoding="gb18030")
    for arguments, said in (
        (("residents", file, "--estate", "NO"), "there is no estate NO"),
        (("residents", file, "--estate", "YH", "--as", "clerk"), "ROLE"),
        (("residents", file, "--estate", "YH", "--owner", "clerk"), "--owner needs --map"),
        (("units", tmp_path / "people.csv", "--estate", "YH", "--as", "nobody"), "nobody"),
        (("tickets", file, "--estate", "YH"), "is missing"),
        (("units", file, "--estate", "YH", "--map", file), "for tickets only"),
    ):
        code, out, err = run(*arguments)
        assert (code != 0, out) == (True, ""), arguments
        assert said in err
        assert err.count("\n") == 1
    file.write_bytes(b"\x00\x01")
    code, _, err = run("residents", file, "--estate", "YH")
    assert (code, "no workbook" in err) == (1, True)
