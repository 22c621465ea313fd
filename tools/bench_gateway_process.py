"""Programs under measurement: started on cores of their own, waited for, ended by their own id."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60.0
"""Longest start of a server; LiteLLM takes about 15 s."""

QUESTION = b'{"model":"tiny","messages":[{"role":"user","content":"hello"}],"max_tokens":4}'


class NotReadyError(Exception):
    """A server ended, or did not answer in time; says what it printed last."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    key: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def raise_descriptor_limit() -> None:
    """As many open files as the system allows: 2,000 streams need 4,000 in one process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def start(
    command: Sequence[str], cores: Sequence[int], log: Path, env: Mapping[str, str] = {}
) -> subprocess.Popen[bytes]:
    """Starts a program on some cores, as the leader of a group of its own; what it prints goes to a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )


def wait_until_it_answers(server: Running, log: Path) -> None:
    """Returns once a question is answered; raises NotReadyError when the program ends or READY_SECONDS have passed."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {server.key}"}
    request = urllib.request.Request(f"{server.url}/v1/chat/completions", QUESTION, headers)
    last = "no answer"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise NotReadyError(f"ended with {server.process.returncode}: {_tail(log)}")
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
            time.sleep(0.1)
    raise NotReadyError(f"{last} after {READY_SECONDS:.0f} s: {_tail(log)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and the children in its group, first politely; five seconds at most."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=5)


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-3:])[-300:] or "it printed nothing"
