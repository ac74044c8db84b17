"""A demo of the release binary with nine days of history, for clients that are not ours; it ends with the tests."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

REPOSITORY = pathlib.Path(__file__).parents[2]
ARTEFACTS = pathlib.Path(os.environ.get("SMARTPOLE_ARTEFACTS", REPOSITORY / "tests/artefacts"))
PATIENCE_S = 120
DAYS = 9


@dataclass
class Demo:
    """A running demo. `url` has no slash at its end; whoever asks it from here is an operator."""

    url: str
    binary: pathlib.Path
    data: pathlib.Path

    def address(self, path, **parameters):
        """The address of a path with its parameters."""
        return f"{self.url}{path}" + (f"?{urllib.parse.urlencode(parameters)}" if parameters else "")

    def get(self, path, headers=None, **parameters):
        """The answer to a question: an open `http.client.HTTPResponse`, an `HTTPError` from 400 on."""
        return urllib.request.urlopen(urllib.request.Request(self.address(path, **parameters), headers=headers or {}), timeout=60)

    def json(self, path, headers=None, **parameters):
        """The answer to a question, as JSON."""
        with self.get(path, headers, **parameters) as answer:
            return json.load(answer)


def days_ago(days):
    """A midnight of UTC, as the interface takes times."""
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z")


def public():
    """Headers by which a request is one of the public's, as a proxy would pass it on."""
    return {"x-forwarded-for": "203.0.113.7"}


@pytest.fixture(scope="session")
def demo():
    """The demo, once its history is there."""
    binary = pathlib.Path(os.environ.get("SMARTPOLE_BIN", REPOSITORY / "target/release/smartpole"))
    assert binary.exists(), f"no {binary}: cargo build --release, or use tests/run"
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="smartpole-python-"))
    with open(ARTEFACTS / "python-demo.log", "w") as log:
        arguments = ["demo", "--data", folder / "data", "--http", "127.0.0.1:0", "--mqtt", f"127.0.0.1:{free_port()}"]
        arguments += ["--udp", "127.0.0.1:0", "--days", str(DAYS)]
        process = subprocess.Popen([binary, *arguments], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            first = process.stdout.readline()
            assert first.startswith("dashboard http://"), f"the demo's first line is {first!r}"
            threading.Thread(target=process.stdout.read, daemon=True).start()
            running = Demo(first.removeprefix("dashboard ").strip().rstrip("/"), binary, folder / "data")
            wait_for_history(running)
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
            shutil.rmtree(folder, ignore_errors=True)


def wait_for_history(demo):
    """Waits until the newest readings are of the last minutes."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        items = demo.json("/api/v1/latest", property="pm2_5")["items"]
        young = datetime.now(timezone.utc) - timedelta(minutes=10)
        if len(items) > 20 and all(datetime.fromisoformat(item["event_time"].replace("Z", "+00:00")) > young for item in items):
            return
        time.sleep(0.2)
    raise TimeoutError(f"the demo's history is not there after {PATIENCE_S} s")


def free_port():
    """A port below those that the kernel gives to whoever connects, which a test beside may be given first."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")
