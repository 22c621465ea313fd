"""B2, B3, B5: bodies that are too large or odd, heads that two readers would read differently, headers that claim."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from faults.backend import Fleet
from faults.client import Client, chat, post, send
from faults.criterion import Criterion, at_most, none
from faults.gateway import GatewayProcess
from faults.rows.serving import resident_bytes, serving
from faults.rows.size import Size
from faults.test_bodies import FLOODS, HUGE, LIMIT, ODD, flood
from faults.test_hostile_heads import AMBIGUOUS, AUDIENCE, BODY, KEY, LENGTH, PATHS, framed

MB = 2**20
ALLOCATOR_MB = 0.5
LIMITED = 60
"""Requests that one address of the audience may make."""


def hostile_requests(servers: Fleet, size: Size) -> list[Criterion]:
    """Every kind several times."""
    rounds = size.share(20)
    with serving(servers) as running:
        criteria = asyncio.run(_bodies(running, servers, rounds))
    with _guarded(servers) as running:
        return criteria + asyncio.run(_heads(running, servers, rounds)) + asyncio.run(_claims(running, servers))


@contextmanager
def _guarded(servers: Fleet) -> Iterator[GatewayProcess]:
    """One key, and one that an audience behind one trusted proxy shares."""
    keys = f"known:{sha256(KEY.encode()).hexdigest()}\naudience:{sha256(AUDIENCE.encode()).hexdigest()}\n"
    with serving(
        servers, keys=keys, shared_clients=["audience"], trusted_proxy_hops=1, request_burst=LIMITED,
        requests_per_minute=1, header_timeout_seconds=2,
    ) as running:  # fmt: skip
        yield running


async def _bodies(running: GatewayProcess, servers: Fleet, rounds: int) -> list[Criterion]:
    await send(running.port, post(chat("k=1")))
    passed, sent_whole, most = 0, 0, 0.0
    for first, piece in [*FLOODS.values()] * rounds:
        before = resident_bytes(running)
        client = await Client.connect(running.port)
        try:
            sent, said = await flood(client, first, piece, HUGE)
        finally:
            client.reset()
        passed += not said.startswith(b"HTTP/1.1 4")
        sent_whole += sent >= HUGE
        most = max(most, (resident_bytes(running) - before) / MB)
    statuses = [(await send(running.port, post(body))).status for body in [*ODD.values()] * rounds]
    floods = f"{len(FLOODS) * rounds} endless heads and bodies"
    return [
        none("B2", f"{floods}: not refused by 4xx", passed),
        none("B2", f"{floods}: taken to their end", sent_whole),
        at_most("B2", f"{floods}: memory of the gateway, most", most, 2 * LIMIT / MB + ALLOCATOR_MB, "MB"),
        none("B2", f"{len(statuses)} odd bodies: not refused by 400", sum(status != 400 for status in statuses)),
        none("B2", f"{len(statuses)} odd bodies: seen by a model server", servers.hits["odd"]),
    ]


async def _heads(running: GatewayProcess, servers: Fleet, rounds: int) -> list[Criterion]:
    before = servers.hits["smuggled"]
    heads = [(await send(running.port, head)).status for head in [*AMBIGUOUS.values()] * rounds]
    paths = [
        (await send(running.port, framed("host: g", LENGTH, target=target, key="sk-wrong") + BODY)).status
        for target in PATHS * rounds
    ]
    return [
        none("B3", f"{len(heads)} ambiguous heads: not refused by 400", sum(status != 400 for status in heads)),
        none("B3", f"{len(heads)} ambiguous heads: seen by a model server", servers.hits["smuggled"] - before),
        none("B3", f"{len(paths)} spellings of a path without a key: not 401", sum(each != 401 for each in paths)),
    ]


SPOOFED = (
    "x-spoofed: canary", "x-forwarded-for: 9.9.9.9", "cookie: canary", "x-request-id: canary",
    "connection: authorization, keep-alive", "x-headway-draining: true", "traceparent: canary",
)  # fmt: skip
PASSED_ON = {b"host", b"content-type", b"accept-encoding", b"user-agent", b"x-request-id", b"content-length"}


async def _claims(running: GatewayProcess, servers: Fleet) -> list[Criterion]:
    asked = LIMITED // 2
    ids = {
        (await send(running.port, post(chat("nonce=claims"), *SPOOFED, key=KEY))).headers.get("x-request-id", "")
        for _ in range(asked)
    }
    heads = [visit.head.lower() for visit in servers.of("claims")]
    names = {line.split(b":")[0] for head in heads for line in head.split(b"\r\n")[1:]}
    broken = [
        await send(running.port, post(BODY, f"x-request-id: a{ending}x-injected: b", key=KEY))
        for ending in ("\r", "\n", "\r\n ")
    ]
    served = [
        (await send(running.port, post(BODY, f"x-forwarded-for: 1.2.3.{number}, 203.0.113.7", key=AUDIENCE))).status
        for number in range(LIMITED + 20)
    ]
    name = f"{asked} requests with spoofed headers"
    return [
        none("B5", f"{name}: header names passed on that are not the gateway's", len(names - PASSED_ON)),
        none("B5", f"{name}: values passed on", sum(b"canary" in head for head in heads)),
        none("B5", f"{name}: request ids that are not new", asked - len(ids - {"", "canary"})),
        none("B5", "line breaks in a header: a second header at the model server or the client",
             sum("x-injected" in each.headers for each in broken)
             + sum(b"x-injected" in visit.head for visit in servers.visits)),
        at_most("B5", f"{len(served)} requests that claim another address each: served",
                served.count(200), LIMITED + 1, "requests"),
    ]  # fmt: skip
