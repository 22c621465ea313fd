"""The client of a request, for routes of the application; the guard in front has recognised it."""

import asyncio

from fastapi import Request

from headway_gateway.errors import Unauthenticated
from headway_gateway.gateway import Gateway
from headway_gateway.identity.client import Client

FREE_METHODS = frozenset({"GET", "HEAD"})
"""Polling by a whole audience costs next to nothing and is not charged."""


def recognised(request: Request) -> Client:
    """Who asks. Charges one request. Raises `Unauthenticated` or `TooManyRequests`."""
    client: Client | None = getattr(request.state, "client", None)
    if client is None:
        raise Unauthenticated("the request carries no API key; send Authorization: Bearer KEY")
    if request.method not in FREE_METHODS:
        gateway: Gateway = request.app.state.gateway
        gateway.charge(client, asyncio.get_running_loop().time())
    return client
