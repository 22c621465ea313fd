"""Measurements of running servers: each calls the load generator once and returns what it printed."""

from __future__ import annotations

import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_gateway_process import NotReadyError, Running, free_port, start, stop, wait_until_it_answers
from bench_gateway_servers import BUILT, Place, Server

LOAD_LIMIT_SECONDS = 120.0
"""Longest run of the load generator beyond the time it is asked to take."""


class LoadError(Exception):
    """The load generator failed; says what it printed."""


@dataclass(frozen=True)
class Bench:
    """A model server and the cores that it shares with the load generator."""

    backend: Running
    cores: Sequence[int]
    folder: Path

    @contextmanager
    def serve(
        self, server: Server, cores: Sequence[int], workers: int = 1, extra: dict[str, str] | None = None
    ) -> Iterator[Running]:
        """Starts a server, yields it once it answers, and ends it; raises NotReadyError."""
        folder = Path(tempfile.mkdtemp(prefix="server-", dir=self.folder))
        folder.chmod(0o755)  # nginx's workers give up root
        place = Place(free_port(), free_port(), self.backend.url, folder, workers)
        launch = server.launch(place)
        log = folder / "output.log"
        process = start(launch.command, cores, log, {**launch.env, **(extra or {})})
        try:
            running = Running(process, place.port, launch.key)
            wait_until_it_answers(running, log)
            yield running
        finally:
            stop(process)

    def rate(self, server: Running, seconds: float, cores: Sequence[int] | None = None) -> dict[str, Any]:
        """Closed loop of 32 connections; raises LoadError where nothing is answered."""
        arguments = ["rate", *_address(server), "-duration", f"{seconds}s", *self._pid(server)]
        seen = self._load(arguments, seconds, cores)
        if not seen["requests_per_second"]:
            raise LoadError(f"rate: no request was answered in {seconds:g} s; errors {seen['errors']}")
        return seen

    def added(self, server: Running, seconds: float) -> dict[str, Any]:
        arguments = ["added", *_address(server), "-direct", self.backend.url, "-duration", f"{seconds}s"]
        return self._load(arguments, seconds)

    def streams(
        self, server: Running, count: int, events: int, ramp: float, cores: Sequence[int] | None = None
    ) -> dict[str, Any]:
        arguments = ["streams", *_address(server), "-count", str(count), "-events", str(events), "-ramp", f"{ramp}s"]
        seen = self._load([*arguments, *self._pid(server)], ramp, cores)
        if not seen["events"]:
            raise LoadError(f"streams: no event came; refused {seen['refused']}, faults {seen['faults']}")
        return seen

    def soak(self, server: Running, seconds: float, per_second: float) -> dict[str, Any]:
        arguments = ["soak", *_address(server), "-duration", f"{seconds}s", "-rate", str(per_second)]
        return self._load([*arguments, *self._pid(server)], seconds)

    def pace(self, interval_ms: int) -> None:
        """Sets the time between the events of a stream."""
        url = f"{self.backend.url}/pace?interval={interval_ms}ms"
        with urllib.request.urlopen(url, timeout=10):
            pass

    def _pid(self, server: Running) -> list[str]:
        return [] if server is self.backend else ["-pid", str(server.process.pid)]

    def _load(self, arguments: list[str], seconds: float, cores: Sequence[int] | None = None) -> dict[str, Any]:
        output = self.folder / "load.json"
        process = start([str(BUILT / "gateway-bench-load"), *arguments], cores or self.cores, output)
        try:
            code = process.wait(timeout=seconds + LOAD_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise LoadError(f"{arguments[0]}: no end after {seconds + LOAD_LIMIT_SECONDS:.0f} s") from None
        finally:
            stop(process)
        text = output.read_text(encoding="utf-8")
        if code != 0:
            raise LoadError(f"{arguments[0]}: {text.strip()[-300:]}")
        result: dict[str, Any] = json.loads(text)
        return result


@contextmanager
def bench(cores: Sequence[int]) -> Iterator[Bench]:
    """A model server on some cores, and a scratch folder."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        folder.chmod(0o755)
        port, log = free_port(), folder / "backend.log"
        process = start([str(BUILT / "gateway-bench-backend"), "-listen", f"127.0.0.1:{port}"], cores, log)
        stack.callback(stop, process)
        backend = Running(process, port)
        wait_until_it_answers(backend, log)
        yield Bench(backend, cores, folder)


def start_all(
    stack: ExitStack, place: Bench, servers: Sequence[Server], cores: Sequence[int], missing: dict[str, str]
) -> dict[str, Running]:
    """Starts what is there; names the rest, with the reason, in `missing`."""
    running = {}
    for server in servers:
        reason = server.missing()
        if reason is None:
            try:
                running[server.name] = stack.enter_context(place.serve(server, cores))
            except NotReadyError as error:
                reason = f"did not start: {error}"
        if reason is not None:
            missing[server.name] = reason
    return running


def _address(server: Running) -> list[str]:
    return ["-url", server.url, "-key", server.key]
