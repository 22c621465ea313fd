"""Several processes behind one port: each has a listening socket of its own, the kernel spreads connections.

The parent serves health and metrics (the sum over its children), passes signals on, and starts a child again that
dies; when it dies again and again, the parent ends too and lets its own supervisor see it.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import click
import structlog
import uvloop
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from headway_gateway.admin import create_admin
from headway_gateway.front.door import NativeDoor
from headway_gateway.front.sweep import Sweep
from headway_gateway.server import listen
from headway_gateway.settings import Settings
from headway_gateway.worker import READY, SERVING

log = structlog.get_logger()
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
RESTART_PAUSE_SECONDS = 1.0
CHILD_END_SECONDS = 10.0
"""Beyond the drain; a child that is still there then is killed."""
MAX_RESTARTS = 20
"""Over the parent's life, for each child."""


def serve_with_workers(settings: Settings, host: str, port: int, admin_port: int) -> None:
    """Serve with `settings.workers` children until told to stop. Raises `OSError` where the ports cannot be had."""
    # Holds the port, so that every child gets the same one, and is never listened at.
    holder = listen(host, port, reuse_port=True)
    with tempfile.TemporaryDirectory(prefix="headway-gateway-") as folder:
        uvloop.run(_parent(settings, host, holder.getsockname()[1], admin_port, Path(folder)))
    holder.close()


async def _parent(settings: Settings, host: str, port: int, admin_port: int, folder: Path) -> None:
    children = [_Child(settings, host, port, folder) for _ in range(settings.workers)]
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()
        for child in children:
            child.terminate()

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop)

    def registry() -> CollectorRegistry:
        summed = CollectorRegistry()
        MultiProcessCollector(summed, path=str(folder))  # type: ignore[no-untyped-call]
        return summed

    def ready() -> bool:
        return not stopping.is_set() and all(child.ready for child in children)

    async with _administration(settings, host, admin_port, create_admin(registry, ready)) as admin:
        keeping = [loop.create_task(child.keep(stopping)) for child in children]
        while (
            not all(child.serving for child in children)
            and not stopping.is_set()
            and not any(task.done() for task in keeping)
        ):
            await asyncio.sleep(RESTART_PAUSE_SECONDS / 20)
        if not stopping.is_set() and not any(task.done() for task in keeping):
            click.echo(f"serving http://{host}:{port}, health and metrics at http://{host}:{admin}", err=True)
        done, _ = await asyncio.wait(keeping, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            stop()
        _, stuck = await asyncio.wait(keeping, timeout=settings.drain_seconds + CHILD_END_SECONDS)
        for child in children if stuck else ():
            child.kill()
        await asyncio.wait(keeping)
        if any(task.exception() for task in done):
            sys.exit(1)


@contextlib.asynccontextmanager
async def _administration(settings: Settings, host: str, port: int, app: object) -> AsyncIterator[int]:
    sweep = Sweep()
    door = NativeDoor(settings, sweep, app, {}, lambda _request: None)  # type: ignore[arg-type]
    sock = listen(host, port)
    async with sweep.running():
        server = await asyncio.get_running_loop().create_server(door.connect, sock=sock)
        try:
            yield sock.getsockname()[1]
        finally:
            server.close()


class ChildDiedTooOften(RuntimeError):
    """A worker does not stay up."""


class _Child:
    """One worker process."""

    def __init__(self, settings: Settings, host: str, port: int, folder: Path) -> None:
        self._arguments = [
            host,
            str(port),
            str(settings.upstreams_file),
            "1" if settings.api_keys_file is None else "0",
        ]
        self._environment = {**os.environ, METRICS_FOLDER: str(folder)}
        self._process: asyncio.subprocess.Process | None = None
        self.serving = self.ready = False

    def terminate(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def keep(self, stopping: asyncio.Event) -> None:
        """Run the worker, again if it dies, until `stopping`."""
        for _ in range(MAX_RESTARTS):
            # Its standard input is a pipe that nobody writes to: it ends when the parent does, however that dies.
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "headway_gateway.worker",
                *self._arguments,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            if stopping.is_set():
                process.terminate()
            await self._listen(process)
            code = await process.wait()
            self.serving = self.ready = False
            mark_process_dead(process.pid, path=self._environment[METRICS_FOLDER])  # type: ignore[no-untyped-call]
            if stopping.is_set():
                return
            log.error("worker_died", exit_code=code)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), RESTART_PAUSE_SECONDS)
                return
        raise ChildDiedTooOften

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Take over what the worker says of itself until it ends."""
        if process.stdout is None:
            return
        async for line in process.stdout:
            if line == SERVING:
                self.serving = True
            else:
                self.ready = line == READY
