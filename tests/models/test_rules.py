"""A refusal names a rule that there is, and everybody can read what it asks for."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from models.errors import OperationRefused, gettext_noop
from models.rules import RULES, known_rule

ROOT = Path(__file__).parents[2]
ID = re.compile(r"(?!UTF)[A-Z]{3}-\d+")


def named() -> set[str]:
    """The id of every rule that a text of the program is."""
    paths = (path for top in ("models", "views", "admin_app") for path in (ROOT / top).rglob("*.py"))
    found = (node for path in paths for node in ast.walk(ast.parse(path.read_text())))
    texts = {str(node.value) for node in found if isinstance(node, ast.Constant)}
    return {text for text in texts if ID.fullmatch(text)}


def tried() -> set[str]:
    """The id of every rule that the name of a test says it proves."""
    found = (node for path in (ROOT / "tests").rglob("test_*.py") for node in ast.walk(ast.parse(path.read_text())))
    names = (node.name.partition("__")[2] for node in found if isinstance(node, ast.FunctionDef))
    return {rule.replace("_", "-") for name in names for rule in re.findall(r"(?<![A-Z])[A-Z]{3}_\d+", name)}


def test_every_rule_has_a_test_that_names_it_and_what_is_to_come_is_listed() -> None:
    to_come = tomllib.loads((ROOT / "tests/rules_to_come.toml").read_text())
    assert tried() == RULES.keys()
    assert not to_come.keys() & RULES.keys()
    assert all(ID.fullmatch(rule) and needs for rule, needs in to_come.items())


def test_every_rule_that_is_named_anywhere_can_be_read() -> None:
    assert named() <= RULES.keys()


def test_nothing_is_refused_by_a_rule_that_there_is_not() -> None:
    for rule in ("JOB-66", "job-6", "", "JOB"):
        with pytest.raises(ValueError, match="no rule"):
            OperationRefused(rule, gettext_noop("This is needed."))
    assert known_rule("JOB-6") == "JOB-6"
