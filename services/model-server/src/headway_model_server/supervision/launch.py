"""Starts an engine, stays with it, and ends it without losing what it is working on."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from headway_model_server.messages import CONTROL_VARIABLE, Ready
from headway_model_server.supervision.cold_start import ColdStart
from headway_model_server.supervision.control import Control
from headway_model_server.supervision.engine_process import EngineProcess
from headway_model_server.supervision.stop_signals import StopSignals

CUT_SECONDS = 1.0
"""Time to tell the clients of requests that outlast the drain."""
LAST_LINES_SECONDS = 1.0
"""Time for the last lines of an engine that has ended."""
END_SECONDS = 3.0
"""Least time for an idle engine to end by itself before it is killed; a pod's grace period holds it beside the drain."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Launch:
    """One start of an engine."""

    command: tuple[str, ...]
    """Program and arguments."""
    drain_seconds: float
    """Longest time that requests in work may take to finish after SIGTERM."""
    tokens_series: str
    """The engine's own counter of generated tokens."""


def launch(plan: Launch) -> int:
    """Runs an engine until it is told to stop or ends by itself.

    Returns 0 after a stop, 128 + the signal after a second one, and otherwise the engine's own code: 128 + the signal
    that killed it, and 1 for an engine that left without being asked and called that a success.
    """
    return asyncio.run(_Supervisor(plan).run())


class _Supervisor:
    def __init__(self, plan: Launch) -> None:
        self._plan = plan
        self._cold_start = ColdStart()
        self._control = Control(plan.tokens_series, self._ready)
        self._signals = StopSignals()
        self._began = 0.0
        self._reading: asyncio.Task[None]

    async def run(self) -> int:
        self._began = asyncio.get_running_loop().time()
        self._signals.install()
        with tempfile.TemporaryDirectory(prefix="headway-") as folder:
            path = Path(folder, "control")
            await self._control.open(path)
            engine = await EngineProcess.start(self._plan.command, {**os.environ, CONTROL_VARIABLE: str(path)})
            log.info("engine_started", pid=engine.pid, program=self._plan.command[0])
            self._reading = asyncio.create_task(self._read(engine))
            try:
                return await self._stay(engine)
            finally:
                engine.kill_group()
                await self._heard_out()
                self._reading.cancel()
                self._control.close()

    async def _stay(self, engine: EngineProcess) -> int:
        await _first_of(self._signals.first.wait(), engine.exited())
        if self._signals.first.is_set():
            return await self._stop(engine)
        return await self._crashed(engine)

    async def _crashed(self, engine: EngineProcess) -> int:
        code = await engine.exited()
        await self._heard_out()
        log.error("engine_ended_by_itself", code=code, last_lines=list(engine.tail))
        return 128 - code if code < 0 else code or 1

    async def _stop(self, engine: EngineProcess) -> int:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._plan.drain_seconds
        log.info("draining", bound_seconds=self._plan.drain_seconds)
        drained = await _first_of(
            self._control.drained(), self._signals.second.wait(), engine.exited(), seconds=self._plan.drain_seconds
        )
        if drained == 0:
            log.info("drained", seconds=round(loop.time() - deadline + self._plan.drain_seconds, 3))
        elif engine.running:
            await self._cut(engine)
        else:
            return await self._crashed(engine)
        if self._signals.second.is_set():
            log.warning("stopping_at_once")
            return 128 + signal.SIGTERM
        await self._end(engine, max(deadline - loop.time(), 0) + END_SECONDS)
        return 0

    async def _cut(self, engine: EngineProcess) -> None:
        log.warning("cutting", requests=self._control.in_work)
        self._control.cut()
        await _first_of(self._control.drained(), engine.exited(), seconds=CUT_SECONDS)

    async def _end(self, engine: EngineProcess, seconds: float) -> None:
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

    async def _read(self, engine: EngineProcess) -> None:
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
