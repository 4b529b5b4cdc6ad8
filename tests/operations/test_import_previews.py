"""A dry run chunk by chunk: it knows people of earlier chunks, and keeps no more of the file than it needs."""

import gc
from typing import Any

from models.call import Call
from models.operations import imports
from models.personal import keyring_of
from models.spreadsheets import SheetRow
from tests.sheets import tables, workbook

ROWS: list[list[Any]] = [
    ["李四", "13611112222", "1-101", "业主"],
    ["王五", "13611113333", "1-101", "家属"],
    ["李四", 13611112222, "2-201", "业主", "", "护照", "E1234567"],
    ["赵六", "12", "1-101", "家属"],
    ["李四", "", "", "", "", "护照", "e1234567", "京A1"],
    ["王五", "13611113333", "1-101", "家属"],
]


def dry_run(world, now, size):
    session, common = world.session, {"actor": world.actor("manager"), "now": now}
    file = imports.seal(tables(workbook(ROWS)), "residents", keyring_of(session), size=size)
    run = imports.upload(
        Call(session, **common),
        file,
        estate_id=world.estate.id,
        register="residents",
        file_name="名册.xlsx",
        key="k" * 20,
    )
    imports.map_columns(Call(session, **common), run, run.columns)
    return imports.dry_run(Call(session, **common), run)


def test_people_of_earlier_chunks_are_recognised__RES_1(rolled_back, now):
    found = [result for chunk in dry_run(rolled_back, now, 1).results.values() for result in chunk]
    words = [result if isinstance(result, str) else "refused" for result in found]
    assert words == ["imported", "imported", "imported", "refused", "updated", "unchanged"]


def test_a_refused_row_does_not_keep_the_rows_around_it(rolled_back, now):
    gc.freeze()  # what was there before is not looked through
    try:
        found = dry_run(rolled_back, now, 3)
        gc.collect()
        assert found.results
        assert [one for one in gc.get_objects() if isinstance(one, SheetRow)] == []
    finally:
        gc.unfreeze()
