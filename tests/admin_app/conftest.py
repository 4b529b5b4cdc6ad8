"""Commands of ``frontdesk``, run in this process."""

import pytest

from admin_app import cli, clock
from tests.fixed import DATA_KEY, NOW, SECRET_KEY


@pytest.fixture
def environment(monkeypatch):
    """Set the program's environment for a database; its clock stands still."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def set_up(url, use="production", data_key=None):
        for name, value in {
            "FRONTDESK_ENV": use,
            "FRONTDESK_DATABASE_URL": str(url),
            "FRONTDESK_SECRET_KEY": SECRET_KEY,
            "FRONTDESK_DATA_KEY": data_key or DATA_KEY.decode(),
        }.items():
            monkeypatch.setenv(name, value)

    return set_up


@pytest.fixture
def run(capsys):
    """``run("db", "check")``: exit code, standard output, standard error."""

    def run_one(*arguments):
        code = cli.run(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_one


@pytest.fixture
def run_here(environment, run, database_url, world):
    """``run_here("audit", "--json")``: the same on the world's database, with what the test has written there."""
    environment(database_url)

    def run_one(*arguments):
        world.session.commit()
        return run(*map(str, arguments))

    return run_one


@pytest.fixture
def fails(run):
    """Run a command that must fail with one line on standard error and nothing on standard output."""

    def run_one(*arguments):
        code, out, err = run(*arguments)
        assert code != 0
        assert out == ""
        assert err.count("\n") == 1, err
        assert err.startswith("frontdesk: ")
        return err

    return run_one
