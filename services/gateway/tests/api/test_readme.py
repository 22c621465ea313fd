"""The README is true: its commands run in its order, and its example prints an answer."""

import contextlib
import io
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.process import readable, wait_for

REPOSITORY = Path(__file__).parents[4]
README = (REPOSITORY / "services" / "gateway" / "README.md").read_text()
SERVERS = ("headway-model-server", "headway-gateway --port")
LONG_ENOUGH_SECONDS = 60


def blocks(language: str) -> list[str]:
    """Fenced blocks of one language."""
    fenced = README.split("```")[1::2]
    return [text for opening, _, text in (block.partition("\n") for block in fenced) if opening == language]


def commands() -> list[str]:
    """Every command, its continued lines joined."""
    lines = "".join(blocks("console")).replace("\\\n", "").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ") and "make setup" not in line]


class Newcomer:
    """Types what the README says, at ports that are free and in a folder that is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {port: str(free_port()) for port in ("8001", "8080", "9000")}
        self._processes: list[subprocess.Popen[bytes]] = []
        (folder / "build").mkdir()
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])

    def here(self, text: str) -> str:
        for port, free in self._ports.items():
            text = text.replace(port, free)
        return text

    def serve(self, command: str) -> None:
        log = (self._folder / "log").open("ab")
        started = subprocess.Popen(shlex.split(self.here(command)), cwd=self._folder, stderr=log, stdout=log)
        self._processes.append(started)
        url = self.here("http://127.0.0.1:8001/health" if "model-server" in command else "http://127.0.0.1:9000/readyz")

        def ready() -> bool:
            with contextlib.suppress(OSError):
                return readable(url) == 200
            return False

        wait_for(ready)

    def type(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", self.here(command)],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONG_ENOUGH_SECONDS,
            env={name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def leave(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(LONG_ENOUGH_SECONDS)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    made = Newcomer(tmp_path)
    try:
        yield made
    finally:
        made.leave()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README asks with curl, which is not here")
def test_a_newcomer_gets_answers_by_the_readme_alone(newcomer: Newcomer) -> None:
    said = {}
    for command in commands():
        if any(server in command for server in SERVERS) and "--print-settings" not in command:
            newcomer.serve(command)
        else:
            said[command] = newcomer.type(command)
    [chat] = [text for command, text in said.items() if "chat/completions" in command]
    assert '"object":"chat.completion"' in chat.replace(" ", "")
    [generated] = [text for command, text in said.items() if "/generate" in command]
    assert '"tokens_generated":8' in generated
    assert any("headway_gateway_requests_total" in text for text in said.values())
    [example] = blocks("python")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(newcomer.here(example), {})  # noqa: S102  the README's own example
    assert printed.getvalue()
