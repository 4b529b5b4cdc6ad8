"""A throw-away PostgreSQL server for the tests: on a socket in a temporary folder, gone when the tests end.

    server, reason = postgres.start()
    if server is None:
        pytest.skip(reason)
    url = server.create_database()

Every pytest-xdist worker starts its own. A shell watches over the server and is told by the end of its input that
the tests are over, so nothing stays behind even when they are killed.
"""

import itertools
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

OLDEST = 15
ROLE = "frontdesk"
WAIT_SECONDS = 60
PREFIX = "frontdesk-pg-"
SHORT = 40
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "64MB",
}
WATCH = """
folder=$1; shift
trap '' HUP INT TERM
"$@" </dev/null >"$folder/log" 2>&1 &
read -r _
kill -QUIT $!
wait $!
cd / && rm -rf "$folder"
"""


def binaries() -> tuple[Path | None, str]:
    """The folder with PostgreSQL's programs, or None and why not."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    candidates = [Path(folder) for folder in (os.environ.get("PG_BIN"),) if folder]
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    for folder in [*candidates, *versions]:
        if not ((folder / "initdb").exists() and (folder / "postgres").exists()):
            continue
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        version = answer.split()[2]
        if int(version.split(".")[0]) >= OLDEST:
            return folder, ""
    return None, f"no PostgreSQL {OLDEST} or newer on this machine (set PG_BIN to the folder of its initdb)"


def unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: who else could run it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _fits(folder: Path) -> bool:
    """Whether a server can lie in *folder*: a socket's path has to be short, and the way there open to its user."""
    way = (folder, *folder.parents)
    return len(str(folder)) < SHORT and all(step.stat().st_mode & stat.S_IXOTH for step in way)


class Server:
    """One running server; `start()` makes it, `stop()` ends it and removes every trace."""

    def __init__(self, programs: Path) -> None:
        user = unprivileged_user()
        self._uid = user.pw_uid if user else None
        self._gid = user.pw_gid if user else None
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()
        self._watcher: subprocess.Popen[bytes] | None = None
        if _fits(Path(tempfile.gettempdir())):
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        else:
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
        try:
            if user:
                os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._start(programs)
        except BaseException:
            self.stop()
            raise

    def create_database(self, template: str = "template0") -> str:
        """The address of a new database, a copy of the template."""
        name = f"test_{next(self._numbers)}"
        self._copy(template, name)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name: str, fill: Callable[[str], object], base: str = "template0") -> str:
        """A template, a copy of *base* filled once: `fill` gets its address and leaves no connection open."""
        if name not in self._templates:
            self._copy(base, name)
            fill(self.url(name))
            self._templates.add(name)
        return name

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def stop(self) -> None:
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            self._watcher.wait(timeout=WAIT_SECONDS)
            self._watcher = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copy(self, template: str, name: str) -> None:
        # Files are copied as they are: what is copied through the log is written twice.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def _start(self, programs: Path) -> None:
        data = self.folder / "data"
        initdb = [str(programs / "initdb"), "--no-sync", "--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8"]
        made = subprocess.run(
            [*initdb, f"--username={ROLE}", f"--pgdata={data}"],
            capture_output=True,
            text=True,
            check=False,  # its own words are the better error
            cwd=self.folder,
            user=self._uid,
            group=self._gid,
            extra_groups=None if self._uid is None else [],
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "sh", str(self.folder), str(programs / "postgres"), "-D", str(data), *options],
            stdin=subprocess.PIPE,
            cwd=self.folder,
            start_new_session=True,  # Ctrl-C is for pytest, which then ends this in order
            user=self._uid,
            group=self._gid,
            extra_groups=None if self._uid is None else [],
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self._execute(sql.SQL("SELECT 1"))
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {error}\n{log[-2000:]}") from error
            # It says so in its log only, a file, so that it never waits for a reader; its own pg_ctl asks in turns too.
            time.sleep(0.05)

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def start() -> tuple[Server | None, str]:
    """A running server; or None, and the reason to skip with."""
    programs, reason = binaries()
    return (Server(programs), "") if programs else (None, reason)
