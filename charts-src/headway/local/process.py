"""One process of a run: started on a leash, its output in a file, stopped within a bound."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
from anyio.abc import Process as AnyioProcess

from headway.local.faults import CannotRun

LEASH = Path(__file__).with_name("leash.py")
LAST_LINES = 5


class Process:
    """A child and its log."""

    def __init__(self, name: str, child: AnyioProcess, log: Path) -> None:
        self.name = name
        self.log = log
        self._child = child

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; one that has ended does not mind."""
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(number)

    async def ended(self) -> int:
        """Waits for its end; the exit code."""
        return await self._child.wait()

    async def stop(self, grace_seconds: float) -> None:
        """SIGTERM, and SIGKILL after `grace_seconds`."""
        with anyio.CancelScope(shield=True):
            self.signal(signal.SIGTERM)
            with anyio.move_on_after(grace_seconds):
                await self._child.wait()
            if self.running:
                self.signal(signal.SIGKILL)
                await self._child.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        return ""


async def start(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Process:
    """Starts a command that ends with this process. Raises `CannotRun` where that is impossible."""
    leashed = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command]
    try:
        with log.open("ab") as opened:
            child = await anyio.open_process(
                leashed,
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is the run's to handle: replicas drain
            )
    except OSError as error:
        raise CannotRun(f"{name} cannot start: {error.strerror}", f"look at {log.parent}; is the disk full?") from error
    return Process(name, child, log)
