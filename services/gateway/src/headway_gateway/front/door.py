"""The native door: client connections, the fast lane of the data path, and an ASGI application for the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.errors import GatewayError
from headway_gateway.front.asgi import AsgiApp, AsgiCall
from headway_gateway.front.connection import ClientConnection
from headway_gateway.front.exchange import Exchange, Headers, answer
from headway_gateway.front.native_exchange import NativeExchange
from headway_gateway.front.request import Request
from headway_gateway.front.sweep import Sweep

log = structlog.get_logger()
Handler = Callable[[Exchange], Awaitable[None]]
MAX_BUFFERED_BYTES = 128 * 2**20
"""What the bodies of unanswered requests may hold together."""


class NativeDoor:
    """Serves one listening socket. `lane` maps method and raw path to a handler; everything else is the application's."""

    def __init__(
        self,
        limits: GatewaySettings,
        sweep: Sweep,
        app: AsgiApp,
        lane: Mapping[tuple[bytes, bytes], Handler],
        refusal: Callable[[Request], GatewayError | None],
        headers_for: Callable[[Request], Headers] = lambda _request: (),
    ) -> None:
        self.limits = limits
        self.sweep = sweep
        self.draining = False
        self.refusal = refusal
        self.headers_for = headers_for
        self._app = app
        self._lane = lane
        self._connections: set[ClientConnection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._buffered = 0
        self._loop = asyncio.get_running_loop()

    def connect(self) -> ClientConnection:
        """A protocol for the next connection (`loop.create_server` calls this)."""
        return ClientConnection(self)

    @property
    def connections(self) -> int:
        """Open client connections."""
        return len(self._connections)

    @property
    def busy(self) -> bool:
        """Whether anything is being answered."""
        return bool(self._tasks)

    def opened(self, connection: ClientConnection) -> bool:
        """See `Door.opened`."""
        if len(self._connections) >= self.limits.max_connections:
            return False
        self._connections.add(connection)
        return True

    def closed(self, connection: ClientConnection) -> None:
        """See `Door.closed`."""
        self._connections.discard(connection)

    def buffers(self, size: int) -> bool:
        """See `Door.buffers`."""
        if size > 0 and self._buffered + size > MAX_BUFFERED_BYTES:
            return False
        self._buffered += size
        return True

    def drain(self) -> None:
        """No further request on any connection."""
        self.draining = True
        for connection in tuple(self._connections):
            connection.close_when_idle()

    def serve(self, exchange: NativeExchange) -> asyncio.Task[None]:
        """See `Door.serve`."""
        handler = self._lane.get((exchange.request.method, exchange.request.path), self._call_app)
        task = self._loop.create_task(self._guarded(exchange, handler))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _call_app(self, exchange: Exchange) -> None:
        await AsgiCall(exchange).run(self._app)

    async def _guarded(self, exchange: NativeExchange, handler: Handler) -> None:
        """Whatever a handler forgot becomes an error without internals, never a hung client."""
        try:
            await handler(exchange)
        except Exception as error:
            log.error("unexpected", fault=type(error).__name__, path=exchange.request.path[:64].decode("latin-1"))
            if exchange.started:
                exchange.reset()
            else:
                unexpected = GatewayError("something went wrong in the gateway")
                answer(exchange, unexpected.status, unexpected.body())
