"""What a cell of loans and passes says: keys and their pieces, due times, returns, from when until when."""

import datetime

import pytest

from models.errors import OperationRefused
from models.import_cells import BORROWER, PASS_KIND
from models.import_terms import due, key_and_pieces, names_several_keys, pieces, returned, validity
from models.keys import BorrowerKind
from models.passes import PassKind

NOVEMBER, DECEMBER = (datetime.datetime.fromisoformat(day) for day in ("2026-11-01", "2026-12-31"))


def test_pieces_stand_beside_the_number_of_a_key__KEY_2():
    for cell in (
        "K-10(3把)",
        "K-10（3 把）",
        "K-10 3把",
        "K-10×3",
        "K-10 x3",
        "K-10，共3把",
        "K-10(3)",
        "K-10 (3 pcs)",
    ):
        assert key_and_pieces(cell) == ("K-10", 3), cell
    for cell in ("K-10", "1-101", "W 7", "A1-3", "1号楼2单元", "B座 3"):
        assert key_and_pieces(cell) == (cell, None), cell
        assert not names_several_keys(cell), cell
    for cell in (
        "K-08、K-09",
        "K-08，K-09",
        "K-08/09",
        "K-08至K-10",
        "K-08~10",
        "K-08 K-09",
        "1+2",
        "K-8和K-9",
        "K-8;K-9",
    ):
        assert names_several_keys(cell), cell
    assert [pieces(cell) for cell in ("3", "3把", "共 3 把", "3.0", "/")] == [3, 3, 3, 3, None]
    with pytest.raises(OperationRefused, match="no number of pieces"):
        pieces("一串")


def test_what_is_not_back_has_no_time_of_return__KEY_2():
    for cell in ("未还", "未归还", "否", "×", "x", "借出中", "/", "Not returned"):
        assert returned(cell) is None, cell
    assert [returned(cell) for cell in ("已还", "√", "是")] == [True] * 3
    assert returned("2026-11-01") == NOVEMBER


def test_a_due_time_may_be_counted_from_the_loan__KEY_4():
    for cell, days in {"当天": 0, "3天": 3, "三天": 3, "3日内": 3, "一周": 7, "2 days": 2}.items():
        assert due(cell) == datetime.timedelta(days=days), cell
    assert due("2小时") == datetime.timedelta(hours=2)
    for cell, said in (("不限", "has a time to come back"), ("长期", "has a time to come back"), ("一个月", "no time")):
        with pytest.raises(OperationRefused, match=said):
            due(cell)


def test_one_cell_may_say_from_when_until_when_a_pass_is_valid__PAS_7():
    for cell in (
        "2026-11-01至2026-12-31",
        "2026.11.01-2026.12.31",
        "2026-11-01-2026-12-31",
        "2026年11月1日～2026年12月31日",
        "2026/11/1 - 2026/12/31",
        "20261101-20261231",
        "自2026-11-01起至2026-12-31止",
    ):
        assert validity(cell) == (NOVEMBER, DECEMBER), cell
    for cell in ("2026-12-31", "至2026-12-31", "2026年12月31日止", "截止2026-12-31"):
        assert validity(cell) == DECEMBER, cell
    for cell, said in (("长期", "every pass has one"), ("2026-11-01至12-31", "no time"), ("一个月", "no time")):
        with pytest.raises(OperationRefused, match=said):
            validity(cell)


def test_people_as_desks_call_them_are_known_and_others_are_asked_about():
    assert {PASS_KIND(word) for word in ("施工", "装修工", "施工队", "工人证")} == {PassKind.WORKER}
    assert {BORROWER(word) for word in ("施工", "装修工", "快递", "保姆", "家政")} == {BorrowerKind.OTHER}
    for word in ("月卡", "快递", "保姆", "家政"):
        with pytest.raises(OperationRefused, match=f"“{word}” is none of the words"):
            PASS_KIND(word)
