"""docs/policy.md and ``frontdesk policy`` say who may do what; without all verbs loaded nothing is answered."""

import subprocess
import sys

from models.policy_document import FILE, document, lines, registers
from models.verbs import everything


def test_it_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "python -m models.policy_document"


def test_each_grant_stands_in_it_once() -> None:
    told = [(register, line[0]) for register in registers() for line in lines(register)]
    assert sorted(told) == sorted((each.register, each.name) for each in everything())
    (dispatch,) = (line for line in lines("tickets") if line[0] == "dispatch")
    assert dispatch == (
        "dispatch",
        "Dispatch",
        "●",
        "",
        "",
        "●",
        "●",
        "",
        "",
        "",
        "received → dispatched",
        "many, undone",
        "",
    )


def test_the_policy_alone_answers_nothing_before_every_verb_is_declared() -> None:
    asked = "import models.policy as p, models.staff as s; p.may(s.Actor(1, 'x', is_system=True), 'read', 'tickets')"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "RuntimeError: import models.operations first" in answer.stderr
