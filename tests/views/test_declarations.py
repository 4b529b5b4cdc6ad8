"""What each register declares holds together: labels, verbs, forms; and nothing of Flask-Admin leaks through."""

import datetime
import json
import typing
from collections.abc import Iterator
from typing import Any

from flask import Flask

from models.bulk import BulkRun
from models.keys import BringerKind, KeyApproval
from models.operations.bulk import decoded, encode
from models.policy import permissions
from models.session import DeskSession
from models.staff import Department, Staff, Team
from models.tickets import Ticket
from models.verbs import everything, find, labels
from tests.factories import World
from tests.fixed import NOW
from tests.grants import GRANTS
from tests.operations.walks import new_ticket
from tests.records import Records
from tests.views.test_exports import DIFFERENT, FEW
from tests.views.test_filters import FILTERS
from tests.views.test_registers import NEW, SHOWN
from tests.views.test_statements import CHANGED
from tests.views.test_what_pages_hold import TABLES
from views.panel import REGISTER_VIEWS


def registers(pages: dict[str, Any]) -> list[Any]:
    """The views of all registers."""
    return [view for view in pages.values() if hasattr(view, "listing")]


NOT_SEARCHED = frozenset(
    {
        *("resident_contacts", "staff_contacts", "occupancies", "teams", "staff", "estates", "audit_runs", "events"),
        *("clocks", "settings", "message_texts", "categories", "working_hours", "calendar_days"),
    }
)
"""Registers whose lists are short, found by the records they belong to, or by a ``search_condition`` of their page."""
NOT_EXPORTED = frozenset({"resident_contacts", "staff_contacts"})
"""They go with their people."""
ONCE_ONLY = frozenset({"key_loans", "follow_ups"})
"""A second one of these is refused by KEY-2 and FUP-1."""


def test_nothing_that_a_register_has_to_say_is_forgotten(
    pages: dict[str, Any], records: Records, look: DeskSession
) -> None:
    assert len(registers(pages)) == len(REGISTER_VIEWS)
    forgotten = [
        f"{view.register}: {each}"
        for view in registers(pages)
        for each in (*_of_table(view.model), *_of_pages(view), *_of_tests(view, records, look))
    ]
    assert not forgotten, "\n".join(("What is to be written where:", *forgotten))


def _of_table(model: type[Any]) -> Iterator[str]:
    """What is missing in ``models/``, beside the columns."""
    columns, here = set(model.__table__.columns.keys()), f"class {model.__name__}:"
    if "title" not in vars(model):
        yield f'{here} title = gettext_noop("…"), the word for all of its rows'
    if "status" in columns:
        for member in model.__table__.columns["status"].type.enum:
            if member.tone is None:
                yield f"{type(member).__name__}.{member.name} = …, …, Tone.…, from which its colour comes"
        if model.status_rule == "STATE":
            yield f'{here} status_rule = "…", the rule that a refused step names'
    # An approval itself is never late, but what is lent on it.
    if "due_at" in columns and not (model.open_statuses or model.ended_by or model is KeyApproval):
        yield f"{here} open_statuses = (…) or ended_by = (…), by which a due time is history"
    if "number" in columns and not (model.called == "number" and model.number_prefix):
        yield f'{here} called = "number" and number_prefix = "…"'
    if model.searched is None:
        if model.__tablename__ not in NOT_SEARCHED:
            yield f"{here} searched = Searched(words=(…)), or its name in NOT_SEARCHED here"
        return
    if "number" in columns and not (model.searched.number and model.everywhere and model.beside):
        yield f"{here} Searched(number=…), everywhere = … and beside = …: the search box on every page finds a number"
    by = model.searched
    said = {*by.words, *by.units, *by.people, *by.tags, *by.through, by.number, by.room, by.plates, by.pinyin}
    said |= {f"{name}{ending}" for name in by.phones for ending in ("_digest", "_tail_digest")}
    said |= {*model.on_unit_page, *model.ended_by}
    for name in said - columns - {""}:
        yield f"{here} {name} is none of its columns"
    if {"unit_id", "host_unit_id"} & columns and not (by.units or by.through):
        yield f"{here} Searched(units=…): whoever says a room means this too"


def _of_pages(view: Any) -> Iterator[str]:
    """What is missing in ``views/`` and in what is granted."""
    for name in {*view.cells, *(view.form_columns or ())}:
        if str(view.get_column_name(name)) == name:
            yield f'column {name}: info=named("…"); shown and no column: views.words.labels.WORDS'
    if not view.sections:
        yield f"sections of {type(view).__name__}: what its record page says"
    for what in ("read", *(["export"] if view.register not in NOT_EXPORTED else [])):
        if what not in permissions()[view.register]:
            yield f'{what}: grant({view.model.__name__}, {{"{what}": …}}) beside the table'
    if {"status", "due_at"} <= set(view.model.__table__.columns.keys()) and not view.column_filters:
        yield f"column_filters of {type(view).__name__}: at least by its status"


