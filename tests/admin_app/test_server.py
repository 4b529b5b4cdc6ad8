"""The server itself: it answers on its port, to several at once, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
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
    port = free_port()
    environment = {
        **os.environ,
        "FRONTDESK_ENV": "production",
        "FRONTDESK_DATABASE_URL": database_url,
        "FRONTDESK_SECRET_KEY": SECRET_KEY,
        "FRONTDESK_DATA_KEY": DATA_KEY.decode(),
    }
    command = [sys.executable, "-m", "admin_app.cli", "serve", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                health(port)
                break
            except OSError:
                time.sleep(0.05)
        yield port, process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)


def test_it_answers_many_at_once_and_stops_when_told(served):
    port, process = served
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: health(port)["status"], range(40)))
    assert answers == ["ok"] * 40
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in said
