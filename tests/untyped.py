"""How many parameters and results of the pages are annotated with ``Any`` alone, which says nothing of them.

    python -m tests.untyped [--each] [FOLDER …]

Counted are parameters of all functions, lambdas excepted; ``self`` and ``cls`` are none. ``Any`` within another type
(``dict[str, Any]``) says something and is told beside it.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Annotation:
    """What a parameter or result is said to be."""

    place: str
    text: str
    is_parameter: bool

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing."""
        return self.text in ("Any", "Any | None")

    @property
    def holds_any(self) -> bool:
        """Whether some part of it says nothing."""
        return any(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(ast.parse(self.text)))


def annotations(folder: Path) -> Iterator[Annotation]:
    """Those of all functions in the files of *folder*."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                for parameter in (each for each in ast.walk(node.args) if isinstance(each, ast.arg)):
                    if parameter.arg not in ("self", "cls"):
                        yield Annotation(f"{where}({parameter.arg})", _text(parameter.annotation), is_parameter=True)
                yield Annotation(where, _text(node.returns), is_parameter=False)


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "" if node is None else ast.unparse(node)


def share(folder: str, *, parameters: bool) -> float:
    """Of the parameters, or of the results, in *folder*: the share that is ``Any`` alone."""
    counted = [each for each in annotations(ROOT / folder) if each.is_parameter is parameters]
    return sum(each.is_bare for each in counted) / len(counted)


def main() -> None:
    """Count and tell."""
    parser = argparse.ArgumentParser(description="Count parameters and results that are annotated with Any alone.")
    parser.add_argument("--each", action="store_true", help="tell where each of them is")
    parser.add_argument("folders", nargs="*", default=["views"])
    options = parser.parse_args()
    for folder in options.folders:
        both = list(annotations(ROOT / folder))
        for each in both if options.each else ():
            sys.stdout.write(f"{each.place}: {each.text}\n" * each.is_bare)
        for what, counted in (
            ("parameters", [each for each in both if each.is_parameter]),
            ("results", [each for each in both if not each.is_parameter]),
        ):
            bare, within = sum(each.is_bare for each in counted), sum(each.holds_any for each in counted)
            sys.stdout.write(
                f"{folder}: {bare} of {len(counted)} {what} are Any ({bare / len(counted):.1%}), "
                f"{within - bare} more hold one ({within / len(counted):.1%} in all)\n"
            )


if __name__ == "__main__":
    main()
