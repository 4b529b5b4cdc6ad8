"""The pages of an import, in a small world: one row of each fate, one column and one line that are not taken."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook

from tests import reading
from tests.factories import World
from tests.sheets import saved, table
from tests.views.test_imports import KEY, step_of, upload


def file_of_units() -> bytes:
    """A title, headings, a room of each fate, a line of explanation; and a sheet that is not read."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "房产"
    for row in (
        ("云湖花园房产表", None, None),
        ("房号", "缴费状态", "联系人"),
        ("7-701", "已缴", "张 13800138000"),
        ("1-101", "欠费", "李"),
        ("1-201", None, "王"),
        ("2-101", "怪", "赵 13900139001"),
        ("说明：以上为在册房屋", None, None),
    ):
        sheet.append(row)
    book.create_sheet("旧").append(["房号", "9-901"])
    return saved(book)


def test_each_page_of_an_import_says_what_becomes_of_each_row_and_column(
    world: World, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    manager = sign_in("manager")
    _, run = step_of(upload(manager, post, file_of_units(), "units", key=KEY))

    def shown(step: str) -> reading.Node:
        return reading.one(reading.page(manager.get(f"/admin/imports/{step}/?id={run}")), "main")

    columns = shown("map")
    taken = {
        row["Column of the file"]: (reading.chosen(reading.one(line, "select")), row["First rows"])
        for line in reading.rows(columns)
        for row in [reading.columns(line)]
    }
    assert taken == {
        "房号": ("code", "7-701 · 1-101 · 1-201 · 2-101 · 说明：以上为在册房屋"),
        "缴费状态": ("fee_status", "已缴 · 欠费 · 怪"),
        "联系人": ("", "张 138****8000 · 李 · 王 · 赵 139****9001"),
    }
    assert reading.chosen(reading.one(columns, "#header-row")) == "2"
    assert [reading.words(option) for option in columns.css("#sheet option")] == ["房产 · 7 rows", "旧 · 1 row"]
    assert reading.ticked(columns, "left_out") == ["7"]
    other = reading.one(reading.page(manager.get(f"/admin/imports/map/?id={run}&sheet=1")), "main")
    assert (reading.chosen(reading.one(other, "#sheet")), reading.sent(other.css("form")[-1])["sheet"]) == ("1", "1")
    assert [reading.words(line.css_first("td")) for line in reading.rows(other)] == ["房号", "9-901"]
    assert "Row 7: 说明：以上为在册房屋" in reading.words(columns)

    sent = reading.sent(columns.css("form")[-1]) | {"column": [column for column, _samples in taken.values()]}
    assert post(manager, "/admin/imports/map/", **sent).status_code == 302
    told = "名册.xlsx · 4 rows · 云湖花园"
    refused = ["6", "“怪” is none of the words this column may hold: paid up; owing; not known."]
    checked = shown("check")
    assert told in reading.words(checked)
    assert "Taken from the file: 房号: Unit; 缴费状态: Fee status." in reading.words(checked)
    assert "Not taken from the file: 联系人." in reading.words(checked)
    assert "1 row of explanation is left out." in reading.words(checked)
    fates = "1 row will be imported, 1 adds to a record, 1 is there already, 1 is refused."
    assert reading.words(checked.css_first("p[role=status]")) == fates
    content = [*refused, "2-101 · 怪 · 赵 139****9001"]
    assert [[reading.words(cell) for cell in row.css("td")] for row in reading.rows(checked)] == [content]

    assert post(manager, "/admin/imports/run/", id=run).status_code == 302
    done = shown("details")
    assert told in reading.words(done)
    fates = "1 row imported, 1 added to a record, 1 was there already, 1 refused."
    assert reading.words(done.css_first("p[role=status]")) == fates
    assert [[reading.words(cell) for cell in row.css("td")] for row in reading.rows(done)] == [content]
    assert [reading.words(button) for button in done.css("button[type=submit]")] == ["Undo this import"]
    lines = table(manager.get(f"/admin/imports/download/?id={run}").data)
    assert lines[0] == ["房号", "缴费状态", "联系人", "Row in the file", "Reason for refusal"]
    assert lines[1:] == [["2-101", "怪", "赵 13900139001", *refused]]

    assert post(manager, "/admin/imports/undo/", id=run).status_code == 302
    undone = shown("details")
    said = "2 records of this import were undone. Nothing of it is left."
    assert reading.words(undone.css_first("p[role=status]")) == said
    assert undone.css("button[type=submit]") == []
    (listed,) = reading.rows(reading.page(manager.get("/admin/imports/")))
    assert reading.words(listed) == f"2026-11-18 10:00 {run} Units 名册.xlsx 4 finished"


def test_headings_in_two_rows_rooms_with_people_and_days_without_year_are_named_as_they_are_taken(
    sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    manager = sign_in("manager")
    rows = (
        "房号及姓名,业主资料,,,租户,",
        ",电话,备注,入住日期,姓名,电话",
        "1-201 钱一,'13911110001,,3月5日,孙二,13911110002",
        "钱三,,,,,",
    )
    _, run = step_of(upload(manager, post, "\n".join(rows).encode(), "residents", key=KEY))

    def shown(step: str) -> reading.Node:
        return reading.one(reading.page(manager.get(f"/admin/imports/{step}/?id={run}")), "main")

    columns = shown("map")
    assert reading.chosen(reading.one(columns, "#header-row")) == "2"
    boxes = [reading.chosen(box) for box in columns.css("select[name=column]")]
    assert boxes == ["room_and_person", "phone", "note", "moved_in_on", "tenant_name", "tenant_phone"]
    sent = reading.sent(columns.css("form")[-1]) | {"column": boxes, "everybody": "owner"}
    assert post(manager, "/admin/imports/map/", **sent).status_code == 302
    asked = reading.words(shown("check"))
    assert (
        "房号及姓名: Room and person; 业主电话: Phone; 备注: Note; 入住日期: Moved in; 租户姓名: Tenant's name" in asked
    )
    assert "0 rows will be imported, 0 add to records, 0 are there already, 2 are refused." in asked
    assert "“3月5日” says no year" in asked
    assert "Room and person cannot be told apart in “钱三”" in asked
    assert post(manager, "/admin/imports/map/", **sent | {"year": "26"}).status_code == 400
    assert post(manager, "/admin/imports/map/", **sent | {"year": "2026"}).status_code == 302
    assert reading.value_of(shown("map"), "year") == "2026"
    said = reading.words(shown("check"))
    assert "1 row will be imported, 0 add to records, 0 are there already, 1 is refused." in said
    assert "Days that say no year are of 2026." in said


def test_the_page_of_columns_names_those_that_the_last_such_file_had_not(
    sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    manager = sign_in("manager")

    def columns(text: str, key: str) -> tuple[str, reading.Node]:
        _, run = step_of(upload(manager, post, text.encode(), "units", key=key))
        return run, reading.one(reading.page(manager.get(f"/admin/imports/map/?id={run}")), "main")

    _run, first = columns("哪一套,费\n7-701,已缴", "first")
    assert "New in this one" not in reading.words(first)
    sent = reading.sent(first.css("form")[-1]) | {"column": ["code", "fee_status"]}
    assert post(manager, "/admin/imports/map/", **sent).status_code == 302
    _, second = columns("费,管家,哪一套\n已缴,周,7-702", "second")
    assert "The other columns are taken as in the last such file. New in this one: 管家." in reading.words(second)
    assert [reading.chosen(box) for box in second.css("select[name=column]")] == ["fee_status", "", "code"]
