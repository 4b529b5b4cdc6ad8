"""How many rows a table beside a record shows at most, of every register."""

from typing import Any

from flask import Flask, g

from models.session import DeskSession
from tests.factories import World
from tests.marks import only_sqlite
from tests.records import Records

LIMITS: dict[str, dict[str, int | None]] = {
    "tickets": {
        "Clocks": None,
        "On hold": None,
        "Follow-ups": None,
        "Also called": None,
        "Linked tickets": None,
        "Reports of this incident": None,
        "Merged into": None,
        "Merged into this": None,
        "Taken before as": None,
        "Taken anew as": None,
    },
    "complaints": {
        "Clocks": None,
        "On hold": None,
        "Work": None,
        "Follow-ups": None,
        "Also called": None,
        "Linked complaints": None,
        "Merged into": None,
        "Merged into this": None,
        "Taken before as": None,
        "Taken anew as": None,
    },
    "follow_ups": {"Attempts": None, "Also called": None},
    "keys": {"Key loans": 20},
    "key_loans": {"张伟 also has:": 200},
    "visitor_passes": {"In and out": 50},
    "residents": {"Phones": None, "Units": None, "Messages": None, "Tickets": 10, "Complaints": 10},
    "units": {"Residents": None, "Tickets": 10, "Complaints": 10, "Keys": 10, "Visitor passes": 10},
    "staff": {"Phones": None},
}
"""Register -> heading of the table -> its longest; None where all are shown."""


@only_sqlite
def test_each_table_beside_a_record_shows_its_newest_rows_up_to_a_limit(
    app: Flask, pages: dict[str, Any], records: Records, session: DeskSession, world: World
) -> None:
    found: dict[str, dict[str, int | None]] = {}
    with app.test_request_context("/"):
        g.actor, g.current_estate, g.estates = world.actor("manager"), world.estate, [world.estate]
        for name, view in pages.items():
            if not hasattr(view, "related"):
                continue
            record = view.get_one(records.ids.get(name, 1))
            for table in view.related(record):
                limit = None if table.query is None else table.query._limit
                found.setdefault(name, {})[str(table.title)] = limit
    assert found == LIMITS
