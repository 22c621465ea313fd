"""A simulated engine under the launcher: in the launcher's process, with the launcher's middleware in its server."""

import asyncio
import collections
import os
from collections.abc import AsyncIterator, Mapping

import uvicorn
from prometheus_client import REGISTRY

from headway_model_server.in_engine.middleware import EngineMiddleware
from headway_model_server.messages import CONTROL_VARIABLE
from headway_model_server.simulated.log import line
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.server import SimulatedEngine
from headway_model_server.simulated.surroundings import Surroundings
from headway_model_server.supervision.engine_process import TAIL_LINES
from headway_model_server.supervision.supervisor import Supervisor


class LaunchedSimulation:
    """One simulated engine as its supervisor sees it. Use `start`."""

    program = "simulated"

    def __init__(self, options: SimulationOptions) -> None:
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        """The last lines it logged."""
        self._said: asyncio.Queue[str | None] = asyncio.Queue()
        self._engine = SimulatedEngine(options, Surroundings(REGISTRY, EngineMiddleware, self._hear))
        self._running = asyncio.ensure_future(self._engine.run())
        self._running.add_done_callback(lambda _: self._said.put_nowait(None))

    @classmethod
    async def start(cls, options: SimulationOptions, environment: Mapping[str, str]) -> "LaunchedSimulation":
        """Starts it in this event loop; one a process. Raises `errors.StartError`, and `OSError` for its address."""
        os.environ[CONTROL_VARIABLE] = environment[CONTROL_VARIABLE]
        return cls(options)

    @property
    def pid(self) -> int:
        """That of the launcher."""
        return os.getpid()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self._running.done()

    async def lines(self) -> AsyncIterator[str]:
        """What it says, until it ends."""
        while (said := await self._said.get()) is not None:
            yield said

    async def exited(self) -> int:
        """Waits for its end: its exit code."""
        return await asyncio.shield(self._running)

    def terminate(self) -> None:
        """What SIGTERM does to an engine."""
        self._engine.terminate()

    def kill(self) -> None:
        """Ends it at once."""
        if self.running:
            self._engine.kill()

    def _hear(self, text: str) -> None:
        said = line(text)
        self.tail.append(said)
        self._said.put_nowait(said)


def launch_simulated(options: SimulationOptions, drain_seconds: float, tokens_series: str) -> int:
    """Runs a simulated engine under a supervisor; the exit code, as `Supervisor.run` has it.

    `drain_seconds` are simulated ones. Raises `errors.StartError`, and `OSError` where it cannot listen.
    """
    supervisor = Supervisor(
        lambda environment: LaunchedSimulation.start(options, environment), drain_seconds / options.speed, tokens_series
    )
    with asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner:
        return runner.run(supervisor.run())
