"""The gateway as a process, started by its command as an operator starts it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import psutil

COMMAND = Path(sys.executable).parent / "headway-gateway"
START_SECONDS = 30.0
END_SECONDS = 20.0
_SERVING = re.compile(rb"serving http://[^ ]+:(\d+), health and metrics at http://[^ ]+:(\d+)")
_SAMPLE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? ([0-9.e+-]+)$", re.M)


def wait_until(condition: Callable[[], object], seconds: float = 10.0, what: str = "the condition") -> float:
    """How long `condition` took to hold. Fails after `seconds`."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"{what} did not hold within {seconds} s"
        time.sleep(0.005)
    return time.monotonic() - begun


async def eventually(condition: Callable[[], object], seconds: float = 10.0, what: str = "the condition") -> float:
    """`wait_until` for a test whose own connections must go on meanwhile."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"{what} did not hold within {seconds} s"
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


@dataclass
class GatewayProcess:
    """A running gateway."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int = 0
    admin_port: int = 0

    @property
    def output(self) -> bytes:
        """Standard output and error so far."""
        return (self.folder / "output").read_bytes()

    @property
    def system(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    @property
    def rss(self) -> int:
        """Resident bytes."""
        return int(self.system.memory_info().rss)

    def upstreams(self, *entries: tuple[str, Sequence[str]]) -> None:
        """Model names and the addresses that serve them; none holds requests. Written whole, as Kubernetes does."""
        write_upstreams(self.folder, entries)

    def admin(self, path: str) -> tuple[int, str]:
        """Status and text of the second port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry these labels, 0 where there is none."""
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        samples = _SAMPLE.findall(self.admin("/metrics")[1])
        return sum(float(value) for each, held, value in samples if each == name and wanted <= set(held.split(",")))

    def exported(self, name: str, **labels: str) -> bool:
        """Whether a metric has a sample with these labels."""
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        samples = _SAMPLE.findall(self.admin("/metrics")[1])
        return any(each == name and wanted <= set(held.split(",")) for each, held, _ in samples)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def exit_code(self, seconds: float = END_SECONDS) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(seconds)


def write_upstreams(folder: Path, entries: Sequence[tuple[str, Sequence[str]]]) -> Path:
    """The upstreams file, swapped in one step."""
    listed: list[dict[str, object]] = []
    for model, urls in entries:
        listed += [{"url": url, "models": [model], "context_tokens": 1024} for url in urls] or [{"models": [model]}]
    fresh = folder / "upstreams.new"
    fresh.write_text(json.dumps(listed))
    return fresh.replace(folder / "upstreams.json")


@contextmanager
def gateway(
    folder: Path, entries: Sequence[tuple[str, Sequence[str]]], *, keys: str | None = None, **settings: object
) -> Iterator[GatewayProcess]:
    """A gateway with these models; settings by the names of their fields. It ends with the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
    for name, value in settings.items():
        environment["HEADWAY_GATEWAY_" + name.upper()] = value if isinstance(value, str) else json.dumps(value)
    if keys is not None:
        (folder / "keys").write_text(keys)
        environment["HEADWAY_GATEWAY_API_KEYS_FILE"] = str(folder / "keys")
    options = ["--host", "127.0.0.1", "--port", "0", "--admin-port", "0"]
    options += ["--upstreams", str(write_upstreams(folder, entries))]
    options += [] if keys is not None else ["--insecure-no-auth"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([COMMAND, *options], stdout=output, stderr=output, env=environment)
    running = GatewayProcess(process, folder)
    try:
        wait_until(lambda: _SERVING.search(running.output) or process.poll(), START_SECONDS, "the gateway's start")
        serving = _SERVING.search(running.output)
        assert serving, running.output.decode()
        running.port, running.admin_port = int(serving[1]), int(serving[2])
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(END_SECONDS)
