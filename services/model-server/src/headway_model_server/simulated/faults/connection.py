"""Connections that an ASGI application can reset: uvicorn's protocol with its transport in the scope."""

import asyncio
import socket
import struct

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headway_model_server.simulated.extensions import TRANSPORT


class ResettableProtocol(HttpToolsProtocol):
    """Tells the application which transport a request came by."""

    def on_message_begin(self) -> None:
        """Begins a request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


def reset(scope: Scope) -> None:
    """Cuts the connection of a request at once; the peer sees it reset."""
    abort(scope["extensions"][TRANSPORT]["transport"])


def abort(transport: asyncio.Transport) -> None:
    """Closes without lingering, so that a reset is sent rather than an end."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
