"""Names that say nothing: participles that stand for a thing, so that one word means another thing in each file.

    python -m tests.names

Public are functions, classes, methods, attributes, names of modules and parameters of public functions, where none of
the names around them begins with an underscore.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("models", "views", "admin_app")
NO_NOUNS = frozenset({"found", "asked", "kept", "plain", "known", "wanted", "given", "shown"})


def offending(folder: Path) -> Iterator[str]:
    """Each public name in the files of *folder* that is one of these words."""
    for path in sorted(folder.rglob("*.py")):
        for line, name in public_names(ast.parse(path.read_text(encoding="utf-8"))):
            if name.lower() in NO_NOUNS:
                yield f"{path.relative_to(folder.parent)}:{line} {name}"


def public_names(scope: ast.Module | ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Line and name of all that others may use of a module or a class."""
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_public(node.name):
            yield node.lineno, node.name
            yield from ((each.lineno, each.arg) for each in ast.walk(node.args) if isinstance(each, ast.arg))
            yield from _attributes(node)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            yield node.lineno, node.name
            yield from public_names(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from ((each.lineno, each.id) for each in _targets(node) if isinstance(each, ast.Name))


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name == "__init__"


def _attributes(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    for node in ast.walk(method):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from ((each.lineno, each.attr) for each in _targets(node) if isinstance(each, ast.Attribute))


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.AST]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from ast.walk(target)


if __name__ == "__main__":
    sys.stdout.writelines(f"{each}\n" for folder in FOLDERS for each in offending(ROOT / folder))
