"""Somebody to whom messages are sent: refuses some before writing them down, and of some nobody sees the answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """What was received, in order; ``mood`` says what becomes of the next one."""

    def __init__(self, seed: int, *, refuses: float, goes_silent: float) -> None:
        self.received: list[dict[str, str]] = []
        self.refused = 0
        self.port = 0
        self._asked, self._lock = seed, threading.Lock()
        self._refuses, self._silent = refuses, goes_silent

    def take(self, body: bytes) -> int | None:
        """The answer; None for none at all, though it was received."""
        with self._lock:
            self._asked += 37
            mood = self._asked % 100 / 100
            if mood < self._refuses:
                self.refused += 1
                return 503
            self.received.append(json.loads(body))
            return None if mood > 1 - self._silent else 200

    @property
    def ids(self) -> list[str]:
        """The key of each message that was received."""
        return [message["id"] for message in self.received]


@contextmanager
def receiving(seed: int = 1, *, refuses: float = 0.0, goes_silent: float = 0.0) -> Iterator[Receiver]:
    """A receiver at ``127.0.0.1``, at a port that was free."""
    receiver = Receiver(seed, refuses=refuses, goes_silent=goes_silent)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = receiver.take(self.rfile.read(int(self.headers["Content-Length"])))
            if answer is not None:
                self.send_response(answer)
                self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
