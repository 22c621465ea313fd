"""A process that is kept alive: a start that fails ends the run, a later one is tried again after a back-off."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio

from headway.local.faults import CannotRun
from headway.local.probes import Probes
from headway.local.process import Process, start
from headway.local.restarts import Restarts
from headway.local.world import World


async def _nothing() -> None:
    """For a process that is whole as soon as it answers."""


@dataclass(frozen=True, eq=False)
class Keep:
    """How a process is started, and how it shows that it lives."""

    name: str
    command: Sequence[str]
    url: str
    """Where it answers its probes."""
    probes: Probes
    grace_seconds: float = 0.0
    """Between SIGTERM and SIGKILL of one that has failed its liveness probe, in the cluster's time: nothing in it
    answers any more, so nothing waits in real seconds."""
    environment: Mapping[str, str] = field(default_factory=dict)
    born: Callable[[], Awaitable[None]] = _nothing
    """What makes it whole once it answers; may raise `CannotRun`."""
    died: Callable[[], None] = lambda: None


class Kept:
    """One long-lived process."""

    def __init__(self, world: World, keep: Keep) -> None:
        self._world, self._keep = world, keep
        self._restarts = Restarts(world, keep.name)
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The process of now. Raises `RuntimeError` before the first start."""
        if self._process is None:
            raise RuntimeError(f"{self._keep.name} has not been started")
        return self._process

    async def start(self) -> None:
        """Starts it and waits for its probe. Raises `CannotRun` with the last lines of its log."""
        keep, log = self._keep, self._world.folder.log(self._keep.name)
        process = await start(keep.name, keep.command, log, keep.environment)
        self._process = process
        self._restarts.begin()
        if not await keep.probes.started(keep.url, lambda: process.running):
            await process.stop(0)
            raise CannotRun(f"{keep.name} does not start:\n{process.last_lines()}", f"its log is {log}")
        await keep.born()

    async def keep(self) -> None:
        """Starts it again whenever it ends or hangs, until it is cancelled."""
        while True:
            why = f"ended with exit code {await self._life()}"
            self._keep.died()
            while why:
                await self._restarts.back_off(why)
                why = await self._start_again()

    async def _start_again(self) -> str:
        """Why that failed; nothing where it did not."""
        try:
            await self.start()
        except CannotRun as error:
            return f"does not start ({error.hint})"
        return ""

    async def _life(self) -> int:
        """Until the process has ended, by itself or because it hung; its exit code."""
        async with anyio.create_task_group() as watched:
            watched.start_soon(self._end_when_it_hangs)
            code = await self.process.ended()
            watched.cancel_scope.cancel()
        return code

    async def _end_when_it_hangs(self) -> None:
        liveness = self._keep.probes.liveness
        if liveness is not None:
            await liveness.fails(self._keep.url, self._world.clock)
            self._restarts.tell(f"{self._keep.name} fails its liveness probe and is ended")
            await self.process.stop(self._keep.grace_seconds / self._world.clock.speed)

    async def stop(self, grace_seconds: float) -> None:
        """Ends it within a bound, in real seconds."""
        if self._process is not None:
            await self._process.stop(grace_seconds)
