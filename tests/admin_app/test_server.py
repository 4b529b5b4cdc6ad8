"""The server itself: it answers on its port, to several at once, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixed import DATA_KEY, SECRET_KEY

WAIT_SECONDS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def health(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=WAIT_SECONDS) as answer:  # our own server
        return json.load(answer)


@pytest.fixture
def served(database_url):
    """A port on which the program is served, and its process: it says when it listens, as it would to systemd."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind(f"{folder}/ready")
        ready.settimeout(WAIT_SECONDS)
        with process_on(port, database_url, f"{folder}/ready") as process:
            try:
                assert ready.recv(100).startswith(b"READY=1")
                yield port, process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)


def process_on(port, database_url, ready):
    environment = {
        **os.environ,
        "FRONTDESK_ENV": "production",
        "FRONTDESK_DATABASE_URL": database_url,
        "FRONTDESK_SECRET_KEY": SECRET_KEY,
        "FRONTDESK_DATA_KEY": DATA_KEY.decode(),
        "NOTIFY_SOCKET": ready,
    }
    command = [sys.executable, "-m", "admin_app.cli", "serve", "--bind", f"127.0.0.1:{port}"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def test_it_answers_many_at_once_and_stops_when_told(served):
    port, process = served
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: health(port)["status"], range(40)))
    assert answers == ["ok"] * 40
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in said
