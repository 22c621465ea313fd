"""What an answer that never came costs its client: nothing where the gateway gave up, all of it where the client left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.backend import Fleet
from faults.client import Client, ask, chat, post
from faults.gateway import GatewayProcess, eventually, gateway

pytestmark = pytest.mark.asyncio
OUTPUT_TOKENS = 100
PROMPT_TOKENS = 50
CALLS = 3
"""That the client's tokens pay for."""


@pytest.fixture
def counting(servers: Fleet, tmp_path: Path) -> Iterator[GatewayProcess]:
    with gateway(
        tmp_path,
        [("tiny", [servers.servers[0].url])],
        first_byte_timeout_seconds=0.5,
        ejection_failures=100,
        tokens_per_minute=1,
        token_burst=CALLS * (OUTPUT_TOKENS + PROMPT_TOKENS),
    ) as running:
        yield running


async def leave(running: GatewayProcess, servers: Fleet, nonce: str, stream: bool) -> None:
    """Ask for an answer that does not begin, and go once the model server works on it."""
    client = await Client.connect(running.port)
    words = f"script=hangs nonce={nonce} ".ljust(4 * PROMPT_TOKENS, ".")
    client.send(post(chat(words, stream=stream, max_tokens=OUTPUT_TOKENS)))
    await client.writer.drain()
    await eventually(lambda: servers.of(nonce), 3, "the request's arrival")
    client.reset()
    await eventually(lambda: servers.of(nonce)[0].closed_at, 3, "the end of the upstream connection")


async def test_who_leaves_an_unstreamed_answer_pays_for_it(counting: GatewayProcess, servers: Fleet) -> None:
    for number in range(CALLS):
        await leave(counting, servers, f"left-{number}", stream=False)
    answer = await ask(counting.port, "k=1", max_tokens=OUTPUT_TOKENS)
    assert (answer.status, answer.code) == (429, "rate_limited")


async def test_who_leaves_a_stream_before_its_first_token_pays_for_the_prompt(
    counting: GatewayProcess, servers: Fleet
) -> None:
    for number in range(CALLS):
        await leave(counting, servers, f"unbegun-{number}", stream=True)
    assert (await ask(counting.port, "k=1", max_tokens=CALLS * OUTPUT_TOKENS + PROMPT_TOKENS)).status == 429
    assert (await ask(counting.port, "k=1", max_tokens=CALLS * OUTPUT_TOKENS - PROMPT_TOKENS)).served


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_an_answer_that_the_gateway_gave_up_is_not_paid_for(counting: GatewayProcess, stream: bool) -> None:
    for _ in range(CALLS + 1):
        answer = await ask(counting.port, "script=hangs", stream=stream, max_tokens=OUTPUT_TOKENS)
        assert answer.code == "upstream_timeout"
