"""A process that is kept alive: restarted with a back-off when it dies, given up when it never comes up."""

from collections.abc import Callable, Mapping, Sequence

import anyio

from headway.local.faults import CannotRun
from headway.local.http import fetch
from headway.local.process import Process, start
from headway.local.world import World

START_BOUND_SECONDS = 60.0
LOOK_SECONDS = 0.1
BACK_OFF_SECONDS, MOST_BACK_OFF_SECONDS = 0.5, 30.0


class Kept:
    """One long-lived process and its probe."""

    def __init__(
        self,
        world: World,
        name: str,
        command: Sequence[str],
        probe: str,
        environment: Mapping[str, str] | None = None,
        died: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.restarts = 0
        self._world, self._command, self._probe = world, command, probe
        self._environment, self._died = environment, died
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The process of now. Raises `RuntimeError` before the first start."""
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self._process

    async def start(self) -> None:
        """Starts it and waits for its probe. Raises `CannotRun` with the last lines of its log."""
        log = self._world.folder.log(self.name)
        self._process = await start(self.name, self._command, log, self._environment)
        with anyio.move_on_after(START_BOUND_SECONDS):
            while self._process.running:
                status, _ = await fetch(self._probe)
                if 200 <= status < 500:
                    return
                await anyio.sleep(LOOK_SECONDS)
        raise CannotRun(f"{self.name} does not start:\n{self._process.last_lines()}", f"its log is {log}")

    async def keep(self) -> None:
        """Starts it again whenever it ends, until it is cancelled."""
        while True:
            code = await self.process.ended()
            self._died()
            self._world.watch.say(f"{self.name} ended with exit code {code} and is started again")
            await anyio.sleep(min(MOST_BACK_OFF_SECONDS, BACK_OFF_SECONDS * 2 ** min(self.restarts, 10)))
            self.restarts += 1
            await self.start()

    async def stop(self, grace_seconds: float) -> None:
        """Ends it within a bound."""
        if self._process is not None:
            await self._process.stop(grace_seconds)
