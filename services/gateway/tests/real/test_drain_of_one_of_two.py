"""One of two model servers is told to end under load: nobody notices."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from real.front import Gateway, Vllm, a_server, chat, gateway, series

GIB = 2**30
BYTES_OF_TWO = 8 * GIB
"""2.9 GB each, and room for the rest of the machine."""
STREAMS = 8
TOKENS = {"simulated": 300, "real": 960}
"""Long enough to be under way when the server is told to end: the tiny model makes a thousand in a second or two."""
AFTERWARDS = 20


@pytest.fixture
def two(kind: str) -> Iterator[tuple[Vllm, Vllm]]:
    """Two ready model servers of one kind."""
    if kind == "real" and psutil.virtual_memory().available < BYTES_OF_TWO:
        pytest.skip("two real engines need 8 GiB of free memory")
    with ExitStack() as stack:
        yield stack.enter_context(a_server(kind)), stack.enter_context(a_server(kind))


@pytest.fixture
def in_front_of_two(two: tuple[Vllm, Vllm], tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path, *(server.base_url for server in two)) as started:
        yield started


def test_what_is_under_way_and_what_comes_is_answered_whole(
    kind: str, two: tuple[Vllm, Vllm], in_front_of_two: Gateway
) -> None:
    goes, stays = two
    streams = [chat(in_front_of_two.client, TOKENS[kind]) for _ in range(STREAMS)]
    for stream in streams:
        next(iter(stream))
    assert series(goes.base_url, "vllm_active_requests ") > 0
    goes.sigterm()
    goes.wait_until(lambda: goes.health() == 503, 10)
    asked = series(stays.base_url, "vllm_requests_total{")
    after = [list(chat(in_front_of_two.client, 5))[-1].usage for _ in range(AFTERWARDS)]
    under_way = [list(stream)[-1].usage for stream in streams]
    assert [usage.completion_tokens for usage in after if usage] == [5] * AFTERWARDS
    assert [usage.completion_tokens for usage in under_way if usage] == [TOKENS[kind]] * STREAMS
    assert series(in_front_of_two.admin, "headway_gateway_errors_total{") == 0
    assert series(stays.base_url, "vllm_requests_total{") - asked >= AFTERWARDS
    assert goes.ended(60) == 0
