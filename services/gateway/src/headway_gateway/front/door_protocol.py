"""What a client connection knows of the door it belongs to."""

import asyncio
from typing import TYPE_CHECKING, Protocol

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.errors import GatewayError
from headway_gateway.front.exchange import Headers
from headway_gateway.front.native_exchange import NativeExchange
from headway_gateway.front.request import Request
from headway_gateway.front.sweep import Sweep

if TYPE_CHECKING:
    from headway_gateway.front.connection import ClientConnection


class Door(Protocol):
    """What connections belong to and hand their requests to."""

    limits: GatewaySettings
    sweep: Sweep
    draining: bool

    def opened(self, connection: "ClientConnection") -> bool:
        """A client connected; False refuses it."""

    def closed(self, connection: "ClientConnection") -> None:
        """It is gone."""

    def refusal(self, request: Request) -> GatewayError | None:
        """Why a request is refused by its head alone, if it is."""

    def headers_for(self, request: Request) -> Headers:
        """What goes with every answer to it, refusals included."""

    def buffers(self, size: int) -> bool:
        """Take `size` bytes (or give them back, below zero) of what request bodies may hold together."""

    def serve(self, exchange: NativeExchange) -> asyncio.Task[None]:
        """Answer a request."""
