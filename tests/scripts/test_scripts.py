"""The panel's scripts without a browser: one file of tests a controller, run by node."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONTROLLERS = ROOT / "admin_app" / "static" / "js" / "controllers"
EVERYWHERE = ROOT / "admin_app" / "static" / "js" / "everywhere.js"
TEMPLATES = ROOT / "admin_app" / "templates"
OLDEST = (20, 19)
"""Node that reads a module as one though no package.json says so."""


def node() -> str:
    """The machine's node, or the one that a Python package brought for npm; skips where neither is there."""
    found = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    if found is None:
        pytest.skip("node is not there")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(map(int, said.lstrip("v").split(".")[:2])) < OLDEST:
        pytest.skip(f"node {said} is too old: {'.'.join(map(str, OLDEST))} or newer")
    if not (HERE / "node_modules").exists():
        pytest.skip("what the tests need is not installed: make setup-dev")
    return found


def test_each_controller_does_what_its_tests_say() -> None:
    ran = subprocess.run([node(), "--test-reporter=spec", HERE / "all.js"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    written = sum(path.read_text(encoding="utf-8").count("\ntest(") for path in HERE.glob("*.test.js"))
    assert int(re.findall(r"tests (\d+)", ran.stdout)[-1]) > written


def test_each_controller_has_its_tests_and_its_place_on_a_page() -> None:
    together = EVERYWHERE.read_text(encoding="utf-8").partition("export default {")[2]
    names = {path.name.removesuffix("_controller.js") for path in CONTROLLERS.glob("*.js")}
    names |= set(re.findall(r"(\w+): [A-Z]", together))
    assert {path.name.removesuffix(".test.js") for path in HERE.glob("*.test.js")} == names
    said = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.rglob("*.html")))
    named = {name for value in re.findall(r'data-controller="([^"{]+)"', said) for name in value.split()}
    assert {name.replace("-", "_") for name in named} <= names
