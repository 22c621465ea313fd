"""A launcher as a process of a test, with its log."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

POLL_SECONDS = 0.02
ANSWER_SECONDS = 30.0


class Launched:
    """Starts on entry; on exit everything that is left of it is killed, each by its own id."""

    def __init__(self, command: Sequence[str], port: int, environment: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        self._command = command
        self._folder = tempfile.TemporaryDirectory(prefix="launched-")
        # What a killed launcher or engine leaves behind lies in this folder as well.
        self._environment = {**os.environ, **(environment or {}), "TMPDIR": self._folder.name}
        self.log = Path(self._folder.name, "log")

    def __enter__(self) -> Self:
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(self._command, stdout=sink, stderr=sink, env=self._environment)
        return self

    def __exit__(self, *_: object) -> None:
        began = self.event("engine_started")
        self.process.kill()
        self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            if began is not None:
                os.killpg(began["pid"], signal.SIGKILL)
        self._folder.cleanup()

    def events(self) -> list[dict[str, Any]]:
        """What the launcher logged so far."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def event(self, name: str) -> dict[str, Any] | None:
        """The first event of a name."""
        return next((event for event in self.events() if event["event"] == name), None)

    def sigterm(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait_until(self, holds: Callable[[], object], seconds: float) -> None:
        """Waits for a condition; `AssertionError` with the end of the log where the time is over or the launcher ended."""
        deadline = time.monotonic() + seconds
        while not holds():
            told = f"{self._command}\n" + "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            assert time.monotonic() < deadline, f"not within {seconds} s: {told}"
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {told}"
            time.sleep(POLL_SECONDS)

    def ready_within(self, seconds: float) -> None:
        """Waits until `/health` answers 200; ends what was started where it never does."""
        try:
            self.wait_until(lambda: self.health() == 200, seconds)
        except BaseException:
            self.__exit__()
            raise

    def health(self) -> int | None:
        """What `/health` answers now; `None` where nothing listens."""
        try:
            return self.ask("GET", "/health")[0]
        except (OSError, http.client.HTTPException):
            return None

    def metrics(self) -> str:
        """What `/metrics` prints now."""
        return self.ask("GET", "/metrics")[1]

    def ask(self, method: str, path: str, wanted: object = None) -> tuple[int, str]:
        """Status and body of one answer; raises where the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            body = None if wanted is None else json.dumps(wanted)
            connection.request(method, path, body, {} if body is None else {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def ended(self, seconds: float) -> int:
        """Its exit code; waits for it."""
        return self.process.wait(seconds)


def free_port() -> int:
    """A port of the loopback that was free a moment ago; an engine cannot be told to choose one itself."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
