"""The throw-away server itself: databases come quickly, are apart from each other, and leave nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    started, reason = postgres.start()
    if started is None:
        pytest.skip(reason)
    yield started
    started.stop()


def one(url, statement):
    with psycopg.connect(url) as connection:
        [answer] = connection.execute(statement)
    return answer[0]


def fill(url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE doors (name text)")
        connection.execute("INSERT INTO doors VALUES ('东门')")


def test_databases_made_from_a_template_are_apart_from_each_other(server):
    template = server.template("estate", fill)
    first, second = server.create_database(template), server.create_database(template)
    with psycopg.connect(first) as connection:
        connection.execute("DELETE FROM doors")
    assert one(first, "SELECT count(*) FROM doors") == 0
    assert one(second, "SELECT name FROM doors") == "东门"


def test_a_dropped_database_is_gone(server):
    url = server.create_database()
    server.drop_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_it_listens_on_its_socket_only_and_speaks_utf8(server):
    url = server.create_database()
    assert one(url, "SHOW listen_addresses") == ""
    assert one(url, "SHOW server_encoding") == "UTF8"


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_nothing_stays_behind(ending):
    if postgres.binaries()[0] is None:
        pytest.skip(postgres.binaries()[1])
    program = "from tests import postgres; s = postgres.start()[0]; print(s.folder, flush=True); input(); s.stop()"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        server_id = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        if ending == "kill":
            owner.send_signal(signal.SIGKILL)
        # The watcher has the same output: it ends when all is gone.
        owner.communicate("\n" if ending == "stop" else None, timeout=20)
    assert not folder.exists()
    assert not running(server_id)


def running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
