"""One of the two applications behind gunicorn: ``python -m tests.bench.serve ours|floor PORT``, set up as in use.

Imports nothing of the tests' own tools, whose memory would be counted as Front Desk's.
"""

import os
import sys

from flask import Flask
from gunicorn.app.base import BaseApplication

from admin_app.config import Config

WORKERS = 2


class Served(BaseApplication):  # type: ignore[misc]  # gunicorn has no annotations
    """gunicorn with two sync workers, whichever application they run."""

    def __init__(self, which: str, port: str) -> None:
        self.which, self.port = which, port
        super().__init__()

    def load_config(self) -> None:
        """gunicorn asks for its settings."""
        for name, value in {
            "bind": f"127.0.0.1:{self.port}",
            "workers": WORKERS,
            "worker_class": "sync",
            "timeout": 120,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """gunicorn asks for the application, once in each worker."""
        config = Config.from_environment()
        if self.which == "ours":
            from admin_app.factory import create_app

            return create_app(config)
        from tests.bench.floor import create_floor

        url = config.database_url.render_as_string(hide_password=False)
        return create_floor(url, config.data_key, config.secret_key)


def environment(url: str, secret_key: str, data_key: bytes) -> dict[str, str]:
    """What a server of either application is started with."""
    return {
        **os.environ,
        "FRONTDESK_ENV": "production",
        "FRONTDESK_DATABASE_URL": url,
        "FRONTDESK_SECRET_KEY": secret_key,
        "FRONTDESK_DATA_KEY": data_key.decode(),
        "FRONTDESK_SECURE_COOKIES": "no",
    }


if __name__ == "__main__":
    Served(*sys.argv[1:]).run()
