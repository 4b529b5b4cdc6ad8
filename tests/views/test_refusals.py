"""What a rule refuses about one field stands at that field, and on top with a link to it."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from models.errors import Incomplete, OperationRefused, gettext_noop
from models.operations.core import Verb, is_for
from models.verbs import Declared, find
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite
from tests.records import Records
from views.forms.base import DeskForm
from views.registers.call_form import CallForm

ELSEWHERE = {
    # Of which incident a new ticket is a report is pressed beside the form.
    ("tickets", "register"): {"incident_id", "leading"},
    # The successor of a closed ticket takes over what that one said, and asks nothing.
    ("tickets", "register_again"): {
        *("another_matter", "assignee", "complaint_id", "heard_at", "promised_at", "reporter_name", "summary", "team"),
        *("team_id", "unit_id", "visit_until", "incident_id", "leading", "result"),
    },
    # A condition is put together of fields of its own; what is wrong with the whole is said on top.
    ("clocks", "register"): {"condition"},
    ("clocks", "amend"): {"condition"},
    # What becomes an emergency is dispatched to its team, without person and visit.
    ("tickets", "change_kind"): {"assignee", "visit_until"},
    # Numbers of residents and of staff are written by one verb; each form has its own person. A resident's own number
    # is checked before, by the name of its field.
    ("residents", "register"): {"staff_id", "value"},
    ("residents", "amend"): {"staff_id", "value"},
    ("resident_contacts", "register"): {"staff_id"},
    ("resident_contacts", "amend"): {"staff_id"},
    ("staff_contacts", "register"): {"resident_id"},
    ("staff_contacts", "amend"): {"staff_id"},
    # The board asks for none of these: the hook is chosen, and whoever may have the key is listed with the consent.
    ("key_loans", "lend"): {"approval_id", "borrower_resident_id", "borrower_staff_id", "key_id"},
    # Closing says all that is missing in one sentence; the ticket's own form has these fields.
    ("tickets", "close"): {"reporter_name", "unit_id"},
    # What was checked when a pass was issued holds, and is not amended.
    ("visitor_passes", "amend"): {
        *("host_asked", "id_copied", "identity_checked", "permit_until", "residence_paper_seen", "safety_told"),
    },
}


def _calls(called: Any) -> bool:
    return inspect.isroutine(called) or isinstance(called, Verb)


def named_fields(verb: Declared | None) -> frozenset[str]:
    """The fields that refusals of *verb*, and of all that it calls in models, name in their source."""
    assert verb is not None
    return frozenset(_walk(verb.body, set())) | frozenset({"reason"} if verb.why is not None else ())


def _walk(function: Any, seen: set[Any]) -> Iterator[str]:
    if isinstance(function, Verb):
        yield from named_fields(function.declared)
        return
    if (
        function in seen
        or not getattr(function, "__module__", "").startswith("models.")
        or function in (OperationRefused, is_for)  # that one asks whether a condition can be read, and refuses nothing
    ):
        return
    seen.add(function)
    module = inspect.getmodule(function)
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    definition.decorator_list = []  # what an undo looks at is refused by the undo
    for node in ast.walk(definition):
        if isinstance(node, ast.keyword) and node.arg == "field" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        elif isinstance(node, ast.Assign) and _is_sentence(node.value) and isinstance(node.targets[0], ast.Subscript):
            yield from _word(node.targets[0].slice)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield from _word(key) if _is_sentence(value) else ()
        elif isinstance(node, ast.Name) and _calls(called := getattr(module, node.id, None)):
            yield from _walk(called, seen)


def _is_sentence(node: ast.expr) -> bool:
    """Whether it says what is missing: a field's name with such a text beside it names that field."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "gettext_noop"


