"""Nonsense in what the desk's own screens read: told in a sentence, shown escaped, nothing changed, never an error."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.audits import AuditLine
from models.events import Event
from models.follow_ups import FollowUp
from models.keys import Key, KeyLoan
from models.saved_views import ColumnChoice, SavedView
from models.session import DeskSession
from models.told import Told
from tests.factories import World
from tests.marks import EVERYTHING, first_sqlite
from tests.records import Records

Post = Callable[..., Any]
SignIn = Callable[..., FlaskClient]

SCRIPT = "<script>alert(1)</script>"
NOTHING = "a\0b"
TEXTS = ("长" * 10_000, f"😀\u202eمرحبا{SCRIPT}", "   ", NOTHING, "%_'\"\\")
NUMBERS = ("9" * 30, "-1", "0", "²", "٣", "1e9", "id:1", "nan")
DATES = ("0001-01-01", "9999-12-31", "2026-02-30", "+02026-11-22")
WORST = (*TEXTS[:2], NOTHING, NUMBERS[0], DATES[0])

READ = {
    "/admin/": ("show",),
    "/admin/search/": ("q",),
    "/admin/tickets/": ("search", "show", "preview", "cols", "sort", "desc", "after", "before", "at", "filters"),
    "/admin/tickets/intake/": ("q", "resident_id", "unit_id", "category_id", "kind", "summary"),
    "/admin/tickets/intake/callers/": ("q",),
    "/admin/tickets/intake/caller/": ("resident", "unit"),
    "/admin/tickets/preview/": ("id",),
    "/admin/keys/board/": ("q", "state", "key", "at"),
    "/admin/keys/several/": ("key", "more", "borrower_of", "approved"),
    "/admin/follow-ups/queue/": ("call", "skipped", "whose"),
    "/admin/reports/": ("since", "until", "scope"),
    "/admin/mentions/people/": ("q",),
    "/admin/bulk-runs/details/": ("id", "outcome", "after"),
    "/admin/audits/details/": ("id", "show", "list", "after"),
    "/admin/audits/print/": ("id",),
}
"""Address -> what it reads of the address."""


def kept(look: DeskSession) -> list[int | None]:
    """How many there are of everything that these pages can make."""
    look.rollback()
    models = (Event, SavedView, ColumnChoice, Told)
    return [look.scalar(select(func.count()).select_from(model)) for model in models]


def fault(answer: Any) -> str:
    """What is wrong with an answer to nonsense; empty where nothing is."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if SCRIPT in answer.text:
        return "not escaped"
    page = "html" in answer.content_type
    if answer.status_code >= 400 and page and "<h1" not in answer.text:
        return f"{answer.status_code} without a page"
    return ""


@first_sqlite
@pytest.mark.parametrize("address", sorted(READ))
def test_an_address_that_makes_no_sense_gets_a_page(
    address: str, records: Records, sign_in: SignIn, look: DeskSession
) -> None:
    client, before = sign_in("manager"), kept(look)
    wrong = []
    # Where many names are read each gets the worst, and the others are dealt out to them in turn.
    dealt = itertools.cycle((*TEXTS[2:3], *TEXTS[4:], *NUMBERS[1:], *DATES[1:]))
    few = [(name, value) for name in READ[address] for value in (*WORST, *itertools.islice(dealt, 3))]
    every = list(itertools.product(READ[address], (*TEXTS, *NUMBERS, *DATES)))
    for name, value in every if EVERYTHING or len(READ[address]) < 4 else few:
        given = {"id": str(records.ids["audits"])} if "audits" in address and name != "id" else {}
        if found := fault(client.get(f"{address}?{urlencode({**given, name: value})}")):
            wrong.append((name, value[:30], found))
    for name, broken in itertools.product(READ[address], ("%ff%fe", "%ed%a0%80")):  # no UTF-8, half a pair
        if found := fault(client.get(f"{address}?{name}={broken}")):
            wrong.append((name, broken, found))
    assert wrong == []
    assert kept(look) == before


