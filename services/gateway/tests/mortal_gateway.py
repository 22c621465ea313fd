"""A gateway that the store kills between a write and its reply, and that is replaced at once."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from crowd import Crowd
from headway_gateway.settings import Settings
from s3 import KILLED, S3, Request, Script
from serving import born, stated

STARTED_PUTS = (20, 40)
"""Writes that one life of the gateway gets before it is killed, drawn between these."""


def killing(kills: int, seed: int, otherwise: Script) -> Script:
    """End the gateway at some write of each of its first `kills` lives."""
    chance = random.Random(seed)  # noqa: S311  repeatable, hides nothing
    left = iter([chance.randint(*STARTED_PUTS) for _ in range(kills)])
    until_kill = next(left)

    def script(request: Request) -> str | None:
        nonlocal until_kill
        until_kill -= request.method == "PUT"
        if until_kill == 0 and request.method == "PUT":
            until_kill = next(left, -1)
            return KILLED
        return otherwise(request)

    return script


async def speak_to_mortal_gateway(settings: Settings, s3: S3, people: int, seed: int) -> Crowd:
    """What a crowd was told by one address behind which gateways come and go."""
    # This process holds the listening socket, so that people who come while no gateway lives wait in its queue.
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        async with _always_one_process(settings, s3, listener):
            crowd = Crowd(f"http://127.0.0.1:{listener.getsockname()[1]}", s3, people, seed)
            await crowd.speak()
    return crowd


@asynccontextmanager
async def _always_one_process(settings: Settings, s3: S3, listener: socket.socket) -> AsyncIterator[None]:
    """A gateway process on `listener`, which the store's proxy kills and another replaces."""
    with stated(settings) as environment:
        replacing = asyncio.create_task(_replace(environment, s3, listener))
        try:
            yield
        finally:
            replacing.cancel()
            with suppress(asyncio.CancelledError):
                await replacing


async def _replace(environment: dict[str, str], s3: S3, listener: socket.socket) -> None:
    """Start a gateway whenever there is none, and aim at the one that lives."""
    loop = asyncio.get_running_loop()
    while True:
        with born(environment, listener) as gateway:
            s3.proxy.kill = gateway.kill
            gateway.control.setblocking(False)
            while await loop.sock_recv(gateway.control, 1):
                pass
