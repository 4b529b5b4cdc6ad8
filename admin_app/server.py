"""Serving with gunicorn: a few processes with a few threads each, every process with its own connections."""

import gc
import socket
from typing import Any

import click
from flask import Flask
from gunicorn import glogging
from gunicorn.app.base import BaseApplication

from admin_app.config import PUBLIC_URL, Config, ConfigurationError
from admin_app.factory import create_app
from admin_app.logs import FORMAT, Wordless

TIMEOUT_SECONDS = 60
REQUEST_LINE_BYTES = 8190


class ServerLog(glogging.Logger):
    """gunicorn's log: without addresses, which may hold what somebody searched for, and without words of errors."""

    def setup(self, cfg: Any) -> None:
        """gunicorn's own, with our formatter."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Wordless(FORMAT))

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What a client sent that is no request is not repeated."""
        if str(msg).startswith("Invalid request from"):
            msg, args = str(msg).partition(": ")[0], ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Its sentence without the address, and the trace."""
        said = msg.partition(" %s")[0] if isinstance(msg, str) else type(msg).__name__
        super().exception(said, **kwargs)


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
            "logger_class": ServerLog,
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
    if config.public_url is None and not config.is_demo:
        click.echo(f"frontdesk: {PUBLIC_URL} is not set: passes carry their code alone, without an address.", err=True)
    Server(config, bind=bind, workers=workers, threads=threads).run()
