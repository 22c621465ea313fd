"""The process around the application: its socket, its signals, and how it ends.

As real vLLM does without a launcher (seen on 0.32.0 and said by its source): the port is bound at once and listens only
when the model is loaded, so that connections are refused until then. After SIGTERM

- with `--shutdown-timeout 0` the engine stops at once: open streams get nothing more and no end, nothing new is accepted,
  and the process stays until its clients have left or it is killed;
- with N > 0 running requests finish, `/health` stays 200, new requests get 500; after N simulated seconds the rest is cut.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator

import uvicorn

from headway_model_server.simulated.app import create_app
from headway_model_server.simulated.cold_start import play
from headway_model_server.simulated.faults.connection import ResettableProtocol
from headway_model_server.simulated.listening import Listening
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.simulation import Simulation
from headway_model_server.simulated.surroundings import Surroundings

SIMULATED = ("x-headway-simulated", "true")
"""On every answer, those of the launcher's middleware and of the HTTP server included: no model is behind it."""
WATCHDOG_SECONDS = 5.0
"""Simulated seconds after which a server whose engine has died ends; vLLM looks every 5 s."""
POLL_SECONDS = 0.02


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: it would end the process by the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class SimulatedEngine:
    """One simulated engine process, also to be run inside another event loop. Raises `errors.StartError`."""

    def __init__(self, options: SimulationOptions, surroundings: Surroundings | None = None) -> None:
        around = surroundings or Surroundings()
        self.simulation = Simulation(options, around)
        self.ready = asyncio.Event()
        """Set once it listens."""
        self.socket = _bound(options.host, options.port)
        self.url = "http://{}:{}".format(*self.socket.getsockname()[:2])
        """Where it answers."""
        self.exit_code = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where it runs, once it does; other threads call it there."""
        app = create_app(self.simulation, self._faults_changed, around.middleware)
        config = uvicorn.Config(
            app, http=ResettableProtocol, ws="none", lifespan="on" if around.middleware else "off", log_config=None,
            access_log=False, backlog=4096, headers=[SIMULATED],
        )  # fmt: skip
        self._server = _Server(config)
        self._listening = Listening(self._server, self.socket)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loading: asyncio.Task[None] | None = None

    async def run(self) -> int:
        """Loads, serves until it is told to end, and returns the exit code."""
        self.loop = asyncio.get_running_loop()
        if self.simulation.options.cold_start:
            self._loading = asyncio.ensure_future(play(self.simulation))
            with contextlib.suppress(asyncio.CancelledError):
                await self._loading
            if self._loading.cancelled():
                self.socket.close()
                return self.exit_code
        self._start(self.simulation.driver.run())
        self._start(self._announce())
        try:
            await self._server.serve(sockets=[self.socket])
        finally:
            for task in self._tasks:
                task.cancel()
        return self.exit_code

    def terminate(self) -> None:
        """SIGTERM."""
        if self._loading is not None and not self._loading.done():
            self._loading.cancel()
        elif self.simulation.replica.settings.shutdown_seconds > 0:
            if not self.simulation.draining:
                self._start(self._drain())
        else:
            self.simulation.driver.stop()
            self._server.should_exit = True

    def kill(self) -> None:
        """Ends at once and cuts every connection."""
        self.simulation.driver.stop()
        self._server.force_exit = self._server.should_exit = True
        self._listening.cut()

    async def _announce(self) -> None:
        while not self._server.started:
            await asyncio.sleep(POLL_SECONDS / 10)
        self.simulation.say(f"Starting vLLM API server 0 on {self.url}")
        self.simulation.say("Application startup complete.")
        self._faults_changed()
        self.ready.set()

    async def _drain(self) -> None:
        """Lets running requests finish, up to the engine's limit."""
        simulation = self.simulation
        simulation.draining = True
        self.simulation.say("Draining: new requests are refused")
        until = simulation.clock.now() + simulation.replica.settings.shutdown_seconds
        while simulation.driver.busy and simulation.clock.now() < until:
            await asyncio.sleep(POLL_SECONDS)
        if simulation.driver.busy:
            self.kill()
        self._server.should_exit = True

    def _faults_changed(self) -> None:
        """Lets faults happen that are the server's."""
        faults, driver = self.simulation.faults, self.simulation.driver
        seconds = faults.value("refuse")
        if seconds is not None and self._listening.open:
            self._start(self._listening.refuse(seconds))
        if faults.value("engine-crash") is not None and driver.alive:
            self._start(self._crash())

    async def _crash(self) -> None:
        """The engine dies, and some seconds later the server notices."""
        self.simulation.driver.die()
        self.exit_code = 1
        await self.simulation.clock.sleep(WATCHDOG_SECONDS)
        self._server.should_exit = True

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that failed takes the engine with it: a server that only looks alive would hang its clients."""
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        self.simulation.say(f"EngineCore encountered a fatal error: {error!r}")
        if self.simulation.driver.alive:
            self._start(self._crash())


def serve(options: SimulationOptions) -> int:
    """Runs a simulated engine until SIGTERM or SIGINT; returns the exit code. Raises `errors.StartError`."""
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        return runner.run(_serve(options))


async def _serve(options: SimulationOptions) -> int:
    engine = SimulatedEngine(options)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, engine.terminate)
    loop.add_signal_handler(signal.SIGINT, engine.kill)
    return await engine.run()


@contextlib.asynccontextmanager
async def running(options: SimulationOptions) -> AsyncIterator[SimulatedEngine]:
    """A simulated engine inside this event loop, ready when it is entered and gone when it is left."""
    engine = SimulatedEngine(options)
    task = asyncio.ensure_future(engine.run())
    ready = asyncio.ensure_future(engine.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield engine
    finally:
        ready.cancel()
        engine.kill()
        await task


def _bound(host: str, port: int) -> socket.socket:
    """A socket that has its port and does not listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.setblocking(False)
    return bound
