"""`headway up` as a process of its own, and what a person would do with it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

HEADWAY = str(Path(sys.executable).with_name("headway"))
UP = (HEADWAY, "up")
BESIDE_A_REAL_ENGINE = (sys.executable, str(Path(__file__).with_name("beside_a_real_engine.py")))
READY_SECONDS = 40
END_SECONDS = 25
MODEL = "llama-3.1-8b"
DEPLOYMENT = "llama-3-1-8b"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""No proxy of the environment stands before a process of this machine."""


def until(condition: Callable[[], Any], what: str, seconds: float) -> Any:
    """Waits for a condition, and says what did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


class LocalRun:
    """One run."""

    def __init__(
        self, runs: Path, *arguments: str, program: tuple[str, ...] = UP, repository: Path | None = None
    ) -> None:
        self.runs = runs
        self.log = runs / "up.log"
        command = [*program, "--runs", str(runs), *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=repository, stderr=log, start_new_session=True)
        self._asking = ThreadPoolExecutor(64)

    def ready(self) -> "LocalRun":
        """Waits until its gateway serves."""

        def reach() -> Any:
            assert self.process.poll() is None, self.log.read_text()
            found = next(self.runs.glob("*/run.json"), None)
            return found and json.loads(found.read_text())

        self.reach = until(reach, "a gateway that serves", READY_SECONDS)
        self.folder = next(self.runs.glob("*/run.json")).parent
        return self

    def request(self, path: str, body: Any, token: str, control: bool = False) -> tuple[int, bytes]:
        base = self.reach["control"] if control else self.reach["gateway"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
        try:
            with OPENER.open(asked, timeout=90) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ask(self, tokens: int = 8) -> Future[tuple[int, bytes]]:
        """One streamed answer, in the background."""
        body = {
            "model": MODEL,
            "stream": True,
            "max_tokens": tokens,
            "messages": [{"role": "user", "content": "Which line is red?"}],
        }
        return self._asking.submit(self.request, "/v1/chat/completions", body, self.reach["audience_key"])

    def steer(self, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """One POST to the control server."""
        status, answer = self.request(f"/control/{what}", body, self.reach["token"], control=True)
        return status, json.loads(answer)

    def events(self) -> list[dict[str, Any]]:
        """Scaling events so far."""
        audit = self.folder / "audit.jsonl"
        return [json.loads(line) for line in audit.read_text().splitlines()] if audit.exists() else []

    def scaled_to(self, replicas: int, seconds: float, since: float = 0.0) -> dict[str, Any]:
        """Waits for the event that left so many replicas, `since` a second of the cluster's."""

        def left(event: dict[str, Any]) -> bool:
            return event["deployment"] == DEPLOYMENT and event["to"] == replicas and event["t"] >= since

        return until(
            lambda: next(filter(left, self.events()), None),
            f"{replicas} replicas",
            seconds,
        )

    def told(self, text: str, seconds: float) -> None:
        """Waits for words at the terminal."""
        until(lambda: text in self.log.read_text(), text, seconds)

    def in_flight(self) -> int:
        """Requests that the gateway has admitted and not finished."""
        return self.gateway_metric("headway_gateway_requests_in_flight")

    def gateway_metric(self, name: str) -> int:
        """A metric of the gateway over all its labels."""
        with OPENER.open(self.reach["gateway_admin"] + "/metrics", timeout=5) as metrics:
            lines = metrics.read().decode().splitlines()
        found = (line for line in lines if line.startswith(f"{name}{{"))
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in found))

    def state(self) -> dict[str, Any]:
        """What the control room shows now."""
        stream = f"{self.reach['control']}/control/events?token={self.reach['token']}"
        with OPENER.open(stream, timeout=10) as events:
            for line in events:
                if line == b"event: state\n":
                    found: dict[str, Any] = json.loads(next(events).removeprefix(b"data: "))
                    return found
        raise AssertionError("the event stream ended without a state")

    def grow(self, tokens: int) -> list[Future[tuple[int, bytes]]]:
        """Asks for so much at once that a second replica comes; the answers, once it is there."""
        answers = [self.ask(tokens) for _ in range(20)]
        until(lambda: self.gateway_metric("headway_gateway_ready_replicas") >= 2, "a second replica", 60)
        return answers

    def children(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> int:
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)

    def kill(self) -> None:
        """SIGKILL, which it cannot handle."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(END_SECONDS)


@contextlib.contextmanager
def local_run(
    runs: Path, *arguments: str, program: tuple[str, ...] = UP, repository: Path | None = None
) -> Iterator[LocalRun]:
    """A run that is ready, and gone afterwards whatever happens; `repository` is where it runs, if not here."""
    runs.mkdir(parents=True, exist_ok=True)
    run = LocalRun(runs, *arguments, program=program, repository=repository)
    try:
        yield run.ready()
    finally:
        if run.process.poll() is None:
            try:
                run.end()
            except subprocess.TimeoutExpired:
                run.kill()
        run._asking.shutdown(wait=False, cancel_futures=True)
