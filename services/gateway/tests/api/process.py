"""The gateway as a process of its own, started as its users start it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
START_SECONDS = 40
END_SECONDS = 20
KEY = "test-key"
POOR_KEY = "poor-key"
"""Of a client with a budget that its first requests use up."""


@dataclass
class GatewayProcess:
    """A gateway that serves."""

    process: subprocess.Popen[str]
    url: str
    admin: str
    log: list[str]
    """Lines of its standard error."""

    @property
    def port(self) -> int:
        """Where clients connect."""
        return int(self.url.rpartition(":")[2])

    def metrics(self, name: str) -> dict[str, float]:
        """Samples of one metric by their labels."""
        with urllib.request.urlopen(self.admin + "/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {labels: float(value) for labels, value in re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.M)}

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)


def keys_file(folder: Path) -> Path:
    """Keys of the clients `test`, `poor` and `presenter`."""
    file = folder / "keys"
    names = {"test": KEY, "poor": POOR_KEY, "presenter": "presenter-key"}
    file.write_text("".join(f"{name}:{sha256(key.encode()).hexdigest()}\n" for name, key in names.items()))
    return file


def upstreams_file(folder: Path, backend: int | str) -> Path:
    """One backend for `tiny`, by port or by URL; `asleep` has no replica."""
    file = folder / "upstreams.json"
    url = backend if isinstance(backend, str) else f"http://127.0.0.1:{backend}"
    served = {"url": url, "models": ["tiny"], "context_tokens": 2048}
    file.write_text(json.dumps([served, {"models": ["asleep"]}]))
    return file


@contextlib.contextmanager
def running_gateway(folder: Path, backend: int | str, **settings: object) -> Iterator[GatewayProcess]:
    """A gateway with keys in front of one backend, by port or by URL; ended with the block whatever happens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_GATEWAY_")}
    environment |= {f"HEADWAY_GATEWAY_{name.upper()}": str(value) for name, value in settings.items()}
    environment["HEADWAY_GATEWAY_API_KEYS_FILE"] = str(keys_file(folder))
    command = [Path(sys.executable).with_name("headway-gateway"), "--port", "0", "--admin-port", "0"]
    command += ["--upstreams", str(upstreams_file(folder, backend))]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    log: list[str] = []
    threading.Thread(target=lambda: log.extend(iter_lines(process)), daemon=True).start()
    try:
        serving = wait_for(lambda: next((line for line in log if line.startswith("serving ")), None), process)
        url, admin = re.findall(r"http://[\d.]+:\d+", serving)
        yield GatewayProcess(process, url, admin, log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(END_SECONDS)


def iter_lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a process says, line by line, as it comes."""
    assert process.stderr is not None
    yield from process.stderr


def wait_for(condition: Callable[[], T | None], process: subprocess.Popen[str] | None = None) -> T:
    """The first true value of `condition`, within a bound and while the process lives."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        assert process is None or process.poll() is None, "it ended"
        time.sleep(0.02)
    raise TimeoutError


def readable(url: str) -> int:
    """The status of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
