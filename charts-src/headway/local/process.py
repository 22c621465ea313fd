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
    """A command on its leash, and its log."""

    def __init__(self, name: str, leash: AnyioProcess, pid: int, log: Path) -> None:
        self.name = name
        self.pid = pid
        """Its process id."""
        self.log = log
        self._leash = leash

    @property
    def running(self) -> bool:
        """Whether it has not ended, or something that it started has not."""
        return self._leash.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; one that has ended does not mind. What it has started does not outlive it."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self) -> int:
        """Waits for its end and that of all it has started; the exit code."""
        return await self._leash.wait()

    async def stop(self, grace_seconds: float) -> None:
        """SIGTERM, and SIGKILL after `grace_seconds`."""
        with anyio.CancelScope(shield=True):
            self.signal(signal.SIGTERM)
            with anyio.move_on_after(grace_seconds):
                await self._leash.wait()
            if self.running:
                self.signal(signal.SIGKILL)
                await self._leash.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        return ""


async def start(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Process:
    """Starts a command that ends with this process. Raises `CannotRun` where that is impossible."""
    reading, writing = os.pipe()
    leashed = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(writing), *command]
    try:
        with log.open("ab") as opened:
            leash = await anyio.open_process(
                leashed,
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is the run's to handle: replicas drain
                pass_fds=[writing],
            )
    except OSError as error:
        os.close(reading)
        raise CannotRun(f"{name} cannot start: {error.strerror}", f"look at {log.parent}; is the disk full?") from error
    finally:
        os.close(writing)
    with open(reading, "rb") as told, anyio.CancelScope(shield=True):  # or nobody would know what to end
        pid = await anyio.to_thread.run_sync(told.read)
    return Process(name, leash, int(pid or leash.pid), log)
