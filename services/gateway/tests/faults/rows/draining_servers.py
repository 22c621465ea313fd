"""F10: a model server says that it is on its way out."""

import asyncio

from faults.backend import Fleet
from faults.client import Answer, ask
from faults.criterion import Criterion, none
from faults.gateway import GatewayProcess
from faults.rows.serving import serving
from faults.rows.size import Size

UNDER_WAY = 10
LEARNT_FROM = 1
"""The request whose refusal tells the gateway; another server gets it."""
BEGUN_SECONDS = 0.1


def draining_servers(servers: Fleet, size: Size) -> list[Criterion]:
    """`b` drains, over and over; each time with a gateway that does not know it yet."""
    drains, requests = size.share(20), 50
    refused, unserved = 0, 0
    for number in range(drains):
        with serving(servers) as running:
            answers = asyncio.run(_through_a_drain(running, servers, f"drain{number}", requests))
        unserved += sum(not answer.served for answer in answers)
        asked = [visit for visit in servers.visits if visit.nonce == f"drain{number}" and visit.server == "b"]
        refused += max(0, len(asked) - LEARNT_FROM)
    name = f"{drains} drains of one of two servers, {UNDER_WAY} streams under way and {requests} requests after"
    return [
        none("F10", f"{name}: not served", unserved),
        none("F10", f"{name}: requests to the draining one but the first, which tells the gateway", refused),
    ]


async def _through_a_drain(running: GatewayProcess, servers: Fleet, nonce: str, requests: int) -> list[Answer]:
    under_way = [asyncio.create_task(ask(running.port, "k=60 gap_ms=10", model="pair")) for _ in range(UNDER_WAY)]
    await asyncio.sleep(BEGUN_SECONDS)
    servers.draining.add("b")
    try:
        answers = [
            await ask(running.port, f"k=2 nonce={nonce}", model="pair", stream=number % 2 == 0)
            for number in range(requests)
        ]
    finally:
        servers.draining.clear()
    return answers + await asyncio.gather(*under_way)
