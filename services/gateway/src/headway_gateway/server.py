"""One serving process: two sockets, signals, and an end in good order.

SIGTERM: readiness goes false, new requests get 503 with Retry-After, open answers may finish for `drain_seconds`;
whatever is left then ends with an error event. A second signal ends the waiting. The exit code is 0 in every case.
"""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable

import structlog
from fastapi import FastAPI

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.admin import create_admin
from headway_gateway.app import create_app
from headway_gateway.errors import Draining
from headway_gateway.front.asgi import AsgiApp
from headway_gateway.front.door import Handler, NativeDoor
from headway_gateway.gateway import Gateway
from headway_gateway.metrics import Metrics

log = structlog.get_logger()
BACKLOG = 4096
LOOK_SECONDS = 0.05
SEND_BUFFER_BYTES = 131_072
"""Of the kernel, for each connection, which doubles it: what a client that does not read can make it keep."""
COLLECT_AFTER = 100_000, 50, 100
"""Objects made and not freed between collections: a thousand streams are many objects and no garbage."""
FAREWELL_SECONDS = 2.0
"""For the last events to leave after everything was cut."""


def listen(host: str, port: int, reuse_port: bool = False) -> socket.socket:
    """A bound, listening socket. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # connections inherit it
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


async def serve(
    settings: GatewaySettings,
    sock: socket.socket,
    admin: socket.socket | None,
    metrics: Metrics,
    started: Callable[[], None],
    parent: int | None = None,
    readiness: Callable[[bool], None] | None = None,
) -> None:
    """Serve until a signal has been obeyed. `started` is called once requests are answered.

    `readiness` is called with the gateway's readiness when that changes; before the first call it is not ready.

    `parent` is a pipe that ends when the parent process does: a worker without one ends too, with an error event for
    every open answer, since nobody is left to end it.
    """
    signals = _Signals()
    if parent is not None:
        signals.watch(parent)
    app = create_app(settings, metrics)
    async with app.router.lifespan_context(app):
        gateway: Gateway = app.state.gateway
        door = _door(app, gateway)
        gateway.sweep.every_round(lambda _now: metrics.connections.set(door.connections))
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(_serving(door, sock))
            if admin is not None:
                administration = create_admin(lambda: metrics.registry, lambda: gateway.ready)
                await stack.enter_async_context(_serving(_admin_door(administration, gateway), admin))
            _spare_the_collector()
            if readiness is not None:
                _tell_changes(gateway, readiness)
            started()
            await signals.first.wait()
            await _drain(gateway, door, signals)


def _tell_changes(gateway: Gateway, tell: Callable[[bool], None]) -> None:
    """Tell the gateway's readiness now if it is ready, and later whenever it is another."""
    told = False

    def look(_now: float) -> None:
        nonlocal told
        if gateway.ready != told:
            told = not told
            tell(told)

    look(0)
    gateway.sweep.every_round(look)


def _spare_the_collector() -> None:
    """Leave what lives as long as the process out of every later collection: walking it takes tens of milliseconds.

    Requests leave no cycles behind, so collections only find what is new since the start.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _door(app: FastAPI, gateway: Gateway) -> NativeDoor:
    lane: dict[tuple[bytes, bytes], Handler] = {
        (b"POST", b"/v1/chat/completions"): gateway.chat,
        (b"POST", b"/v1/completions"): gateway.completion,
        (b"POST", b"/generate"): gateway.generate,
    }
    return NativeDoor(gateway.settings, gateway.sweep, app, lane, gateway.guard.refusal, gateway.relay.origin_headers)


def _admin_door(app: AsgiApp, gateway: Gateway) -> NativeDoor:
    return NativeDoor(gateway.settings, gateway.sweep, app, {}, lambda _request: None)


@contextlib.asynccontextmanager
async def _serving(door: NativeDoor, sock: socket.socket) -> AsyncIterator[None]:
    server = await asyncio.get_running_loop().create_server(door.connect, sock=sock, backlog=BACKLOG)
    try:
        yield
    finally:
        server.close()
        door.drain()


async def _drain(gateway: Gateway, door: NativeDoor, signals: "_Signals") -> None:
    loop = asyncio.get_running_loop()
    log.info("draining", in_flight=gateway.relay.in_flight)
    gateway.guard.draining = True
    door.drain()
    if not await _quiet(door, loop.time() + gateway.settings.drain_seconds, signals.second):
        log.warning("drain_ended", cut=gateway.relay.in_flight)
        gateway.cut(Draining("this server is going; ask again", retry_after_seconds=1))
        await _quiet(door, loop.time() + FAREWELL_SECONDS, None)
    log.info("drained")


async def _quiet(door: NativeDoor, until: float, interrupted: asyncio.Event | None) -> bool:
    """Wait until everything is answered and on the wire. False when time or patience ended first."""
    loop = asyncio.get_running_loop()
    while door.busy or door.connections:
        if loop.time() > until or (interrupted is not None and interrupted.is_set()):
            return False
        await asyncio.sleep(LOOK_SECONDS)
    return True


class _Signals:
    """The first signal asks to end, the second to hurry."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._received)

    def _received(self) -> None:
        (self.second if self.first.is_set() else self.first).set()

    def watch(self, pipe: int) -> None:
        """The end of this pipe is both signals at once."""
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(pipe)
            self.first.set()
            self.second.set()

        loop.add_reader(pipe, ended)
