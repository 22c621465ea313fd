"""The engine as a process group of its own: its lines, its end, and signals to it."""

import asyncio
import collections
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence

from headway_model_server.redaction import redacted

TAIL_LINES = 20
"""Lines kept to say why an engine ended."""
LONGEST_LINE_BYTES = 1 << 20
"""Of a line without an end; the rest of it is dropped."""
SET_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""


class EngineProcess:
    """A running engine. Use `start`."""

    def __init__(self, process: asyncio.subprocess.Process, program: str) -> None:
        self._process = process
        self.program = program
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        """The last lines it logged, redacted."""

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> "EngineProcess":
        """Starts it in a session of its own, so that a terminal's Ctrl-C reaches the launcher alone.

        It gets SIGTERM when the launcher dies without a word. Raises `OSError` where it cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=_die_with_the_launcher if sys.platform == "linux" else None,
        )
        return cls(process, command[0])

    @property
    def pid(self) -> int:
        """Process id, which is that of its group as well."""
        return self._process.pid

    async def lines(self) -> AsyncIterator[str]:
        """What it logs, redacted, until it ends."""
        stream = self._process.stdout
        if stream is None:
            raise RuntimeError("the engine was started without a pipe")
        rest = b""
        while chunk := await stream.read(65_536):
            *whole, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
            rest = rest[:LONGEST_LINE_BYTES]
            for raw in whole:
                if line := redacted(raw.decode(errors="replace")):
                    self.tail.append(line)
                    yield line
        if line := redacted(rest.decode(errors="replace")):
            self.tail.append(line)
            yield line

    async def exited(self) -> int:
        """Waits for its end: its exit code, negative for the signal that killed it."""
        return await self._process.wait()

    @property
    def running(self) -> bool:
        """Whether its leader has not ended."""
        return self._process.returncode is None

    def terminate(self) -> None:
        """SIGTERM to its leader, which ends the others."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to whatever is left of the group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _die_with_the_launcher() -> None:
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
