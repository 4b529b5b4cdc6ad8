"""Who may do what, at a glance: register by register, verb by verb, role by role. ``docs/policy.md`` is written by it.

python -m models.policy_document
"""

from collections.abc import Iterator
from pathlib import Path

from models import operations  # noqa: F401  # it declares the verbs
from models.roles import Role
from models.verbs import USUAL, Declared, everything

FILE = Path(__file__).parents[1] / "docs" / "policy.md"
ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
HEADING = """# Who may do what

Written by `python -m models.policy_document` from what each verb declares; do not edit. `frontdesk policy` prints it.

A technician and a team lead may do it to what is theirs: the jobs given to them, the matters of their team. What is not
here nobody may do; timers and the command line, without `--as`, may do all of it. **from → to**: the states between
which the verb moves a record; in any other it is refused. **many**: may be done to many records at once; *undone* where
that can be put back. Lines without a label are no verbs of their own: to read, to export, to see a whole phone number,
and what another verb or an import does along the way.
"""


def registers() -> list[str]:
    """All names to which anything is granted, in alphabetical order."""
    return sorted({each.register for each in everything()})


def lines(register: str) -> Iterator[tuple[str, ...]]:
    """Of each verb of *register*: name, label, a mark for each of :data:`ROLES`, from → to, many, rule."""
    for each in sorted(everything(), key=lambda one: (one.act is not None, one.name)):
        if each.register == register:
            marks = ("●" if role in each.roles else "" for role in ROLES)
            label = str(each.label or USUAL[each.name]) if each.act is not None else ""
            yield each.name, label, *marks, _moves(each), _many(each), each.rule or ""


def _moves(each: Declared) -> str:
    pairs = (each.moves or {}).items()
    return ", ".join(f"{before.value} → {after.value}" for before, after in pairs)


def _many(each: Declared) -> str:
    return "" if not each.bulk else "many, undone" if each.undo is not None else "many"


def document() -> str:
    """The whole page."""
    names = ("verb", "label", *(role.value for role in ROLES), "from → to", "many", "rule")
    parts = [HEADING]
    for register in registers():
        rows = [f"| {' | '.join(row)} |" for row in lines(register)]
        parts.append(f"## {register}\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    FILE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
