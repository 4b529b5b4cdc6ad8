"""What each page holds, written out: columns, filters and facts by their words, forms by their fields, steps offered.

The tables are ``what_pages_hold.toml`` and those of ``tests/registers/``. Whoever changes a page on purpose changes its
line there.
"""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from tests import reading
from tests.factories import World
from tests.fixed import NOW
from tests.marks import only_sqlite
from tests.records import Records
from tests.registers import tried
from tests.views import filter_world
from tests.views.maker import Ids

MAKE = filter_world.make
TABLES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("what_pages_hold.toml").read_text("utf-8"))
for _each in tried():
    for _table, _told in tomllib.loads(_each.holds).items():
        TABLES[_table] |= _told
for _told in TABLES["lists"].values():
    _told.setdefault("choosable", [word.rstrip("^") for word in _told["shown"]])
VIEWERS = ("manager", "clerk", "admin", "supervisor")
"""The first of them who may see a page is who looks at it."""
CHANGING = {"Code", "Last changed", "Written"}
"""Facts that are drawn by lot, or by the clock of this machine."""

SignIn = Callable[..., FlaskClient]


def lists(pages: dict[str, Any]) -> Iterator[Any]:
    """The registers' views."""
    return (view for view in pages.values() if hasattr(view, "listing"))


def first_seen(clients: dict[str, FlaskClient], address: str) -> reading.Node | None:
    """The main part of the page, as the first sees it who may; None where nobody does."""
    for client in clients.values():
        answer = client.get(address)
        if answer.status_code == 200:
            return reading.one(reading.page(answer), "main")
    return None


MANY = 30


def field_of(node: reading.Node) -> str:
    """A field in short: its name, ``*`` where it must be filled, its longest text, its fixed choices, unless many."""
    given = node.attributes
    text = (given["name"] or "") + ("*" if "required" in given else "")
    text += f":{given['maxlength']}" if given.get("maxlength") else ""
    choices = [option.attributes.get("value") or "-" for option in node.css("option")]
    words = [word for word in choices if not word.isdigit()]
    return f"{text}({'…' if len(words) > MANY else ' '.join(words)})" if words else text


def fields(form: reading.Node) -> list[str]:
    """The fields of a form that a person sees."""
    shown = [node for node in form.css("input, select, textarea") if node.attributes.get("type") != "hidden"]
    return list(dict.fromkeys(field_of(node) for node in shown if node.attributes.get("name")))


def steps(page: reading.Node) -> list[str]:
    """The steps that a record's page offers; in brackets those that are not possible now."""
    addresses = [address for _text, address in reading.links(page)]
    addresses += [form.attributes.get("action") or "" for form in page.css("form")]
    now = [address.partition("/step/")[2].partition("/")[0] for address in addresses if "/step/" in address]
    described = [button.attributes.get("aria-describedby") or "" for button in page.css("button[disabled]")]
    later = [text.removeprefix("why-") for text in described if text.startswith("why-")]
    return [*dict.fromkeys(now), *(f"({name})" for name in later)]


@only_sqlite
def test_each_list_shows_its_columns_and_filters(pages: dict[str, Any], records: Records, sign_in: SignIn) -> None:
    clients, found = {name: sign_in(name) for name in VIEWERS}, {}
    for view in lists(pages):
        page = first_seen(clients, f"{view.url}/?filters=1")
        assert page is not None, view.endpoint
        headings = [
            reading.words(node).rstrip(" ↓↑") + ("^" if node.css("a") else "") for node in page.css("th[scope=col]")
        ]
        choosable = [reading.words(box.parent) for box in page.css("input[name=column]")]
        labels = [reading.words(label) for label in page.css("form[role=search] details label")]
        found[view.endpoint] = {"shown": headings, "choosable": choosable, "filters": labels}
    assert found == TABLES["lists"]


@only_sqlite
def test_each_record_page_says_its_facts(pages: dict[str, Any], records: Records, sign_in: SignIn) -> None:
    clients, found = {name: sign_in(name) for name in VIEWERS}, {}
    for view in lists(pages):
        if view.endpoint == "events":
            continue  # which one is the first changes with everything; their pages have a test of their own
        page = first_seen(clients, f"{view.url}/details/?id={records.ids.get(view.endpoint, 1)}")
        assert page is not None, view.endpoint
        told = reading.facts(page)
        found[view.endpoint] = {term: "…" if term in CHANGING else value for term, value in told.items()}
    # Of a register that does not write them out the page that follows its form says some (``Tried.shown``).
    written = TABLES["facts"].keys() | found.keys() - {each.register for each in tried()}
    assert {name: told for name, told in found.items() if name in written} == TABLES["facts"]


@only_sqlite
def test_each_form_asks_for_its_fields(pages: dict[str, Any], records: Records, sign_in: SignIn) -> None:
    clients, found = {name: sign_in(name) for name in VIEWERS}, {}
    for view in lists(pages):
        number = records.ids.get(view.endpoint, 1)
        asked = {"new": f"{view.url}/new/", "edit": f"{view.url}/edit/?id={number}"}
        asked |= {step.verb: f"{view.url}/step/{step.verb}/?id={number}" for step in view.steps}
        for name, address in asked.items():
            page = first_seen(clients, address)
            form = page.css_first("form.desk-form") if page is not None else None
            if form is not None:
                found[f"{view.endpoint} {name}"] = fields(form)
    assert found == TABLES["forms"]


@only_sqlite
def test_each_record_offers_the_steps_of_its_state(here: Ids, pages: dict[str, Any], sign_in: SignIn) -> None:
    clients = {name: sign_in(name) for name in ("supervisor", "manager", "clerk2", "technician")}
    found: dict[str, dict[str, list[str]]] = {}
    for register in TABLES["steps"]:
        for name, number in here[register].items():
            offered: dict[str, list[str]] = {}
            for who, client in clients.items():
                answer = client.get(f"{pages[register].url}/details/?id={number}")
                if answer.status_code == 200:
                    for step in steps(reading.page(answer)):
                        offered.setdefault(step, []).append(who)
            found.setdefault(register, {})[name] = [f"{step}: {' '.join(people)}" for step, people in offered.items()]
    assert found == TABLES["steps"]


@only_sqlite
def test_an_account_offers_the_steps_of_its_state(world: World, sign_in: SignIn) -> None:
    world.person("technician2").disabled_at = NOW
    world.session.commit()
    admin = sign_in("admin")
    offered = [
        steps(reading.page(admin.get(f"/admin/staff/details/?id={world.person(name).id}")))
        for name in ("technician", "technician2")
    ]
    assert offered == [["grant_role", "end_role", "approve_reset", "disable"], ["end_role", "enable"]]


@only_sqlite
def test_a_finished_job_waits_for_its_slip_and_an_unfinished_one_does_not__JOB_6(
    records: Records, sign_in: SignIn
) -> None:
    clerk = sign_in("clerk")
    offered = [steps(reading.page(clerk.get(f"/admin/tickets/details/?id={job}"))) for job in records.tickets[:2]]
    assert ["take_slip_back" in names for names in offered] == [True, False]
