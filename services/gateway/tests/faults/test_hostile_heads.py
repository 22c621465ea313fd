"""B3, B5: heads that two readers would read differently, and headers that claim what is not theirs to claim."""

import asyncio
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from hashlib import sha256

import pytest

from faults.backend import Fleet
from faults.client import Answer, Client, chat, post, send
from faults.gateway import GatewayProcess, gateway

pytestmark = pytest.mark.asyncio
KEY, AUDIENCE = "sk-known", "sk-audience"


@pytest.fixture(scope="module")
def guarded(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Two keys, one of them shared by an audience of which each address may ask three times."""
    keys = f"known:{sha256(KEY.encode()).hexdigest()}\naudience:{sha256(AUDIENCE.encode()).hexdigest()}\n"
    with gateway(
        tmp_path_factory.mktemp("guarded"),
        [("tiny", [servers.servers[0].url])],
        keys=keys,
        shared_clients=["audience"],
        trusted_proxy_hops=1,
        request_burst=60,
        requests_per_minute=1,
        header_timeout_seconds=2,
    ) as running:
        yield running


BODY = chat("nonce=smuggled", stream=False)


def framed(*lines: str, target: str = "/v1/chat/completions", key: str = KEY) -> bytes:
    head = [f"POST {target} HTTP/1.1", f"authorization: Bearer {key}", "content-type: application/json", *lines]
    return "\r\n".join([*head, "", ""]).encode()


LENGTH = f"content-length: {len(BODY)}"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
OFFER = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABkAAQAoAAAAAIAAAAA")
"""What `curl --http2` and Java's client send with a request for a `http:` address."""
AMBIGUOUS = {
    "length and chunks": framed("host: g", LENGTH, "transfer-encoding: chunked") + CHUNKS,
    "two codings": framed("host: g", "transfer-encoding: chunked", "transfer-encoding: identity") + CHUNKS,
    "unknown coding": framed("host: g", "transfer-encoding: xchunked") + CHUNKS,
    "coding behind chunked": framed("host: g", "transfer-encoding: chunked, gzip") + CHUNKS,
    "space before the colon": framed("host: g", "content-length : 5") + BODY,
    "two lengths": framed("host: g", LENGTH, "content-length: 5") + BODY,
    "signed length": framed("host: g", "content-length: +5") + BODY,
    "folded line": framed("host: g", LENGTH, "x-a: b\r\n c: d") + BODY,
    "bare line feeds": framed("host: g", LENGTH).replace(b"\r\n", b"\n") + BODY,
    "two hosts": framed("host: g", "host: evil", LENGTH) + BODY,
    "no host": framed(LENGTH) + BODY,
    "absolute target": framed("host: g", LENGTH, target="http://evil/v1/chat/completions") + BODY,
    "host with a slash": framed("host: g/v1", LENGTH) + BODY,
    "host with a query": framed("host: g?a", LENGTH) + BODY,
    "host with a fragment": framed("host: g#a", LENGTH) + BODY,
    "host with userinfo": framed("host: a@g", LENGTH) + BODY,
    "two keys": framed("host: g", "authorization: Bearer sk-other", LENGTH) + BODY,
    "NUL in a header": framed("host: g", "x-a: a\0b", LENGTH) + BODY,
    "old version with chunks": framed("host: g", "transfer-encoding: chunked").replace(b"/1.1", b"/1.0") + CHUNKS,
    "newer version": framed("host: g", LENGTH).replace(b"/1.1", b"/2.0") + BODY,
    "length and chunks behind an offer": framed("host: g", *OFFER, LENGTH, "transfer-encoding: chunked") + CHUNKS,
    "coding behind chunked and an offer": framed("host: g", *OFFER, "transfer-encoding: chunked, gzip") + CHUNKS,
    "two keys behind an offer": framed("host: g", *OFFER, "authorization: Bearer sk-other", LENGTH) + BODY,
    "a tunnel to a path": framed("host: g").replace(b"POST", b"CONNECT") + framed("host: g", LENGTH) + BODY,
}


@pytest.mark.parametrize("name", sorted(AMBIGUOUS))
async def test_an_ambiguous_head_is_refused_and_reaches_no_model_server(
    guarded: GatewayProcess, servers: Fleet, name: str
) -> None:
    before = servers.hits["smuggled"]
    answer = await send(guarded.port, AMBIGUOUS[name])
    assert answer.status == 400, answer
    assert servers.hits["smuggled"] == before


PATHS = ["/v1/chat/completions", "//v1/chat/completions", "/v1/./chat/completions", "/v1/chat/completions%2f",
         "/config/../v1/chat/completions", "/config%2f..%2fv1/chat/completions", "/v1/chat/completions;/config",
         "/V1/chat/completions", "/nothing", "/docs", "/openapi.json", "/config/"]  # fmt: skip


@pytest.mark.parametrize("target", PATHS)
async def test_without_a_key_every_path_gives_the_same_verdict(guarded: GatewayProcess, target: str) -> None:
    answer = await send(guarded.port, framed("host: g", LENGTH, target=target, key="sk-wrong") + BODY)
    assert (answer.status, answer.code) == (401, "invalid_api_key")


async def test_a_request_hidden_in_a_body_is_a_body(guarded: GatewayProcess, servers: Fleet) -> None:
    hidden = post(chat("nonce=hidden"), key=KEY)
    client = await Client.connect(guarded.port)
    client.send(post(hidden, key=KEY))
    assert (await client.answer()).status == 400
    client.reset()
    assert servers.hits["hidden"] == 0


# Offers of another protocol: overlooked, and no way around anything above


WITH_BODY = {
    "length": framed("host: g", *OFFER, LENGTH) + BODY,
    "chunks": framed("host: g", *OFFER, "transfer-encoding: chunked") + CHUNKS,
    "websocket": framed("host: g", "connection: upgrade", "upgrade: websocket", LENGTH) + BODY,
}


@pytest.mark.parametrize("name", sorted(WITH_BODY))
async def test_a_request_with_an_offer_is_served_whole_in_the_protocol_it_came_in(
    guarded: GatewayProcess, servers: Fleet, name: str
) -> None:
    before = servers.hits["smuggled"]
    client = await Client.connect(guarded.port)
    for _ in range(2):  # and its connection serves another one
        client.send(WITH_BODY[name])
        answer = await client.answer()
        assert (answer.served, answer.headers.get("upgrade")) == (True, None)
    client.reset()
    assert servers.hits["smuggled"] == before + 2
    assert servers.of("smuggled")[-1].body.startswith(b"{")


@pytest.mark.parametrize("lines", [(), ("content-length: 0",)])
async def test_a_request_without_a_body_may_offer_too(guarded: GatewayProcess, lines: tuple[str, ...]) -> None:
    asked = framed("host: g", *OFFER, *lines, target="/v1/models").replace(b"POST", b"GET")
    client = await Client.connect(guarded.port)
    client.send(asked + asked)
    assert [(await client.answer()).status for _ in range(2)] == [200, 200]
    client.reset()


async def test_a_request_hidden_behind_an_offer_is_a_body(guarded: GatewayProcess, servers: Fleet) -> None:
    hidden = post(chat("nonce=offered"), key=KEY)
    client = await Client.connect(guarded.port)
    client.send(framed("host: g", *OFFER, f"content-length: {len(hidden)}") + hidden)
    assert (await client.answer()).status == 400
    client.send(framed("host: g", target="/v1/models").replace(b"POST", b"GET"))
    assert (await client.answer()).status == 200
    client.reset()
    assert servers.hits["offered"] == 0


async def test_an_offer_is_no_key(guarded: GatewayProcess) -> None:
    answer = await send(guarded.port, framed("host: g", *OFFER, LENGTH, key="sk-wrong") + BODY)
    assert (answer.status, answer.code) == (401, "invalid_api_key")


@pytest.mark.skipif(shutil.which("curl") is None, reason="asks with curl, which is not here")
async def test_curl_gets_its_answer_with_http2_on_offer(guarded: GatewayProcess) -> None:
    asked = ["curl", "-sS", "--http2", "-m", "10", "-w", "%{http_code} %{http_version}", "-o", "/dev/null"]
    asked += ["-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json", "-d", BODY.decode()]
    process = await asyncio.create_subprocess_exec(
        *asked, f"http://127.0.0.1:{guarded.port}/v1/chat/completions", stdout=PIPE, stderr=PIPE
    )
    said = await process.communicate()
    assert said == (b"200 1.1", b"")


# What goes on to the model server


async def test_no_header_of_a_client_reaches_the_model_server(guarded: GatewayProcess, servers: Fleet) -> None:
    spoofed = ["x-spoofed: canary", "x-forwarded-for: 9.9.9.9", "cookie: canary", "x-request-id: http://evil/",
               "connection: authorization, keep-alive", "x-headway-draining: true", "traceparent: canary"]  # fmt: skip
    answer = await send(guarded.port, post(chat("nonce=headers"), *spoofed, key=KEY))
    assert answer.served
    head = servers.of("headers")[0].head.lower()
    names = {line.split(b":")[0] for line in head.split(b"\r\n")[1:]}
    assert names == {b"host", b"content-type", b"accept-encoding", b"user-agent", b"x-request-id", b"content-length"}
    assert b"canary" not in head
    assert b"evil" not in head


async def test_the_host_upstream_is_the_configured_one(guarded: GatewayProcess, servers: Fleet) -> None:
    answer = await send(guarded.port, framed("host: evil.example", LENGTH.replace("smuggled", "x")) + BODY)
    assert answer.served
    assert f"host: 127.0.0.1:{servers.servers[0].port}\r\n".encode() in servers.of("smuggled")[-1].head
    servers.hits["smuggled"] = 0


async def test_a_request_id_is_always_the_gateways_own(guarded: GatewayProcess, servers: Fleet) -> None:
    answers = [await send(guarded.port, post(chat("nonce=id"), "x-request-id: mine", key=KEY)) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 2
    assert all(len(each) == 32 for each in ids)
    assert [f"x-request-id: {each}".encode() in visit.head for each, visit in zip(ids, servers.of("id"), strict=True)]


async def test_a_line_break_in_a_header_is_no_second_header(guarded: GatewayProcess, servers: Fleet) -> None:
    for ending in ("\r", "\n", "\r\n "):
        answer = await send(guarded.port, post(BODY, f"x-request-id: a{ending}x-injected: b", key=KEY))
        assert answer.status in (200, 400)
        assert "x-injected" not in answer.headers
    assert not any(b"x-injected" in visit.head for visit in servers.visits)


async def from_audience(running: GatewayProcess, forwarded: str) -> Answer:
    return await send(running.port, post(BODY, f"x-forwarded-for: {forwarded}", key=AUDIENCE))


async def test_a_limit_is_not_escaped_by_addresses_that_the_client_claims(guarded: GatewayProcess) -> None:
    """The proxy in front appends the address it saw; what stands before it is the client's own word."""
    statuses = [(await from_audience(guarded, f"1.2.3.{number}, 203.0.113.7")).status for number in range(62)]
    assert statuses.count(429) >= 1
    assert (await from_audience(guarded, "203.0.113.8")).status == 200


async def test_a_limit_holds_without_the_header_too(guarded: GatewayProcess) -> None:
    for _ in range(62):
        last = await send(guarded.port, post(BODY, key=AUDIENCE))
    assert last.status == 429
    assert int(last.headers["retry-after"]) <= 120
