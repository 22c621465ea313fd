"""A newcomer, who types what a README says: in its order, at ports that are free, in a folder with nothing else in it."""

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

START_SECONDS = 40
LONG_ENOUGH_SECONDS = 60
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Shown:
    """A command and what the README shows under it."""

    command: str
    output: str


class Readme:
    """A README's fenced blocks."""

    def __init__(self, text: str) -> None:
        self._fenced = text.split("```")[1::2]

    def blocks(self, language: str) -> list[str]:
        """Those of one language, without their fences."""
        return [text for opening, _, text in (block.partition("\n") for block in self._fenced) if opening == language]

    def shown(self) -> list[Shown]:
        """Every command, its continued lines joined."""
        typed = re.split(r"^\$ ", "\n".join(self.blocks("console")).replace("\\\n", ""), flags=re.M)[1:]
        return [Shown(command, output.strip()) for command, _, output in (each.partition("\n") for each in typed)]


class Newcomer:
    """`ports` stand in the README; `ready` says at which address a server answers 200, by a word of its command."""

    def __init__(self, folder: Path, ports: Sequence[str], ready: Mapping[str, str]) -> None:
        self._folder = folder
        self._ports = {port: str(_free_port()) for port in ports}
        self._ready = ready
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
        self._processes: list[subprocess.Popen[bytes]] = []
        (folder / "build").mkdir()
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(LONG_ENOUGH_SECONDS)

    def here(self, text: str) -> str:
        """With the ports that are free here."""
        return re.sub("|".join(self._ports), lambda port: self._ports[port[0]], text)

    def serve(self, command: str) -> None:
        """Start a server and wait until it is ready."""
        [url] = [self.here(url) for word, url in self._ready.items() if word in command]
        log = self._folder / "log"
        with log.open("ab") as said:
            started = subprocess.Popen(
                shlex.split(self.here(command)), cwd=self._folder, stderr=said, stdout=said, env=self._environment
            )
        self._processes.append(started)
        end = time.monotonic() + START_SECONDS
        while not _answers(url):
            assert started.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(POLL_SECONDS)

    def type(self, command: str, code: int = 0) -> str:
        """Everything that a command prints; it ends with this exit code."""
        done = subprocess.run(
            ["bash", "-c", self.here(command)],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONG_ENOUGH_SECONDS,
            env=self._environment,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  its own
        return bool(answer.status == 200)
    return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