def _of_tests(view: Any, records: Records, look: DeskSession) -> Iterator[str]:
    """What is missing in ``tests/``: walks, forms and statements of every page go by these."""
    here, name = f"tests/registers/test_{view.register}.py, TRIED", view.endpoint
    if look.get(view.model, records.ids.get(name, 1)) is None:
        yield f"{here}: record, one of it made by its verb"
    if view.create_form_class is not None and not (name in NEW and name in SHOWN) and name not in ONCE_ONLY:
        yield f"{here}: new and shown, who fills in its form, and what is said then"
    if view.form_columns and view.knows("amend") and name not in CHANGED:
        yield f"{here}: changed, a field of its edit form"
    if "export" in permissions()[view.register] and view.register not in {*DIFFERENT, *FEW}:
        yield f"{here}: different, what differs in many rows of it"
    for flt in view._filters or ():
        if not any(text.partition("=")[0] == flt.key for text in FILTERS.get(name, {})):
            yield f"{here}: filters, {flt.key}"
    for table in ("lists", "facts"):
        if name not in {**TABLES[table], "events": ...} and not (table == "facts" and SHOWN.get(name)):
            yield f"{here}: holds, [{table}.{name}]"
    granted = {verb for register, verb in GRANTS if register == view.register}
    for verb in permissions()[view.register].keys() - granted:
        yield f"{here}: grants, {verb}"


def test_every_step_is_a_verb_of_the_policy_with_a_function_and_a_name(pages: dict[str, Any]) -> None:
    for view in registers(pages):
        for step in view.steps:
            assert step.verb in permissions()[view.register], (view.register, step.verb)
            assert step.verb in labels()
            assert step.link or view.knows(step.verb), (view.register, step.verb)
        for verb in view.bulk_verbs:
            declared = find(view.register, verb)
            assert declared is not None
            assert declared.bulk, (view.register, verb)


def test_every_form_gives_exactly_what_its_verb_takes(app: Flask, pages: dict[str, Any]) -> None:
    for view in registers(pages):
        for step in view.steps:
            if step.link:
                continue
            with app.test_request_context():
                given = set(step.form().arguments()) - {"reason"}  # which the call says
            if (view.endpoint, step.verb) == ("staff", "end_role"):
                continue  # the page asks which of the person's roles: its rows are the roles themselves
            declared = find(view.register, step.verb)
            assert declared is not None
            taken = {each.name for each in declared.parameters}
            needed = {each.name for each in declared.parameters if each.default is each.empty}
            assert given <= taken, (view.register, step.verb, given - taken)
            assert needed <= given, (view.register, step.verb, needed - given)


def test_bulk_arguments_come_back_from_json_as_what_they_were(session: DeskSession, world: World) -> None:
    team, person = world.teams[Department.ENGINEERING], world.person("technician")
    run = BulkRun(
        estate_id=world.estate.id,
        actor_id=person.id,
        register="tickets",
        verb="close",
        arguments={},
        idempotency_key="x",
    )
    session.add(run)
    session.flush()
    examples: dict[type[Any], Any] = {Team: team, Staff: person, BulkRun: run, datetime.datetime: NOW}
    examples |= {BringerKind: BringerKind.OTHER, Ticket: new_ticket(world, NOW)}
    for each in everything():
        if not each.bulk:
            continue
        given = {name: examples[kind] for name, kind in each.kinds.items()} | {"note": "好的", "nothing": None}
        kept = json.loads(json.dumps(encode(given)))
        assert decoded(kept, each.kinds, session) == given, (each.register, each.name)
        # What a verb asks for and JSON does not know has its kind.
        hints = typing.get_type_hints(each.body)
        for parameter in each.parameters:
            asked = set(typing.get_args(hints[parameter.name]) or [hints[parameter.name]]) - {type(None)}
            assert asked <= {str, bool, int} or parameter.name in each.kinds, (each.register, each.name, parameter.name)


def test_edit_forms_offer_only_what_amend_changes(pages: dict[str, Any]) -> None:
    for view in registers(pages):
        forbidden = {"status", "number", "desk_owner_id", "version", "due_at", "lent_at", "estate_id", "id"}
        assert not forbidden & set(view.form_columns or ()), view.register
        if view.form_columns:
            assert view.knows("amend")
            assert "amend" in permissions()[view.register]


def test_flask_admins_own_writing_pages_are_gone(app: Flask) -> None:
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    assert not {path for path in paths if path.endswith(("/ajax/update/", "/action/"))}
    assert "/admin/static/<path:filename>" not in paths


def test_lists_sort_only_by_columns_with_an_index(pages: dict[str, Any]) -> None:
    for view in registers(pages):
        table = view.model.__table__
        indexed = {column.name for index in table.indexes for column in index.columns}
        indexed |= {
            column.name
            for constraint in table.constraints
            for column in getattr(constraint, "columns", ())
            if type(constraint).__name__ in ("UniqueConstraint", "PrimaryKeyConstraint")
        }
        for name in [*(view.column_sortable_list or ()), view.default_sort]:
            assert name in indexed, (view.register, name)