def forms(records: Records, world: World, look: DeskSession) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form of the desk's own screens: address and a filling that would do."""
    room, person = f"id:{world.units[0].id}", f"id:{world.residents[0].id}"
    call = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "灯坏了", "another_matter": "1"}
    where = {"unit_id": room, "resident_id": person, "place": "", "reporter_name": "", "reporter_phone": ""}
    times = {"heard_at": "", "promised_at": "", "reporter_department": "", "complaint_id": "", "wish": "", "detail": ""}
    yield "/admin/tickets/intake/", {**call, **where, **times, "category_id": "", "team_id": "", "then": ""}
    yield "/admin/tickets/intake/", {**call, **where, "repeat_of": str(records.tickets[1])}
    yield f"/admin/tickets/step/comment/?id={records.tickets[1]}", {"kind": "note", "body": "请@周敏", "version": "1"}
    yield (
        f"/admin/tickets/edit/?id={records.tickets[1]}",
        {
            **where,
            "summary": "灯",
            "severity": "ordinary",
            "channel": "phone",
            "version": "99",
            "choose-summary": "yours",
        },
    )
    follow_up = look.scalars(select(FollowUp.id)).first()
    queue = f"/admin/follow-ups/queue/{{}}/?call={follow_up}"
    marks = {"quality": "5", "timeliness": "5", "attitude": "5", "words": "好", "version": ""}
    yield queue.format("later"), {"preferred_time": "2026-12-01T09:00", "version": ""}
    yield queue.format("record"), {"outcome": "satisfied", "way": "phone", **marks}
    lent = look.scalars(select(KeyLoan).where(KeyLoan.returned_at.is_(None))).one()
    free = look.scalars(select(Key.id).where(Key.id != lent.key_id).order_by(Key.id.desc())).first()
    ticks = {"identity_checked": "1", "signed": "1"}
    loan = {"borrower_name": "王", "due_at": "", "borrower_phone": "", "purpose": ""}
    yield f"/admin/keys/board/lend/?key={free}", {"borrower": "sales", **ticks, **loan}
    yield f"/admin/keys/board/return/?key={lent.key_id}", {"loan": str(lent.id), "note": "", "pieces": ""}
    several = f"/admin/keys/several/{{}}/?key={free}&key={lent.key_id}"
    yield several.format("lend"), {"key": str(free), "borrower": "sales", **ticks, **loan}
    brought = {"brought_by": "other", "brought_by_name": "王", "brought_by_phone": "", "note": ""}
    yield several.format("return"), {"loan": str(lent.id), **brought}
    asked = {"borrower_kind": "other", "borrower_name": "王", "borrower_staff_id": "", "purpose": "x"}
    yield several.format("request"), {"key": str(free), **asked}
    run = records.ids["audits"]
    line = look.scalars(select(AuditLine.id).where(AuditLine.run_id == run)).first()
    yield (
        f"/admin/audits/note/?id={run}",
        {"line": str(line), "note": "明天处理", f"note-{line}": "", f"was-{line}": ""},
    )
    yield "/admin/tickets/views/", {"name": "我的", "query": "flt_status=received", "shared": ""}
    yield "/admin/tickets/views/change/", {"id": "1", "do": "rename", "name": "我的", "query": ""}
    yield "/admin/tickets/columns/", {"column": "status", "query": "", "standard": ""}
    yield "/admin/mentions/seen/", {"id": "1"}
    chosen = {"row": str(records.tickets[1]), "query": "", "again": "", "all": "", "key": "k" * 24}
    yield "/admin/tickets/bulk/dispatch/", {**chosen, "stage": "preview", "team": str(records.team), "assignee": ""}
    yield "/admin/bulk-runs/run/", {"id": "1"}
    yield "/admin/bulk-runs/undo/", {"id": "1"}
    yield "/account/language", {"language": "xx", "next": "/admin/"}
    yield "/account/estate", {"estate": "x", "next": "/admin/"}
    yield "/account/preference/theme", {"value": "blue", "next": "/admin/"}


