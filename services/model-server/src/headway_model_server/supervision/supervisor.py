"""Stays with an engine from its start to its end, and loses nothing that it is working on."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import structlog

from headway_model_server.messages import CONTROL_VARIABLE, Ready
from headway_model_server.supervision.cold_start import ColdStart
from headway_model_server.supervision.control import Control
from headway_model_server.supervision.engine import Engine
from headway_model_server.supervision.stop_signals import StopSignals

CUT_SECONDS = 1.0
"""Time to tell the clients of requests that outlast the drain."""
LAST_LINES_SECONDS = 1.0
"""Time for the last lines of an engine that has ended."""
END_SECONDS = 3.0
"""Least time for an idle engine to end by itself before it is killed; a pod's grace period holds it beside the drain."""

log = structlog.get_logger()


StartEngine = Callable[[Mapping[str, str]], Awaitable[Engine]]
"""Starts an engine with these environment variables."""


class Supervisor:
    """One engine's life. `drain_seconds` bounds how long requests in work may take to finish after SIGTERM.

    `tokens_series` is the engine's own counter of generated tokens.
    """

    def __init__(self, start: StartEngine, drain_seconds: float, tokens_series: str) -> None:
        self._start = start
        self._drain_seconds = drain_seconds
        self._cold_start = ColdStart()
        self._control = Control(tokens_series, self._ready)
        self._signals = StopSignals()
        self._began = 0.0
        self._reading: asyncio.Task[None]

    async def run(self) -> int:
        """Until it is told to stop or the engine ends by itself.

        Returns 0 after a stop, 128 + the signal after a second one, and otherwise the engine's own code: 128 + the signal
        that killed it, and 1 for an engine that left without being asked and called that a success. Raises what starting
        the engine raises.
        """
        self._began = asyncio.get_running_loop().time()
        self._signals.install()
        with tempfile.TemporaryDirectory(prefix="headway-") as folder:
            path = Path(folder, "control")
            await self._control.open(path)
            engine = await self._start({**os.environ, CONTROL_VARIABLE: str(path)})
            log.info("engine_started", pid=engine.pid, program=engine.program)
            self._reading = asyncio.create_task(self._read(engine))
            try:
                return await self._stay(engine)
            finally:
                engine.kill()
                await self._heard_out()
                self._reading.cancel()
                self._control.close()

    async def _stay(self, engine: Engine) -> int:
        await _first_of(self._signals.first.wait(), engine.exited())
        if self._signals.first.is_set():
            return await self._stop(engine)
        return await self._crashed(engine)

    async def _crashed(self, engine: Engine) -> int:
        code = await engine.exited()
        await self._heard_out()
        log.error("engine_ended_by_itself", code=code, last_lines=list(engine.tail))
        return 128 - code if code < 0 else code or 1

    async def _stop(self, engine: Engine) -> int:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._drain_seconds
        log.info("draining", bound_seconds=self._drain_seconds)
        drained = await _first_of(
            self._control.drained(), self._signals.second.wait(), engine.exited(), seconds=self._drain_seconds
        )
        if drained == 0:
            log.info("drained", seconds=round(loop.time() - deadline + self._drain_seconds, 3))
        elif engine.running:
            await self._cut(engine)
        else:
            return await self._crashed(engine)
        if self._signals.second.is_set():
            log.warning("stopping_at_once")
            return 128 + signal.SIGTERM
        await self._end(engine, max(deadline - loop.time(), 0) + END_SECONDS)
        return 0

    async def _cut(self, engine: Engine) -> None:
        log.warning("cutting", requests=self._control.in_work)
        self._control.cut()
        await _first_of(self._control.drained(), engine.exited(), seconds=CUT_SECONDS)

    async def _end(self, engine: Engine, seconds: float) -> None:
        began = asyncio.get_running_loop().time()
        engine.terminate()
        await _first_of(engine.exited(), self._signals.second.wait(), seconds=seconds)
        took = round(asyncio.get_running_loop().time() - began, 3)
        if engine.running:
            log.warning("engine_killed", seconds=took)
        else:
            log.info("engine_ended", seconds=took)

    async def _heard_out(self) -> None:
        """Waits for the last lines; a child that keeps the pipe open does not keep the launcher."""
        await asyncio.wait({self._reading}, timeout=LAST_LINES_SECONDS)

    async def _read(self, engine: Engine) -> None:
        async for line in engine.lines():
            log.info("engine_line", line=line)
            if self._cold_start.read(line):
                self._control.tell_cold_start(self._cold_start.seen())

    def _ready(self, ready: Ready) -> None:
        self._cold_start.took("first_token", ready.first_token_seconds)
        self._cold_start.took("ready", round(asyncio.get_running_loop().time() - self._began, 3))
        seen = self._cold_start.seen()
        self._control.tell_cold_start(seen)
        log.info("ready", cold_start_seconds=seen.seconds, compile_cache=seen.artifacts)


async def _first_of(*waits: Coroutine[Any, Any, Any], seconds: float | None = None) -> int | None:
    """Waits for the first to end: its place, or `None` when the time was over before."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return next((place for place, task in enumerate(tasks) if task in done), None)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
