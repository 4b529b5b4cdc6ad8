"""``make mutate``: changes the program in a hundred places, one at a time, and tells which changes no test notices.

    python -m tests.mutate [--sample 100] [--skip 0] [--minutes 85] [--seed HEX] [--coverage FILE] [--list]

The changes are those of mutmut's mutators, on every place of the policy, the verbs and the pages: declarations and
decorated functions too, which mutmut itself leaves out (it wraps functions), and only the tests that touched the place
are run, which Cosmic Ray does not know (it runs one command for all, and changes annotations). What is declared runs
while modules are loaded, before any test: the tests that compare it with what is written out by hand are asked about
each change there. Left out are places whose change says nothing: annotations, docstrings, texts for people (the
catalogue is checked), assertions (``strict=`` of ``zip`` too), how strongly a
row is locked (SQLite locks none), imports and ``__all__`` (ruff and mypy check both).

The sample is drawn by the parent commit, so the same commit has the same sample. It works on a copy of the tree, on
SQLite. What can be seen by nobody stands with its reason in ``mutate_equivalent.toml`` and counts as neither. With
``--coverage`` the first run keeps what it has learnt, so that a later one of the same tree goes on with ``--skip``.
"""

import argparse
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import libcst as cst
from libcst import metadata
from mutmut.mutation import mutators

ROOT = Path(__file__).parents[1]
PLACES = ("models/policy.py", "models/operations/**/*.py", "views/**/*.py")
TESTS = ("tests/models", "tests/operations", "tests/views", "tests/admin_app")
SQLITE = ("-k", "not postgresql")
OF_DECLARATIONS = (
    "tests/views/test_what_pages_hold.py",
    "tests/views/test_declarations.py",
    "tests/views/test_what_is_declared.py",
    "tests/views/test_menu.py",
    "tests/models/test_grants.py",
)
EQUIVALENT = Path(__file__).with_name("mutate_equivalent.toml")
ENOUGH = 0.9
SECONDS_A_TEST = 60
"""A test that takes so long notices the change: something no longer ends."""
MOST_FAILING = 20
"""With more tests failing before anything is changed there is nothing to learn."""
SECONDS_EACH = 300
"""So long the tests of one change are run; a change that none has noticed by then counts as not noticed."""
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "__pycache__", "instance", "screens", ".*_cache", ".hypothesis")
TEXTS = {"_", "gettext", "ngettext", "lazy_gettext", "gettext_noop", "Msgid", "named"}
SEEN_ELSEWHERE = re.compile(rf"\b(?:(?:{'|'.join(sorted(TEXTS))})\(|strict=True)")
"""A text for people, which the catalogue checks; that two lists are equally long, which is an assertion."""


@dataclass(frozen=True, eq=False)
class Change:
    """One change of one place: the lines from the beginning of its statement, and what stands there instead."""

    kind: str
    file: str
    first: int
    last: int
    module: cst.Module
    node: cst.CSTNode
    new: cst.CSTNode

    @property
    def was(self) -> str:
        """What stands there."""
        return str(self.module.code_for_node(self.node))

    @property
    def becomes(self) -> str:
        """What stands there instead."""
        return str(self.module.code_for_node(self.new))

    @property
    def changed(self) -> str:
        """The whole file afterwards."""
        return str(self.module.deep_replace(self.node, self.new).code)

    @property
    def says_nothing(self) -> bool:
        """Whether only a text for people goes, or an assertion."""
        return len(SEEN_ELSEWHERE.findall(self.was)) > len(SEEN_ELSEWHERE.findall(self.becomes))

    @property
    def told(self) -> str:
        """The change in one line."""
        return f"{self.file}:{self.last}: {' '.join(self.was.split())}  ->  {' '.join(self.becomes.split())}"


