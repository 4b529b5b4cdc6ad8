"""The page of a bulk run in each of its states, in a small world: what it counts, lists and offers."""

import datetime
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState
from models.session import DeskSession
from models.tickets import Ticket, TicketKind
from tests import reading
from tests.factories import World
from tests.views.maker import Ids, Maker

MINUTE = datetime.timedelta(minutes=1)
PAGE = "/admin/bulk-runs/details/?id="
RUNS: dict[str, tuple[BulkState, list[BulkOutcome]]] = {
    "previewed": (BulkState.PREVIEWED, [BulkOutcome.PENDING, BulkOutcome.PENDING, BulkOutcome.REFUSED]),
    "nothing to do": (BulkState.PREVIEWED, [BulkOutcome.REFUSED]),
    "running": (BulkState.RUNNING, [BulkOutcome.DONE, BulkOutcome.REFUSED, BulkOutcome.PENDING]),
    "finished": (BulkState.FINISHED, [BulkOutcome.DONE, BulkOutcome.DONE, BulkOutcome.REFUSED, BulkOutcome.CHANGED]),
    "all done": (BulkState.FINISHED, [BulkOutcome.DONE]),
    "too late": (BulkState.FINISHED, [BulkOutcome.DONE, BulkOutcome.CHANGED]),
    "undone": (BulkState.FINISHED, [BulkOutcome.DONE]),
    "undoing": (BulkState.FINISHED, [BulkOutcome.DONE, BulkOutcome.REFUSED]),
}

AGO = {"all done": 10 * MINUTE, "too late": 10 * MINUTE + datetime.timedelta(seconds=1)}


def make(session: DeskSession, world: World, now: datetime.datetime) -> Ids:
    """A run of the clerk in each state, and one of a colleague."""
    maker = Maker(session, world, now)
    for number in range(4):
        maker.matter(Ticket, f"{number}", now, kind=TicketKind.REPAIR, place="大堂")
    for name, (state, outcomes) in RUNS.items():
        ended: dict[str, Any] = {}
        if state is BulkState.FINISHED:
            ended = {"finished_at": now - AGO.get(name, 9 * MINUTE)}
        if name == "undoing":
            ended["undoes_id"] = maker.ids["bulk_runs"]["undone"]
        run = {"register": "tickets", "verb": "dispatch", "arguments": {}, "idempotency_key": f"key of {name} 0123456"}
        maker.add(BulkRun, name, actor_id=maker.person("clerk"), state=state, **run, **ended)
        for number, outcome in enumerate(outcomes):
            refused = {"rule": "JOB-1", "reason": {"message": "Not now.", "values": {}}}
            row = {"record_id": maker.ids["tickets"][f"{number}"], "number": f"T-{number}", "version_seen": 1}
            row |= refused if outcome is BulkOutcome.REFUSED else {}
            row |= {"changes": {"before": {"place": "大堂"}, "after": {"place": "门岗"}}}
            maker.add(BulkItem, f"{name} {number}", run_id=maker.ids["bulk_runs"][name], outcome=outcome, **row)
    theirs = {"register": "tickets", "verb": "dispatch", "arguments": {}, "idempotency_key": "key of a colleague"}
    maker.add(BulkRun, "a colleague's", actor_id=maker.person("clerk2"), **theirs)
    return maker.ids


MAKE = make

SAID = {
    "previewed": "2 rows will change, 1 will be left alone.",
    "nothing to do": "0 rows will change, 1 will be left alone.",
    "running": "2 of 3 rows",
    "finished": "2 rows done, 1 refused, 1 changed since the preview.",
    "all done": "1 row done, 0 refused, 0 changed since the preview.",
    "too late": "1 row done, 0 refused, 1 changed since the preview.",
    "undone": "1 row done, 0 refused, 0 changed since the preview.",
    "undoing": "1 row done, 1 refused, 0 changed since the preview.",
}
OFFERED: dict[str, list[str]] = {
    "previewed": ["Dispatch"],
    "nothing to do": [],
    "running": ["Go on"],
    "finished": ["Retry failed only (2)", "Undo (2)"],
    "all done": ["Undo (1)"],
    "too late": ["Retry failed only (1)"],
    "undone": [],
    "undoing": [],
}
PILES = {
    "previewed": ["all 3", "to be done 2", "refused 1"],
    "running": ["all 3", "to be done 1", "completed 1", "refused 1"],
    "finished": ["all 4", "completed 2", "refused 1", "changed since the preview 1"],
}


def test_a_run_says_how_far_it_is_and_offers_what_can_be_done_now(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    pages = {name: reading.page(clerk.get(f"{PAGE}{here['bulk_runs'][name]}")) for name in RUNS}
    assert {name: reading.words(reading.one(page, "main p[role=status]")) for name, page in pages.items()} == SAID
    offered = {
        name: [reading.words(button) for button in page.css("main form button[type=submit]")]
        for name, page in pages.items()
    }
    assert offered == OFFERED
    progress = reading.one(pages["running"], "main progress").attributes
    assert (progress["max"], progress["value"]) == ("3", "2")
    undoing = here["bulk_runs"]["undoing"]
    assert undoing in reading.ids(pages["undone"], "/admin/bulk-runs/details/")
    assert here["bulk_runs"]["undone"] in reading.ids(pages["undoing"], "/admin/bulk-runs/details/")
    assert "can be undone for 10 minutes" in reading.words(pages["too late"])
    assert "possible until 2026-11-18 10:01:00" in reading.words(pages["finished"])


def test_the_rows_of_a_run_stand_in_piles_by_what_became_of_them(
    here: Ids, sign_in: Callable[..., FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    for name, piles in PILES.items():
        page = reading.page(clerk.get(f"{PAGE}{here['bulk_runs'][name]}"))
        chips = [link for link in reading.links(reading.one(page, "main")) if link[0] in piles]
        assert [text for text, _address in chips] == piles
        for text, address in chips:
            shown = reading.page(clerk.get(address))
            assert len(reading.rows(shown)) == reading.number_in(text), (name, text)
            assert reading.words(reading.one(shown, "main ul [aria-current]")) == text
    page = reading.page(clerk.get(f"{PAGE}{here['bulk_runs']['finished']}"))
    told = [reading.columns(row) for row in reading.rows(page)]
    assert [(row["Number"], row["About"], row["Changes"], row["Outcome"]) for row in told] == [
        ("T-0", "大堂 · 0", "Place: 大堂 → 门岗", "completed"),
        ("T-1", "大堂 · 1", "Place: 大堂 → 门岗", "completed"),
        ("T-2", "大堂 · 2", "", "refused"),
        ("T-3", "大堂 · 3", "Place: 大堂 → 门岗", "changed since the preview"),
    ]


def test_the_list_of_runs_has_ones_own_newest_first(here: Ids, sign_in: Callable[..., FlaskClient]) -> None:
    page = reading.page(sign_in("clerk").get("/admin/bulk-runs/"))
    shown = [number for row in reading.rows(page) for number in reading.ids(row, "/admin/bulk-runs/details/")]
    assert shown == [here["bulk_runs"][name] for name in reversed(RUNS)]
