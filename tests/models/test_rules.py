"""A refusal names a rule that there is, and everybody can read what it asks for."""

import ast
import re
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


def test_every_rule_that_is_named_anywhere_can_be_read() -> None:
    assert named() <= RULES.keys()


def test_nothing_is_refused_by_a_rule_that_there_is_not() -> None:
    for rule in ("JOB-66", "job-6", "", "JOB"):
        with pytest.raises(ValueError, match="no rule"):
            OperationRefused(rule, gettext_noop("This is needed."))
    assert known_rule("JOB-6") == "JOB-6"
