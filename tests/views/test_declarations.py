"""What each register declares holds together: labels, verbs, forms; and nothing of Flask-Admin leaks through."""

import datetime
import json
import typing
from typing import Any

from flask import Flask

from models.bulk import BulkRun
from models.keys import BringerKind
from models.operations.bulk import decoded, encode
from models.policy import permissions
from models.session import DeskSession
from models.staff import Department, Staff, Team
from models.verbs import everything, find, labels
from tests.factories import World
from tests.fixed import NOW
from views.panel import REGISTER_VIEWS
from views.words.labels import REGISTERS


def registers(pages: dict[str, Any]) -> list[Any]:
    """The views of all registers."""
    return [view for view in pages.values() if hasattr(view, "asked")]


def test_every_shown_column_and_register_has_a_name(pages: dict[str, Any]) -> None:
    assert len(registers(pages)) == len(REGISTER_VIEWS)
    for view in registers(pages):
        names = {*view.cells, *(view.form_columns or ())}
        unnamed = {name for name in names if str(view.get_column_name(name)) == name}
        assert not unnamed, f'{view.register}: {unnamed}: info=named("…") on the column, or views.words.labels.WORDS'
        assert view.register in REGISTERS


def test_every_state_has_a_colour_and_every_due_time_an_end(pages: dict[str, Any]) -> None:
    for view in registers(pages):
        columns = view.model.__table__.columns
        if "status" in columns:
            toneless = [member for member in columns["status"].type.enum if member.tone is None]
            assert not toneless, f"{view.register}: {toneless}: a Tone as third part of the member"
        if "due_at" in columns and view.register != "key_approvals":  # what is lent on it is due, not the approval
            ends = view.model.open_statuses or view.model.ended_by
            assert ends, f"{view.model.__name__}.open_statuses or ended_by: when is nothing owed any more?"
            assert set(view.model.ended_by) <= set(columns.keys()), view.register


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
    examples[BringerKind] = BringerKind.OTHER
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
