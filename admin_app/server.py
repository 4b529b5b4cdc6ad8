"""Serving with gunicorn: a few processes with a few threads each, every process with its own connections."""

import gc
import socket

from flask import Flask
from gunicorn.app.base import BaseApplication

from admin_app.config import Config, ConfigurationError
from admin_app.factory import create_app

TIMEOUT_SECONDS = 60
REQUEST_LINE_BYTES = 8190


class Server(BaseApplication):
    """gunicorn, set up from here instead of from a file."""

    def __init__(self, config: Config, *, bind: str, workers: int, threads: int) -> None:
        self._config = config
        self._options = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": TIMEOUT_SECONDS,
            "limit_request_line": REQUEST_LINE_BYTES,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "frontdesk",
        }
        super().__init__()

    def load_config(self) -> None:
        """gunicorn asks for its settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """gunicorn asks for the application, once in each worker: connections do not survive a fork."""
        made = create_app(self._config)
        gc.collect()
        gc.freeze()  # it stays to the end: looking through it for rubbish takes a tenth of a short page
        return made


def refuse_taken(bind: str) -> None:
    """Raise ConfigurationError when nobody could listen on ``host:port`` (or ``unix:path``, left to gunicorn)."""
    if bind.startswith("unix:"):
        return
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"{bind!r} is not an address to serve on; write for example 127.0.0.1:8000.")
    host = host.strip("[]")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except OSError as error:
        raise ConfigurationError(f"cannot serve on {bind}: {error.strerror}; choose another port.") from None


def serve(config: Config, *, bind: str, workers: int, threads: int) -> None:
    """Serve until told to stop; raises ConfigurationError before that when something is missing."""
    refuse_taken(bind)
    # Tried once here, so that what is wrong is one line and not a worker's trace.
    create_app(config).extensions["frontdesk_database"].close()
    Server(config, bind=bind, workers=workers, threads=threads).run()
