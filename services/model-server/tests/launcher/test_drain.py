"""SIGTERM with work under way: nothing new, everything begun, exit 0."""

import asyncio
import json
import time

import pytest

from model_servers import StandIn
from model_servers.streams import Streams, session


@pytest.mark.asyncio
async def test_open_streams_finish_and_the_exit_code_is_0() -> None:
    with StandIn() as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=5, tokens=40)
            server.sigterm()
            ended = await streams.ended()
        assert [stream.whole for stream in ended] == [True] * 5
        assert await asyncio.to_thread(server.ended, 10) == 0


@pytest.mark.asyncio
async def test_new_requests_get_503_with_retry_after_while_streams_go_on() -> None:
    with StandIn() as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=1, tokens=40)
            server.sigterm()
            await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
            async with client.post(f"{server.base_url}/v1/completions", json={"max_tokens": 1}) as answer:
                error = (await answer.json())["error"]
            assert not streams.tasks[0].done()
            await streams.ended()
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Connection"]) == (503, "1", "close")
    assert (error["type"], error["code"], error["param"]) == ("ServiceUnavailableError", 503, None)


@pytest.mark.asyncio
async def test_metrics_say_that_it_drains_and_for_how_many() -> None:
    with StandIn() as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=3, tokens=40)
            server.sigterm()
            await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
            text = await asyncio.to_thread(server.metrics)
            await streams.ended()
    assert "headway_model_server_draining 1.0" in text
    assert "headway_model_server_requests_in_work 3.0" in text


@pytest.mark.asyncio
async def test_a_stream_beyond_the_bound_ends_with_an_error_and_without_done() -> None:
    with StandIn(drain_seconds=0.5) as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=2, tokens=10_000)
            server.sigterm()
            ended = await streams.ended()
        code = await asyncio.to_thread(server.ended, 10)
    errors = [json.loads(stream.lines[-1].removeprefix("data: "))["error"] for stream in ended]
    assert [error["code"] for error in errors] == [503, 503]
    assert code == 0


@pytest.mark.asyncio
async def test_a_second_sigterm_stops_at_once() -> None:
    with StandIn(drain_seconds=60) as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=1, tokens=10_000)
            server.sigterm()
            await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
            began = time.monotonic()
            server.sigterm()
            await streams.ended()
            code = await asyncio.to_thread(server.ended, 10)
    assert code == 128 + 15
    assert time.monotonic() - began < 5


def test_an_engine_that_ignores_sigterm_is_killed() -> None:
    with StandIn("ignores-sigterm", drain_seconds=0.2) as server:
        server.sigterm()
        assert server.ended(10) == 0
        assert server.event("engine_killed") is not None


def test_sigterm_before_the_engine_listens_ends_it() -> None:
    with StandIn(wait=False) as server:
        server.wait_until(lambda: server.event("engine_started"), 10)
        server.sigterm()
        assert server.ended(15) == 0
