"""The tests themselves: none takes a fixed port, looks at today's date, or depends on what else runs on a machine."""

import ast
import re
from pathlib import Path

import pytest

from tests import names, untyped

TESTS = Path(__file__).parent
FORBIDDEN = {
    "today's date": r"datetime\.now\(|date\.today\(|\.utcnow\(|\btime\.time\(|time\.localtime|time\.strftime",
    "a fixed port": (
        r"(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\])(?::|\", )(?!0\b)\d|[\"']--port[\"'], [\"']\d|\bport=\d"
        r"|[\"']serve[\"']\)"
    ),
    "what else runs": r"\bpkill\b|\bkillall\b|\bpgrep\b|[\"']/tmp/|psutil",
    "chance": r"random\.random\(\)|random\.choice\(|random\.randint\(|uuid4\(\)",
    "sleeping": r"time\.sleep\((?!0\.0\d)",
}
"""What no test may depend on -> how it looks in a source."""
ALLOWED = {
    ("admin_app/test_hosts.py", "a fixed port"): "what a request calls the server; nobody listens",
    ("admin_app/test_config.py", "a fixed port"): "what a request may call the server; nobody listens",
    ("admin_app/test_cli.py", "a fixed port"): "addresses that are none, and names of commands",
}
NOT_TESTS = ("bench/", "programs/")


def sources():
    """Every file of the tests but those that are none, by their place."""
    for path in sorted(TESTS.rglob("*.py")):
        place = path.relative_to(TESTS).as_posix()
        if not place.startswith(NOT_TESTS) and path != Path(__file__):
            yield place, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_test_depends_on_what_it_has_not_made_itself(what):
    found = [
        (place, number, line.strip())
        for place, text in sources()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(FORBIDDEN[what], line) and (place, what) not in ALLOWED
    ]
    assert found == []


def test_every_exception_is_still_needed():
    texts = dict(sources())
    for (place, what), reason in ALLOWED.items():
        assert reason
        assert re.search(FORBIDDEN[what], texts[place]), (place, what)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("today's date", "now = datetime.datetime.now(datetime.UTC)"),
        ("today's date", "datetime.date.today()"),
        ("a fixed port", 'taken.bind(("127.0.0.1", 8000))'),
        ("a fixed port", "http://localhost:8080/"),
        ("a fixed port", 'fails("serve")'),
        ("a fixed port", '("demo", "--port", "8000")'),
        ("what else runs", 'Path("/tmp/desk.db")'),
        ("chance", "random.choice(rows)"),
        ("sleeping", "time.sleep(2)"),
    ],
)
def test_the_signs_are_seen(what, line):
    assert re.search(FORBIDDEN[what], line)


ROOT = TESTS.parent
VERBS = ROOT / "models" / "operations"
PACKAGES = sorted(path.parent.name for path in VERBS.glob("*/__init__.py"))
PAST_A_DOOR = re.compile(rf"^\s*(?:from|import) models\.operations\.({'|'.join(PACKAGES)})\.\w+", re.M)


def test_a_package_of_verbs_is_entered_by_its_door():
    past = [
        (path.relative_to(ROOT).as_posix(), package)
        for folder in ("admin_app", "models", "seed", "tests", "views")
        for path in (ROOT / folder).rglob("*.py")
        for package in PAST_A_DOOR.findall(path.read_text(encoding="utf-8"))
        if VERBS / package not in path.parents
    ]
    assert len(PACKAGES) > 10
    assert past == []


def test_the_panel_commits_in_one_place():
    commits = {path.name for path in (ROOT / "views").rglob("*.py") if ".commit()" in path.read_text(encoding="utf-8")}
    assert commits == {"committing.py"}


@pytest.mark.parametrize("parameters", [True, False], ids=["parameters", "results"])
def test_functions_of_pages_say_what_they_take_and_give(parameters):
    share = untyped.share("views", parameters=parameters)
    assert share <= 0.05, "`python -m tests.untyped --each` tells which are Any"


def test_what_says_nothing_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(untyped, "ROOT", tmp_path)
    (tmp_path / "page.py").write_text("def f(self, a: Any, b: dict[str, Any], *c: int, **d: 'Any') -> Any: ...\n")
    counted = list(untyped.annotations(tmp_path))
    assert [(each.text, each.is_bare, each.holds_any) for each in counted] == [
        ("Any", True, True),
        ("dict[str, Any]", False, True),
        ("int", False, False),
        ("Any", True, True),
        ("Any", True, True),
    ]
    assert untyped.share(".", parameters=True) == 0.5


@pytest.mark.parametrize("folder", names.FOLDERS)
def test_public_names_say_what_a_thing_is(folder):
    assert list(names.offending(ROOT / folder)) == [], "found, kept, asked, known … say what was done to it"


def test_names_that_say_nothing_are_seen():
    source = "KEPT = 1\nclass Row:\n    found: int\n    def asked(self, given): self.plain = 2\ndef _kept(shown): ...\n"
    assert [name for _, name in names.public_names(ast.parse(source))] == [
        "KEPT",
        "Row",
        "found",
        "asked",
        "self",
        "given",
        "plain",
    ]
