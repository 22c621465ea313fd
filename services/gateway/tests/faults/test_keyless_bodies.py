"""B2: what all request bodies may take together is not for clients without a key."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256

import pytest

from faults.backend import Fleet
from faults.client import Client, ask, send
from faults.gateway import GatewayProcess, gateway

pytestmark = pytest.mark.asyncio
KEY = "key"
LIMIT = 262_144
AT_ONCE_SECONDS = 5.0
"""Well before the bound of a body's time."""
PREFLIGHT = ("OPTIONS", "/v1/models", ("origin: https://page.example", "access-control-request-method: GET"))
KEYLESS = {
    "POST": ("POST", "/config", ()),
    "GET": ("GET", "/config", ()),
    "with a known key": ("GET", "/config", (f"authorization: Bearer {KEY}",)),
    "preflight": PREFLIGHT,
    "with an offer": ("POST", "/config", ("connection: upgrade", "upgrade: h2c")),
}


@pytest.fixture(scope="module")
def keyed(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """One key, and pages of one origin."""
    keys = f"known:{sha256(KEY.encode()).hexdigest()}\n"
    folder, models = tmp_path_factory.mktemp("keyed"), [("tiny", [servers.servers[0].url])]
    with gateway(folder, models, keys=keys, allowed_origins=["https://page.example"]) as running:
        yield running


def head(name: str, *lines: str) -> bytes:
    method, path, own = KEYLESS[name]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: g", *own, *lines, "", ""]).encode()


@pytest.mark.parametrize("framing", [f"content-length: {LIMIT}", "content-length: 01", "transfer-encoding: chunked"])
@pytest.mark.parametrize("name", sorted(KEYLESS))
async def test_a_body_is_refused_by_its_head_where_no_key_is_needed(
    keyed: GatewayProcess, name: str, framing: str
) -> None:
    client = await Client.connect(keyed.port)
    client.send(head(name, framing))  # and nothing of the body
    answer = await client.answer(AT_ONCE_SECONDS)
    assert (answer.status, answer.code, answer.clean_error) == (413, "body_too_large", True)
    assert await client.ended(AT_ONCE_SECONDS)


@pytest.mark.parametrize(("name", "status"), [("GET", 200), ("POST", 405), ("with an offer", 405), ("preflight", 200)])
@pytest.mark.parametrize("lines", [(), ("content-length: 0",), ("content-length: 0 ",)])
async def test_no_body_is_no_fault(keyed: GatewayProcess, name: str, status: int, lines: tuple[str, ...]) -> None:
    assert (await send(keyed.port, head(name, *lines))).status == status


async def test_clients_with_a_key_are_served_while_others_send_bodies_without_one(keyed: GatewayProcess) -> None:
    """More than all bodies may take together: each of them all but its last byte, which never comes."""
    crowd = [await Client.connect(keyed.port) for _ in range(2**27 // LIMIT + 1)]
    before, body = keyed.rss, bytes(LIMIT - 1)
    try:
        for client in crowd:
            client.send(head("POST", f"content-length: {LIMIT}"))
            client.writer.write(body)
        assert (await ask(keyed.port, "k=1")).served
        statuses = {(await client.answer(AT_ONCE_SECONDS)).status for client in crowd}
        assert keyed.rss - before < 2**27 // 4
        assert (await ask(keyed.port, "k=1")).served
    finally:
        for client in crowd:
            client.reset()
            await asyncio.sleep(0)
    assert statuses == {413}
