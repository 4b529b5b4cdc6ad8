"""What verbs and pages declare in figures and defaults, written out: limits, closed lists, what stands for nothing.

The tables are ``what_is_declared.toml``. Whoever changes a figure on purpose changes its line there, by hand.
"""

import ast
import dataclasses
import datetime
import importlib
import inspect
import itertools
import tomllib
from collections.abc import Iterator
from enum import Enum
from inspect import isroutine
from pathlib import Path
from types import ModuleType
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.local import LocalProxy
from wtforms.fields.core import UnboundField

from models.base import Base
from models.verbs import everything
from tests.registers import tried

ROOT = Path(__file__).parents[2]
TABLES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("what_is_declared.toml").read_text("utf-8"))
WHERE = ("models/policy.py", "models/operations/**/*.py", "views/**/*.py")


LONGEST = 1_000
"""Longer lists are made of others."""
OF_ALL_REGISTERS = {"views.pages.search.EVERYWHERE", "views.registers.audit_lines._KINDS"}
"""Lists that grow with each register, whose table says what is in them."""
BY_THEMSELVES = {f"views.registers.{each.register}" for each in tried()}
"""Registers whose pages are written out in their own tests (``Tried.holds``)."""


def is_sentence(value: Any) -> bool:
    """Whether it is a text for people, which the catalogue knows."""
    return isinstance(value, str) and " " in value


def modules() -> Iterator[tuple[str, ModuleType]]:
    """The modules of verbs and pages, by name."""
    for path in sorted({path for pattern in WHERE for path in ROOT.glob(pattern)}):
        name = str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
        yield name, importlib.import_module(name)


def assigned(module: ModuleType) -> Iterator[str]:
    """The names that *module* itself gives to values, in capitals."""
    for node in ast.parse(inspect.getsource(module)).body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.Dict) and not value.keys:
            continue  # filled while the program runs
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (each.id for each in targets if isinstance(each, ast.Name) and each.id.strip("_").isupper())


def written(value: Any) -> str | None:
    """*value* as it stands in the table; None for what is neither a figure nor words."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, type) and issubclass(value, Base):
        return str(value.__tablename__)
    if value is None or isinstance(value, str | int | float | datetime.timedelta):
        return str(value)
    if isinstance(value, frozenset | set):
        parts = [written(each) for each in value]
        return None if None in parts else " ".join(sorted(map(str, parts)))
    if isinstance(value, dict):
        pairs = [(written(key), written(each)) for key, each in value.items()]
        return None if None in itertools.chain(*pairs) else " ".join(f"{key}={each}" for key, each in pairs)
    if isinstance(value, tuple | list):
        parts = [written(each) for each in value]
        return None if None in parts else " ".join(map(str, parts))
    return None


def default(value: Any, factory: Any = dataclasses.MISSING) -> str:
    """The default of a field or argument in short."""
    if factory is not dataclasses.MISSING:
        return f"new {factory.__name__}"
    return (
        f"a {type(value).__name__}" if written(value) is None else f"“{value}”" if value == "" else str(written(value))
    )


def test_each_figure_and_closed_list_is_as_written_out() -> None:
    found: dict[str, dict[str, str]] = {}
    for name, module in modules():
        for word in assigned(module):
            if f"{name}.{word}" in OF_ALL_REGISTERS:
                continue
            text = written(getattr(module, word))
            if text is not None and not is_sentence(getattr(module, word)) and len(text) < LONGEST:
                found.setdefault(name, {})[word] = text
    assert found == TABLES["figures"]


def test_each_draft_and_step_takes_what_is_written_out_where_nothing_is_said() -> None:
    found: dict[str, dict[str, str]] = {}
    for _name, module in modules():
        for kind in vars(module).values():
            if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
                told = {
                    each.name: default(each.default, each.default_factory)
                    for each in dataclasses.fields(kind)
                    if each.default is not each.default_factory  # both missing: it has to be said
                }
                if told:
                    found[f"{module.__name__}.{kind.__name__}"] = told
    assert found == TABLES["drafts"]


def test_each_verb_takes_what_is_written_out_where_nothing_is_said() -> None:
    found: dict[str, dict[str, str]] = {}
    for verb in everything():
        if verb.body is None:
            continue
        told = {each.name: default(each.default) for each in verb.parameters if each.default is not each.empty}
        if told:
            found[f"{verb.register}.{verb.name}"] = told
    assert found == TABLES["verbs"]


def told(value: Any) -> str:
    """A part of a declaration in short: what it is, and all that is said of it in figures and words."""
    text = written(value)
    if text is not None:
        return text or "“”"
    if isinstance(value, tuple | list):
        return f"[{' '.join(map(told, value))}]"
    if isinstance(value, dict):
        return f"[{' '.join(f'{told(key)}={told(each)}' for key, each in value.items())}]"
    if isinstance(value, InstrumentedAttribute):
        return f"{value.class_.__tablename__}.{value.key}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, UnboundField):
        said = [told(each) for each in value.args] + [f"{name}={told(each)}" for name, each in value.kwargs.items()]
        return f"{value.field_class.__name__}({' '.join(said)})"
    if isroutine(value) or type(value) is LocalProxy:
        return "-"
    if isinstance(value, LazyString):
        return "…"
    said = [
        f"{name}={told(each)}" for name, each in sorted(getattr(value, "__dict__", {}).items()) if name in SAID and each
    ]
    return f"{type(value).__name__}({' '.join(said)})"


SAID = {"verb", "form", "style", "prefill", "when", "link", "form_of", "only_in_bulk", "bulk_form"}
SAID |= {"key", "until", "states", "lookup", "min", "max", "name"}
"""What is said of steps, filters, look-ups and validators."""


def test_each_page_and_form_declares_what_is_written_out() -> None:
    found: dict[str, dict[str, str]] = {}
    for name, module in modules():
        for kind in vars(module).values():
            if not isinstance(kind, type) or kind.__module__ != name or dataclasses.is_dataclass(kind):
                continue
            attributes = {
                word: told(value)
                for word, value in vars(kind).items()
                if not word.startswith("_")
                and not isroutine(value)
                and not isinstance(value, property | classmethod | staticmethod)
            }
            if attributes and name.startswith("views.") and name not in BY_THEMSELVES:
                found[f"{name}.{kind.__name__}"] = attributes
    assert found == TABLES["classes"]