def says_nothing(node: cst.CSTNode) -> bool:
    """Whether a change of *node* or inside of it would tell nothing about the tests."""
    if isinstance(node, cst.Annotation | cst.Decorator | cst.Assert | cst.Import | cst.ImportFrom):
        return True
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.BaseString):
        return True
    if isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "strict":
        return True
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "with_for_update"
    ):
        return True
    if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name):
        return bool(node.targets[0].target.value == "__all__")
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in TEXTS


def changes_of(file: str) -> Iterator[Change]:
    """All changes of one file, in the order of its places."""
    wrapper = metadata.MetadataWrapper(cst.parse_module((ROOT / file).read_text()), unsafe_skip_copy=True)
    position = wrapper.resolve(metadata.PositionProvider)

    def walk(node: cst.CSTNode, first: int) -> Iterator[Change]:
        if says_nothing(node):
            return
        if isinstance(node, cst.BaseStatement | cst.SimpleStatementLine):
            first = position[node].start.line
        for kind, operator in mutators.mutation_operators:
            if isinstance(node, kind):
                found = list(operator(node))
                # Of a string in another case nothing is learnt that the string with other letters does not tell.
                for new in found[:1] if kind is cst.BaseString else found:
                    yield Change(operator.__name__, file, first, position[node].end.line, wrapper.module, node, new)
        for child in node.children:
            yield from walk(child, first)

    yield from walk(wrapper.module, 1)


def every_change() -> list[Change]:
    """All changes of all files, always in the same order."""
    paths = sorted({path for pattern in PLACES for path in ROOT.glob(pattern)})
    return [change for path in paths for change in changes_of(str(path.relative_to(ROOT)))]


def drawn(changes: Sequence[Change], number: int, seed: str) -> list[Change]:
    """*number* of the changes, each kind in its turn: three of four are arguments, and most of these just crash."""
    kinds: dict[str, list[Change]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change)
    chance = random.Random(int(seed, 16))  # noqa: S311  # to be the same again
    for found in kinds.values():
        chance.shuffle(found)
    turns = itertools.zip_longest(*(kinds[kind] for kind in sorted(kinds)))
    some = (change for turn in turns for change in turn if change is not None and not change.says_nothing)
    return list(itertools.islice(some, number))


