"""B2, B6: bodies that are too large, endless, deep or odd give 4xx, and cost no memory."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nasty_bodies import BODIES, filled

from faults.backend import Fleet
from faults.client import Client, chat, post, send
from faults.gateway import GatewayProcess, gateway
from headway_gateway.admission.admitted import Admitted, Bounds, admit_chat, admit_completion, admit_generate
from headway_gateway.errors import InvalidRequest

LIMIT = 262_144
MB = 2**20
ROOMY = 8 * MB
"""A bound so large that the allocator's own pages do not count."""
HUGE = 200 * MB
CHUNKED = b"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n"
MESSAGE = '{"model": "tiny", "messages": [{"role": "user", "content": "nonce=odd"}]'


@pytest.fixture(scope="module")
def alone(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway whose memory nobody else's test moves."""
    folder = tmp_path_factory.mktemp("alone")
    with gateway(folder, [("tiny", [servers.servers[0].url])], request_burst=1_000_000) as running:
        yield running


@pytest.fixture(scope="module")
def roomy(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("roomy")
    settings = {"max_body_bytes": ROOMY, "allow_tools": True, "allow_response_format": True}
    with gateway(folder, [("tiny", [servers.servers[0].url])], request_burst=1_000_000, **settings) as running:
        yield running


def forget_highest(running: GatewayProcess) -> int:
    """Resident bytes now; the kernel's record of the most there were begins anew (proc(5), `clear_refs`)."""
    Path(f"/proc/{running.process.pid}/clear_refs").write_text("5")
    return running.rss


def highest(running: GatewayProcess) -> int:
    """The most resident bytes since."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


async def flood(client: Client, first: bytes, piece: bytes, most: int) -> tuple[int, bytes]:
    """Send until the gateway answers or closes: bytes sent, and what was answered."""
    client.send(first)
    answering = asyncio.create_task(client.reader.read(65_536))
    sent = 0
    try:
        while sent < most and not answering.done():
            client.writer.write(piece)
            sent += len(piece)
            await client.writer.drain()
            await asyncio.sleep(0)  # or a gateway that takes everything is never listened to
    except ConnectionError:
        pass
    return sent, await asyncio.wait_for(answering, 5)


FLOODS = {
    "stated": (post(b"").replace(b"content-length: 0", b"content-length: %d" % HUGE), b"x" * 65_536),
    "chunked": (CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "tiny chunks": (CHUNKED, b"1\r\nx\r\n" * 10_000),
    "endless header": (b"POST / HTTP/1.1\r\nhost: g\r\nx-long: ", b"x" * 65_536),
    "endless target": (b"POST /", b"x" * 65_536),
    "many headers": (b"POST / HTTP/1.1\r\nhost: g\r\n", b"x-a: b\r\n" * 8_000),
    "endless trailer": (CHUNKED + b"1\r\n{\r\n0\r\nx-long: ", b"x" * 65_536),
}
"""What is sent at first, and then again and again."""


@pytest.mark.asyncio
@pytest.mark.parametrize("name", FLOODS)
async def test_what_is_too_large_is_refused_early_and_is_not_kept(roomy: GatewayProcess, name: str) -> None:
    """Of a body the bound at most twice; of a head what the loop reads at once, and the allocator's pages for it."""
    first, piece = FLOODS[name]
    of_body = name in ("stated", "chunked", "tiny chunks")
    assert (await send(roomy.port, post(b"{"))).status == 400
    before = forget_highest(roomy)
    client = await Client.connect(roomy.port)
    try:
        sent, said = await flood(client, first, piece, HUGE)
    finally:
        client.reset()
    assert said.startswith(b"HTTP/1.1 4"), said
    assert (b" 413 " in said) == of_body
    assert sent < HUGE
    assert highest(roomy) - before <= (2 * ROOMY if of_body else MB)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(BODIES))
async def test_a_body_that_is_refused_takes_no_more_than_the_bound_twice(roomy: GatewayProcess, name: str) -> None:
    body = filled(*BODIES[name], size=ROOMY)
    assert (await send(roomy.port, post(body[:1000]))).status == 400
    before = forget_highest(roomy)
    answer = await send(roomy.port, post(body))
    assert (answer.status, answer.clean_error) == (400, True)
    assert highest(roomy) - before <= 2 * ROOMY


@pytest.mark.asyncio
async def test_bodies_in_work_at_once_are_bounded_together(alone: GatewayProcess) -> None:
    """Each client sends all but the last byte of the largest body that passes."""
    body = chat("x" * (LIMIT - 200))
    clients = [await Client.connect(alone.port) for _ in range(40)]
    before = alone.rss
    for client in clients:
        client.send(post(body)[:-1])
    await asyncio.gather(*(client.writer.drain() for client in clients))
    assert (await send(alone.port, post(chat("k=1")))).served
    assert alone.rss - before <= 2 * LIMIT * len(clients)
    for client in clients:
        client.reset()


ODD = {
    "nothing": b"",
    "not JSON": b"{",
    "NUL": b"\0",
    "a list": b"[]",
    "not UTF-8": b'{"model": "tiny", "messages": [{"role": "user", "content": "\xff"}]}',
    "a lone surrogate": b'{"model": "tiny", "messages": [{"role": "user", "content": "\\ud800"}]}',
    "deep": b'{"model": "tiny", "messages": ' + b"[" * 100_000,
    "deep inside": (MESSAGE + ', "metadata": ' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}").encode(),
    "NaN": (MESSAGE + ', "temperature": NaN}').encode(),
    "Infinity": (MESSAGE + ', "top_p": Infinity}').encode(),
    "1e999": (MESSAGE + ', "temperature": 1e999}').encode(),
    "a huge integer": (MESSAGE + ', "seed": ' + "9" * 5_000 + "}").encode(),
    "negative": (MESSAGE + ', "max_tokens": -1}').encode(),
    "a fraction": (MESSAGE + ', "max_tokens": 1.5}').encode(),
    "a string for a number": (MESSAGE + ', "max_tokens": "5"}').encode(),
    "a number for a switch": (MESSAGE + ', "stream": 1}').encode(),
    "a number for a text": b'{"model": "tiny", "messages": [{"role": "user", "content": 5}]}',
    "a refused field": (MESSAGE + ', "prompt_embeds": "x"}').encode(),
    "two documents": (MESSAGE + "} {}").encode(),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(ODD))
async def test_an_odd_body_is_refused_in_openais_shape(alone: GatewayProcess, servers: Fleet, name: str) -> None:
    answer = await send(alone.port, post(ODD[name]))
    assert answer.status == 400
    assert answer.clean_error
    assert servers.hits["odd"] == 0


@pytest.mark.asyncio
async def test_of_a_key_that_comes_twice_the_model_server_sees_what_was_judged(
    alone: GatewayProcess, servers: Fleet
) -> None:
    body = MESSAGE.replace("odd", "twice") + ', "max_tokens": 100000, "max_tokens": 5}'
    assert (await send(alone.port, post(body.encode()))).served
    assert servers.of("twice")[0].body.count(b"max_") == 1


# The validators by themselves

BOUNDS = Bounds(64, 4096, 1, False, False, lambda _model: 1024, 32_768)
SALT = "0" * 32
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(
    ["model", "messages", "prompt", "stream", "n", "max_tokens", "temperature", "stop", "logprobs", "tools", "metadata"]
)


def admitted(body: bytes) -> list[Admitted]:
    """What each validator lets pass; anything but a refusal is raised."""
    passed = []
    for admit in (admit_chat, admit_completion, lambda *given: admit_generate(*given, "tiny")):
        try:
            passed.append(admit(body, BOUNDS, SALT))
        except InvalidRequest:
            continue
    return passed


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_the_validators_refuse_or_pass_any_bytes(body: bytes) -> None:
    assert len(admitted(body)) <= 3, "each validator passes it or refuses it; anything else raises"


@given(st.dictionaries(fields, json_values, max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_passes_is_within_every_bound(request: dict[str, object]) -> None:
    for each in admitted(json.dumps(request).encode()):
        assert 1 <= each.output_tokens <= BOUNDS.max_output_tokens
        sent = json.loads(each.body)
        assert sent["cache_salt"] == SALT
        assert set(sent) <= {*request, "cache_salt", "max_completion_tokens", "max_tokens", "prompt", "model",
                             "temperature", "top_p"}  # fmt: skip


LONG = "long ".ljust(40_000, ".")
"""Longer than a head may be."""
TINY_CHUNKS = CHUNKED + b"".join(
    b"%x\r\n%b\r\n" % (len(piece), piece)
    for piece in (chat(LONG, stream=False)[at : at + 10] for at in range(0, 2**16, 10))
    if piece
)
TWO_IN_A_ROW = 2 * post(chat(LONG, stream=False))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "pieces",
    [
        (TINY_CHUNKS[: len(CHUNKED) + 1], TINY_CHUNKS[len(CHUNKED) + 1 :] + b"0", b"\r\n\r\n"),
        (
            TWO_IN_A_ROW[:20],
            TWO_IN_A_ROW[20 : len(TWO_IN_A_ROW) // 2 + 20],
            TWO_IN_A_ROW[len(TWO_IN_A_ROW) // 2 + 20 :],
        ),
    ],
    ids=["from one chunk's size to another's", "from one head to the next"],
)
async def test_a_piece_that_begins_and_ends_inside_a_line_is_no_long_line(
    alone: GatewayProcess, pieces: tuple[bytes, ...]
) -> None:
    client = await Client.connect(alone.port)
    for piece in pieces:
        client.send(piece)
        await asyncio.sleep(0.1)
    assert (await client.answer()).served
    client.reset()


BURST = 5


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "refused"),
    [(b'{"model": "tiny", "messages": 3}', 400), (chat("k=1", model="unheard-of"), 404)],
    ids=["invalid", "no such model"],
)
async def test_requests_that_are_refused_for_what_they_say_are_limited_like_others(
    servers: Fleet, tmp_path: Path, body: bytes, refused: int
) -> None:
    url = servers.servers[0].url
    with gateway(tmp_path, [("tiny", [url])], request_burst=BURST, requests_per_minute=1) as running:
        statuses = [(await send(running.port, post(body))).status for _ in range(BURST + 2)]
    assert statuses == [refused] * BURST + [429] * 2
