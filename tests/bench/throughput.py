"""Requests a second of the list, over eight connections, of each application behind two gunicorn workers; their memory.

One server runs at a time, and the same client asks both. What ours needs at most is read when it has also answered
every other page of the benchmark that reads, the export among them.
"""

import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from seed.staff import PASSWORD
from tests.bench.ground import MANAGER
from tests.bench.measure import HALF, Bench, WrongAnswer
from tests.bench.scenarios import CHINESE
from tests.bench.serve import environment
from tests.fixed import DATA_KEY, SECRET_KEY

CONNECTIONS = 8
SHARE = 0.20
"""Ours answers at least this part of what the floor answers."""
MEBIBYTES = 150
"""Most memory (resident, at its peak) of one worker."""
WAIT_SECONDS = 60
ROUNDS = 2


@dataclass
class Throughput:
    """Requests a second of both, and the memory of our workers."""

    dialect: str
    rows: int
    ours: float
    floor: float
    mebibytes: float
    """The largest peak of a worker that has answered all that only reads."""
    mebibytes_sign_in: float
    """The same after somebody has signed in: checking a password needs memory on purpose."""

    @property
    def share(self) -> float:
        """Ours as a part of the floor's."""
        return self.ours / self.floor

    @property
    def verdict(self) -> str:
        """As of a scenario; more memory than allowed always fails."""
        if self.mebibytes > MEBIBYTES or self.share < SHARE / HALF:
            return "FAILS"
        return "ok" if self.share >= SHARE else "over"

    def document(self) -> dict[str, Any]:
        """For the JSON file."""
        return {**asdict(self), "share": round(self.share, 3), "bound": SHARE, "verdict": self.verdict}


def throughput(bench: Bench, url: str, seconds: float, pages: Sequence[str]) -> Throughput:
    """Measure both in turn; then ask ours for *pages* too, and read its memory."""
    sides = {
        "ours": ("/admin/tickets/", cookie_of(bench.ours, "frontdesk")),
        "floor": ("/tickets", cookie_of(bench.floor, "session")),
    }
    rates: dict[str, list[float]] = {"ours": [], "floor": []}
    memory = signing_in = 0.0
    for number in range(ROUNDS):
        for name, (path, cookie) in sides.items():
            with server(name, url) as (port, process):
                request = asking(path, cookie)
                if b" 200 " not in answer(port, request)[:20]:
                    raise WrongAnswer(f"throughput: {name} does not answer {path}")
                rate(port, request, 1.0)
                rates[name].append(rate(port, request, seconds))
                if name == "ours" and number == ROUNDS - 1:
                    for page in pages:
                        for _ in range(2):  # one for each worker, mostly
                            answer(port, asking(page, cookie))
                    memory = peak(process.pid)
                    sign_in(port)
                    signing_in = peak(process.pid)
    dialect = "sqlite" if bench.bare.is_sqlite else "postgresql"
    ours, floor = (round(statistics.mean(rates[name]), 1) for name in ("ours", "floor"))
    return Throughput(dialect, bench.rows, ours, floor, round(memory, 1), round(signing_in, 1))


def cookie_of(client: Any, name: str) -> str:
    """The cookie of somebody who is signed in."""
    return f"{name}={client.get_cookie(name).value}"


def asking(path: str, cookie: str) -> bytes:
    """A request as it is sent."""
    heads = {"Host": "127.0.0.1", "Cookie": cookie, "Connection": "close", **CHINESE}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextmanager
def server(which: str, url: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """That application's server, ready, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.serve", which, str(port)],
        env=environment(url, SECRET_KEY, DATA_KEY),
    )
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise WrongAnswer(f"the server of {which} did not start") from None
                time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def answer(port: int, request: bytes) -> bytes:
    """Everything that one request is answered with."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(1 << 18):
            parts.append(part)
    return b"".join(parts)


def rate(port: int, request: bytes, seconds: float) -> float:
    """Requests a second over CONNECTIONS at a time."""
    counts = [0] * CONNECTIONS
    stop = time.monotonic() + seconds

    def ask(place: int) -> None:
        while time.monotonic() < stop:
            if answer(port, request)[9:12] == b"200":
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def sign_in(port: int) -> None:
    """Sign somebody in, over the wire."""
    form = answer(port, asking("/login", "language=en")).decode()
    cookie, token = (
        re.search(r"Set-Cookie: (frontdesk=[^;]+)", form),
        re.search(r'csrf_token"[^>]*value="([^"]+)"', form),
    )
    assert cookie is not None, form[:500]
    assert token is not None, form[:500]
    given = {"username": MANAGER, "password": PASSWORD, "csrf_token": token[1]}
    body = urlencode(given).encode()
    head = asking("/login", cookie[1]).replace(b"GET ", b"POST ", 1).removesuffix(b"\r\n")
    head += b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
    answered = answer(port, head + body)
    assert b" 302 " in answered[:20], answered[:500]


def peak(pid: int) -> float:
    """The largest peak among the workers of a server."""
    return max(peak_of(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The worker processes of a server."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def peak_of(pid: int) -> float:
    """The most memory that process ever held, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024
