"""Many streams through a SIGTERM."""

import asyncio
import signal
from dataclasses import dataclass

from faults.client import Client, chat, post
from faults.gateway import GatewayProcess, eventually


@dataclass(frozen=True)
class Ended:
    """What became of them, and of the gateway."""

    whole: int
    unready_seconds: float
    """From the signal until readiness was false."""
    exit_code: int


async def streams_through_sigterm(running: GatewayProcess, streams: int, words: str) -> Ended:
    """Open `streams` streams, tell the gateway to end once each has begun, and see all of them through."""
    clients = [await Client.connect(running.port) for _ in range(streams)]
    for client in clients:
        client.send(post(chat(words)))
    await asyncio.gather(*(client.until(b"data: ") for client in clients))
    answering = [asyncio.create_task(client.answer(60)) for client in clients]
    running.signal(signal.SIGTERM)
    unready = await eventually(lambda: running.admin("/readyz")[0] == 503, 5, "readiness false")
    answers = await asyncio.gather(*answering)
    code = await asyncio.to_thread(running.exit_code, 30)
    return Ended(sum(answer.served for answer in answers), unready, code)
