"""The listening socket of a server, which can be closed for a while."""

import asyncio
import socket
from typing import cast

import uvicorn

from headway_model_server.simulated.faults.connection import ResettableProtocol, abort

GRACE_SECONDS = 0.05
"""Time for the answer that announces it to leave."""


class Listening:
    """Where a server accepts connections."""

    def __init__(self, server: uvicorn.Server, bound: socket.socket) -> None:
        self.open = True
        self._server = server
        self._address = bound.getsockname()[:2]

    async def refuse(self, seconds: float) -> None:
        """Closes the port and resets every connection; opens it again after so many seconds, never after 0."""
        self.open = False
        await asyncio.sleep(GRACE_SECONDS)
        for server in self._server.servers:
            server.close()
        self.cut()
        if not seconds:
            return
        await asyncio.sleep(seconds)
        loop = asyncio.get_running_loop()
        self._server.servers = [await loop.create_server(self._protocol, *self._address, backlog=4096)]
        self.open = True

    def cut(self) -> None:
        """Resets every connection."""
        for connection in list(self._server.server_state.connections):
            transport = cast(ResettableProtocol, connection).transport
            if transport is not None:
                abort(transport)

    def _protocol(self) -> ResettableProtocol:
        return ResettableProtocol(self._server.config, self._server.server_state, {})
