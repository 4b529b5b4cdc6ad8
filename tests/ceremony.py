"""How much of the verbs is ceremony: signature, opening of the batch, finish; by lines, as ``ruff format`` leaves them.

    python -m tests.ceremony [--each]

A verb is what is declared with ``@verb`` or ``@operation``. Its lines are those of its function with the declaration
above it. The signature is ceremony up to its colon; so are the statement that opens the batch (``Move(...)``) and the
one that finishes it. A declaration is none: it says who may do it, how it reads, and from which state to which.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

OPERATIONS = Path(__file__).parents[1] / "models" / "operations"
DECLARING = {"verb", "operation"}
OPENING = {"Move"}


def verbs() -> Iterator[tuple[str, ast.FunctionDef]]:
    """File and function of every verb."""
    for path in sorted(OPERATIONS.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(_called(each) in DECLARING for each in node.decorator_list):
                yield str(path.relative_to(OPERATIONS)), node


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func)
    return ""


def lines_of(node: ast.AST) -> int:
    """So many lines it has."""
    assert isinstance(node, ast.stmt | ast.expr)
    return (node.end_lineno or node.lineno) - node.lineno + 1


def ceremony(function: ast.FunctionDef) -> int:
    """So many lines of it are ceremony."""
    signature = function.body[0].lineno - function.lineno
    return signature + sum(lines_of(node) for node in ast.walk(function) if _opens(node) or _ends(node))


def _opens(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is not None and _called(value) in OPENING


def _ends(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.Return | ast.Expr) else None
    return value is not None and _called(value) == "move.finish"


def length(function: ast.FunctionDef) -> int:
    """So many lines it has, with what is declared above it."""
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return (function.end_lineno or 0) - first + 1


def main() -> None:
    """Count and tell."""
    parser = argparse.ArgumentParser(description="Count the lines of verbs that say nothing of their own.")
    parser.add_argument("--each", action="store_true", help="tell it of every verb")
    given = parser.parse_args()
    found = list(verbs())
    for file, function in found if given.each else ():
        sys.stdout.write(f"{ceremony(function):4} of {length(function):4}  {file}:{function.lineno} {function.name}\n")
    lost, all_lines = sum(ceremony(each) for _, each in found), sum(length(each) for _, each in found)
    sys.stdout.write(f"{len(found)} verbs, {all_lines} lines, {lost} of ceremony: {lost / all_lines:.1%}\n")


if __name__ == "__main__":
    main()