def _word(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def questions(pages: dict[str, Any]) -> Iterator[tuple[Any, str, type[DeskForm]]]:
    """Each register's verbs that a form asks for, with that form."""
    for view in pages.values():
        if not hasattr(view, "knows"):
            continue
        if view.create_form_class and view.knows(view.create_verb):
            yield view, view.create_verb, view._create_form_class
        if view.form_columns and view.knows("amend"):
            yield view, "amend", view._edit_form_class
        for step in view.steps:
            if step.link is None and view.knows(step.verb):
                yield view, step.verb, step.form


def placed(form: DeskForm, name: str) -> bool:
    """Whether *form* shows at a field what is refused about *name*."""
    return form.refuse(OperationRefused("JOB-6", gettext_noop("This is needed."), field=name))


@first_sqlite
def test_what_a_refusal_names_is_a_field_of_the_form_that_asked(
    app: Flask, pages: dict[str, Any], world: World
) -> None:
    nowhere, known = [], 0
    with app.test_request_context():
        g.actor = world.actor("supervisor")  # a technician is not asked who takes the slip
        for view, verb, form in questions(pages):
            names = named_fields(find(view.register, verb)) - ELSEWHERE.get((view.register, verb), set())
            known += len(names)
            nowhere += [f"{view.register}.{verb}: {name}" for name in sorted(names) if not placed(form(), name)]
    assert known > 100
    assert nowhere == [], ", ".join(nowhere)


def test_a_record_and_its_id_are_the_same_field(app: Flask) -> None:
    with app.test_request_context():
        form = CallForm()
        assert placed(form, "team")
        assert form.team_id.errors
        assert not placed(form, "nothing_of_this_form")


def test_all_that_is_missing_stands_each_at_its_field__INT_3(app: Flask) -> None:
    missing = {"unit_id": gettext_noop("the unit or place"), "place_of_another_form": gettext_noop("the hook")}
    with app.test_request_context():
        form = CallForm()
        assert not form.refuse(Incomplete("INT-3", missing)), (
            "the whole sentence stands on top where a part has no field"
        )
        assert "INT-3" in form.unit_id.errors[0]
        assert "hook" not in form.unit_id.errors[0]


def shown_at(page: str, name: str) -> str:
    """What stands at the field *name* of a refused page: a sentence that describes it, with a link to it on top."""
    whole = reading.page(page)
    field = reading.one(whole, f"#{name}").attributes
    assert field.get("aria-invalid") == "true", field
    assert f"{name}-error" in (field.get("aria-describedby") or "").split(), field
    assert f"#{name}" in [address for _text, address in reading.links(reading.one(whole, "main [role=alert]"))]
    return reading.words(reading.one(whole, f"#{name}-error"))


@pytest.mark.parametrize(
    ("role", "url", "sent", "field", "rule"),
    [
        (
            "clerk",
            "/admin/tickets/step/dispatch/?id={tickets}",
            {"team": "{team}", "visit_from": "2031-03-05T10:00", "visit_until": "2031-03-05T09:00"},
            "visit_until",
            "DSP-2",
        ),
        (
            "clerk",
            "/admin/complaints/step/classify/?id={complaints}",
            {"nature": "help"},
            "identity_checked",
            "CMP-2",
        ),
        (
            "clerk",
            "/admin/keys/board/lend/?key={free_key}",
            {"borrower": "sales"},
            "borrower_name",
            "KEY-3",
        ),
        ("manager", "/admin/units/edit/?id={units}", {"code": "2-201"}, "code", "RES-1"),
        (
            "clerk",
            "/admin/visitor-passes/new/",
            {"kind": "visitor", "holder_name": "孙", "id_document": "__none__"},
            "phone",
            "PAS-1",
        ),
    ],
)
def test_a_refused_form_says_why_at_its_field_and_begins_there(
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
    role: str,
    url: str,
    sent: dict[str, str],
    field: str,
    rule: str,
) -> None:
    ids = {**records.ids, "tickets": records.tickets[1], "team": records.team, "free_key": records.ids["keys"] + 2}
    answer = post(sign_in(role), url.format(**ids), **{name: text.format(**ids) for name, text in sent.items()})
    assert answer.status_code == 409, answer.text[-3000:]
    assert rule in shown_at(answer.text, field)
    assert len(reading.page(answer.text).css("[autofocus]")) == 1


def test_a_call_without_place_and_name_is_told_at_both_fields__INT_3(
    records: Records, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    answer = post(
        sign_in("clerk"),
        "/admin/tickets/intake/",
        kind="repair",
        summary="灯坏了",
        severity="ordinary",
        channel="phone",
    )
    assert answer.status_code == 409
    assert "the unit or place" in shown_at(answer.text, "unit_id")
    assert "a surname is enough" in shown_at(answer.text, "reporter_name")
    assert reading.one(reading.page(answer.text), "#reporter_name").attributes["maxlength"] == "60", "as before"