def parent_commit() -> str:
    """The commit before the present one."""
    command = ["git", "rev-parse", "HEAD^"]  # whatever git this machine has
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def failures(answer: subprocess.CompletedProcess[str]) -> list[str]:
    """The tests that failed."""
    lines = [line for line in answer.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return [line.partition(" ")[2].partition(" - ")[0] for line in lines]


class Copy:
    """A copy of the tree in which the program is changed, and which tests touch which of its lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        shutil.copytree(ROOT, self.folder, ignore=LEFT_BEHIND)
        self._environment = {**os.environ, "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self._data = coverage.CoverageData(str(self.folder / ".coverage"))
        self._failing: frozenset[str] = frozenset()

    def pytest(self, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
        """Run tests in the copy."""
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def learn(self, kept: Path | None) -> None:
        """Run all tests once and keep which lines each of them touches; or take what an earlier run has *kept*."""
        left_out = self.folder / "failing"
        if kept is not None and kept.exists():
            shutil.copyfile(kept, self.folder / ".coverage")
            shutil.copyfile(kept.with_suffix(".failing"), left_out)
        else:
            (self.folder / ".coveragerc").write_text("[run]\nrelative_files = true\nsource = models,views\n")
            answer = self.pytest("--cov", "--cov-context=test", "--cov-report=", *SQLITE, *TESTS)
            # What fails once on a busy machine and passes alone (eight processes at once) is a witness all the same.
            failed = failures(answer)
            failing = failures(self.pytest(*failed)) if failed else []
            if answer.returncode not in (0, 1) or len(failing) > MOST_FAILING:
                raise SystemExit(f"The tests fail without any change:\n{answer.stdout[-2000:]}")
            left_out.write_text("\n".join(failing))
        self._data.read()
        self._failing = frozenset(left_out.read_text().split("\n")) - {""}
        for name in sorted(self._failing):
            say(f"fails without any change, notices nothing: {name}")
        if kept is not None and not kept.exists():
            shutil.copyfile(self.folder / ".coverage", kept)
            shutil.copyfile(left_out, kept.with_suffix(".failing"))

    def tests_of(self, change: Change) -> list[str]:
        """The tests that touched the place, those that touch most of its file first; of its file, where none did."""
        by_line = self._data.contexts_by_lineno(change.file)
        touched: dict[str, int] = {}
        for contexts in by_line.values():
            for name in {context.partition("|")[0] for context in contexts} - {""}:
                touched[name] = touched.get(name, 0) + 1
        lines = range(change.first, change.last + 1)
        here = {context.partition("|")[0] for line in lines for context in by_line.get(line, ())} - {""}
        tests = sorted(set(here or touched) - self._failing, key=lambda name: (-touched[name], name))
        return tests if here else [*OF_DECLARATIONS, *tests]

    def notices(self, change: Change) -> str:
        """Which test notices the change; empty when none does."""
        tests = self.tests_of(change)
        if not tests:
            return ""
        path, asked = self.folder / change.file, self.folder / "asked"
        before = path.read_text()
        asked.write_text("\n".join(tests))
        path.write_text(change.changed)
        try:
            answer = self.pytest("-x", *SQLITE, f"--timeout={SECONDS_A_TEST}", f"@{asked}", seconds=SECONDS_EACH)
        except subprocess.TimeoutExpired:
            return ""
        finally:
            path.write_text(before)
        return "" if answer.returncode == 0 else (failures(answer) or ["it cannot be loaded"])[0]


def equivalent() -> dict[tuple[str, str, str], str]:
    """File, what stood there, what stands there instead -> why nobody can see it."""
    found = tomllib.loads(EQUIVALENT.read_text())["change"]
    return {(one["file"], one["was"], one["becomes"]): one["why"] for one in found}


def tried(changes: Sequence[Change], copy: Copy, seconds: float) -> Iterator[tuple[Change, str]]:
    """Each change and who noticed it, until the time is over."""
    stop = time.monotonic() + seconds
    for change in changes:
        if time.monotonic() > stop:
            return
        yield change, copy.notices(change)


def main() -> int:
    """Draw, try, tell. 0 when enough was noticed."""
    parser = argparse.ArgumentParser(description="Change the program in many places and see which tests notice.")
    parser.add_argument("--sample", type=int, default=100, help="how many changes (100)")
    parser.add_argument("--minutes", type=float, default=85, help="when to stop drawing (85)")
    parser.add_argument("--seed", help="eight digits, hexadecimal (of the parent commit)")
    parser.add_argument("--skip", type=int, default=0, help="how many of these an earlier run has tried (0)")
    parser.add_argument("--coverage", type=Path, help="where it is kept which test touches what")
    parser.add_argument("--list", action="store_true", help="only tell which changes it would try")
    given = parser.parse_args()
    began, seed = time.monotonic(), given.seed or parent_commit()[:8]
    every = every_change()
    chosen = drawn(every, given.sample, seed)[given.skip :]
    say(f"{len(chosen)} of {len(every)} changes, drawn by {seed}")
    if given.list:
        say("\n".join(change.told for change in chosen))
        return 0
    known, noticed = equivalent(), 0
    alive: list[Change] = []
    unseen: list[Change] = []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:  # noqa: S108  # memory
        copy = Copy(Path(folder))
        copy.learn(given.coverage)
        for change, by in tried(chosen, copy, given.minutes * 60 - (time.monotonic() - began)):
            why = known.get((change.file, change.was, change.becomes), "")
            noticed += bool(by)
            if not by:
                (unseen if why else alive).append(change)
            say(f"{'noticed' if by else 'equivalent' if why else 'ALIVE'}  {change.told}  {by or why}")
    share = noticed / max(noticed + len(alive), 1)
    say(f"{noticed} noticed, {len(alive)} not, {len(unseen)} equivalent: {share:.0%} of those that can be")
    return 0 if share >= ENOUGH else 1


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
