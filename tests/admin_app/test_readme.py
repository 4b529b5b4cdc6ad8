"""Every line of README and of ``--help`` is true: commands run, variables exist, links lead somewhere."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from admin_app import cli, clock
from tests.fixed import NOW
from tests.sheets import people, workbook

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_TESTS = {"FRONTDESK_TEST_ALL"}
"""Variables that only the tests know."""
PARSED_ONLY = {
    "serve": "does not end; tests/admin_app/test_server.py starts it",
    "work": "does not end; tests/admin_app/test_work.py starts it",
    "seed": "takes long; tests/admin_app/test_seed_command.py runs it",
    "db roles": "is for a server; tests/admin_app/test_roles.py runs it",
}
PROGRAM = re.compile(r"(?:FRONTDESK_\w+=\S+ )?(?:\.venv/bin/)?frontdesk (.+)")


def blocks():
    """The lines to type: indented ones, without the comments at their ends."""
    outside = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    return [line.split(" # ")[0].strip() for line in outside.splitlines() if line.startswith("    ")]


def spans():
    """What stands between backquotes."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))


def commands():
    """The command lines of the program, in the order of README, as lists of words."""
    found = []
    for text in [*blocks(), *spans()]:
        if text.startswith("export FRONTDESK_"):
            continue  # the shell's word
        whole = PROGRAM.fullmatch(text)
        words = shlex.split(whole[1]) if whole else shlex.split(text) if text.split()[0] in cli.COMMANDS else None
        if words and (whole or len(words) > 1) and words != ["COMMAND", "--help"]:
            found.append(words)
    return found


def leaf(words):
    """The command that *words* name, parsed as far as its own options, which raises what click refuses."""
    command: click.Command = cli.frontdesk
    context = click.Context(command, info_name="frontdesk")
    rest = list(words)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        context = click.Context(found, info_name=name, parent=context)
        command = found
    command.parse_args(context, rest)
    return command


def all_commands(group=cli.frontdesk, path=()):
    """Every command with its path, the group's own first."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from all_commands(found, (*path, name))


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """An environment with nothing in it, and the files that the lines of README name."""
    for name in os.environ:
        if name.startswith("FRONTDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRONTDESK_DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    (tmp_path / "units.xlsx").write_bytes(workbook([["1栋", "1-101"], ["1栋", "1-201"]], ["楼栋", "房号"]))
    (tmp_path / "residents.xlsx").write_bytes(workbook(people(2, ["1-101", "1-201"])))
    return tmp_path


def filled(words, scratch):
    """*words* with files and codes instead of the placeholders."""
    kind = words[1] if len(words) > 1 else ""
    file = {
        "units": scratch / "units.xlsx",
        "residents": scratch / "residents.xlsx",
        "tickets": ROOT / "tests/fixtures/nyc311_excerpt.csv",
    }.get(kind, scratch / "backup")
    if words[0] == "export":
        file = scratch / "exported.csv"
    given = {
        "FILE": file,
        "CODE": "YH",
        "MAPPING": ROOT / "seed/mappings/nyc311.toml",
        "OUT.xlsx": scratch / "failed.xlsx",
        "REGISTER": "residents",
        "RUN": "1",
    }
    return [str(given.get(word, word)) for word in words]


def test_what_readme_says_to_type_runs_from_first_to_last(scratch, run, monkeypatch):
    for line in blocks():
        if line.startswith("export "):
            name, _, place = line.removeprefix("export ").partition("=")
            key = scratch / Path(place).name
            key.write_bytes(os.urandom(48))
            monkeypatch.setenv(name, str(key))
    done = []
    for words in commands():
        arguments = filled(words, scratch)
        if not PARSED_ONLY.keys().isdisjoint({words[0], " ".join(words[:2])}) or words in done:
            leaf(arguments)
            continue
        code, out, err = run(*arguments)
        assert code == 0, (words, out, err)
        done.append(words)
        if words[:2] == ["staff", "add"]:
            manager = ("staff", "add", "li", "--name", "李", "--estate", "YH", "--role", "manager", "--generate")
            assert run(*manager)[0] == 0
    assert {words[0] for words in done} >= {"db", "staff", "audit", "verify", "import"}


def test_the_variables_of_readme_are_those_of_the_program():
    named = {name.removesuffix("_FILE") for name in re.findall(r"FRONTDESK_[A-Z_]+", README)} - OF_TESTS
    sources = [*ROOT.glob("admin_app/**/*.py"), *ROOT.glob("models/**/*.py"), *ROOT.glob("views/**/*.py")]
    read = re.findall(r'= "(FRONTDESK_[A-Z_]+)"', "\n".join(path.read_text(encoding="utf-8") for path in sources))
    known = set(read) - {"FRONTDESK_NOW"}  # of the tests: how time stands still
    assert named == known


@pytest.mark.parametrize("word", ["0", "1", "no", "yes"])
def test_the_value_that_readme_gives_to_each_switch_is_taken(scratch, run, monkeypatch, word):
    for name in ("SECRET", "DATA"):
        monkeypatch.setenv(f"FRONTDESK_{name}_KEY", name * 10)
    for name, value in re.findall(r"\| `(FRONTDESK_\w+)` \|[^|]*?`([^`]+)`", README):
        if not name.endswith(("DATABASE_SCHEMA", "OWNER_DATABASE_URL")):  # of a server's databases
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("FRONTDESK_SECURE_COOKIES", word)
    monkeypatch.setenv("FRONTDESK_ENV", "production")
    monkeypatch.delenv("FRONTDESK_TRUSTED_HOSTS", raising=False)
    _code, _out, err = run("verify")
    assert "there is no database" in err, "everything else was understood"


def test_every_help_page_opens_and_names_variables_that_there_are(run):
    found = list(all_commands())
    assert len(found) > 12
    for path, command in found:
        code, out, _err = run(*path, "--help")
        assert code == 0, path
        assert out.startswith("Usage: frontdesk"), path
        assert set(re.findall(r"FRONTDESK_[A-Z_]+", out)) <= set(re.findall(r"FRONTDESK_[A-Z_]+", README)), path
        for option in command.params:
            assert isinstance(option, click.Argument) or getattr(option, "help", None), (path, option.name)


def test_the_options_that_readme_names_exist():
    options = {name for _path, command in all_commands() for option in command.params for name in option.opts}
    for text in spans():
        for word in re.findall(r"--[a-z][a-z-]+", text):
            assert word in {*options, "--help"}, text


def test_the_targets_of_make_exist():
    lines = [text for text in [*blocks(), *spans()] if re.match(r"(FRONTDESK_\w+=\S+ )?make( |$)", text)]
    assert lines
    for line in dict.fromkeys(lines):
        words = shlex.split(line)
        words.insert(words.index("make") + 1, "-n")
        while "=" in words[0]:
            words.pop(0)
        made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert made.returncode == 0, (line, made.stderr)


def test_links_and_pictures_are_there():
    for place in re.findall(r"\]\(([^)]+)\)", README):
        assert place.startswith(("http://", "https://")) or (ROOT / place).exists(), place