@first_sqlite
def test_nonsense_in_any_field_of_the_desks_forms_is_told_or_stored__INT_3(
    records: Records, world: World, sign_in: SignIn, post: Post, look: DeskSession
) -> None:
    client = sign_in("manager")
    wrong, filled = [], list(forms(records, world, look))
    world.session.rollback()
    before = kept(look)
    rest = itertools.cycle((*TEXTS[:3], TEXTS[4], NUMBERS[0], *DATES[:2]))
    for address, filling in filled:
        for name in filling:
            for value in (NOTHING, *itertools.islice(rest, 2 if EVERYTHING else 1)):
                answer = post(client, address, **{**filling, name: value})
                found, now = fault(answer), kept(look)
                if answer.status_code >= 400 and now != before:
                    found = f"{answer.status_code}, and yet something was written"
                if found:
                    wrong.append((address, name, value[:30], found))
                before = now
    assert wrong == []


def test_names_that_no_form_has_are_told(records: Records, sign_in: SignIn, post: Post, look: DeskSession) -> None:
    client, before = sign_in("manager"), kept(look)
    run = records.ids["audits"]
    for name in ("note-x", "note-", f"note-{'9' * 30}", "note-\0"):
        assert post(client, f"/admin/audits/note/?id={run}", **{name: "明天"}).status_code == 400
    for query in ("flt_nothing=1", "sort=password_hash", "cols=password_hash", "after=x", "search=" + "长" * 101):
        assert post(client, "/admin/tickets/views/", name="我的", query=query).status_code == 400
        assert client.get(f"/admin/tickets/?{quote(query, safe='=&')}").status_code == 400
    for place in ("after=0001-01-01T00:00:00+14:00~1", "before=9999-12-31T23:59:59-14:00~1"):
        assert client.get(f"/admin/tickets/?{quote(place, safe='=')}").status_code == 400
    answer = post(client, "/admin/units/new/", building="1", code="1-999", floor="--5")
    assert answer.status_code == 400
    assert "Write a whole number." in answer.text
    assert post(client, "/account/preference/nothing", value="on").status_code == 404
    assert kept(look) == before


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-11-22", "2026-11-01"), ("0001-01-01", ""), ("", "9999-12-31"), ("1900-01-01", "2200-12-31"), ("x", "")],
)
def test_a_period_that_cannot_be_reported_is_told__AUD_5(
    since: str, until: str, records: Records, sign_in: SignIn
) -> None:
    answer = sign_in("manager").get(f"/admin/reports/?since={since}&until={until}")
    assert (answer.status_code, "<h1" in answer.text) == (400, True)
    assert sign_in("manager").get("/admin/reports/?since=2200-01-01&until=2200-12-31").status_code == 200
    assert sign_in("manager").get("/admin/reports/?since=1900-01-01&until=1900-01-01").status_code == 200


def test_a_stored_script_is_shown_as_text_wherever_it_stands(
    records: Records, world: World, sign_in: SignIn, post: Post
) -> None:
    client = sign_in("manager")
    call = {"kind": "repair", "severity": "ordinary", "channel": "phone", "another_matter": "1"}
    made = post(
        client,
        "/admin/tickets/intake/",
        **call,
        summary=SCRIPT,
        place=SCRIPT,
        reporter_name=SCRIPT,
        resident_id=f"id:{world.residents[0].id}",
    )
    assert made.status_code == 302
    number = made.headers["Location"].rpartition("=")[2]
    assert post(client, f"/admin/tickets/step/comment/?id={number}", kind="note", body=f"@{SCRIPT}").status_code == 302
    assert post(client, "/admin/tickets/views/", name=SCRIPT, query="flt_kind=repair").status_code == 302
    pages = (
        "/admin/",
        "/admin/tickets/",
        f"/admin/tickets/?preview={number}",
        f"/admin/tickets/details/?id={number}",
        f"/admin/tickets/slip/?id={number}",
        f"/admin/tickets/intake/?resident_id={world.residents[0].id}",
        "/admin/events/",
        "/admin/search/?q=script",
    )
    shown = [client.get(page) for page in pages]
    assert [answer.status_code for answer in shown] == [200] * len(pages)
    assert not [page for page, answer in zip(pages, shown, strict=True) if SCRIPT in answer.text]
