"""`--simulate` is launched, drained and counted as a real engine is."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

import pytest

from model_servers import SimulatedVllm
from model_servers.streams import Streams, session

LONGEST = 900
SIMULATED = ("x-headway-simulated", "true")
SO_SLOW = "0.001"
"""Of a GPU's speed: a first token takes it longer than this test."""


def value(text: str, series: str) -> float:
    """One sample of an exposition."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    assert found, f"no {series}"
    return float(found[1])


def asked(server: SimulatedVllm, path: str, body: bytes | None = None) -> tuple[int, Message]:
    """Status and headers of an answer, whatever it is."""
    request = urllib.request.Request(server.base_url + path, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers


@dataclass
class Drain:
    """A server told to end with two streams open."""

    server: SimulatedVllm
    refused: tuple[int, Message]
    """Its answer to a new request meanwhile."""
    health: tuple[int, Message]
    metrics: str
    whole: list[bool]
    """Of each stream, whether it ended well."""


@pytest.fixture(scope="module")
def draining() -> Iterator[Drain]:
    with SimulatedVllm() as server:
        yield asyncio.run(_through_a_drain(server))


async def _through_a_drain(server: SimulatedVllm) -> Drain:
    async with session() as client:
        streams = await Streams.begin(client, server.base_url, count=2, tokens=200)
        server.sigterm()
        await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
        refused = await asyncio.to_thread(asked, server, "/v1/completions", b'{"prompt": "a"}')
        health, metrics = asked(server, "/health"), server.metrics()
        ended = await streams.ended()
    return Drain(server, refused, health, metrics, [stream.whole for stream in ended])


def test_new_work_is_refused_in_the_launchers_words_while_it_drains(draining: Drain) -> None:
    status, headers = draining.refused
    assert (status, headers["x-headway-draining"], headers["retry-after"]) == (503, "true", "1")
    assert draining.health[0] == 503


def test_the_launchers_refusals_say_that_it_is_simulated(draining: Drain) -> None:
    assert [headers[SIMULATED[0]] for _, headers in (draining.refused, draining.health)] == [SIMULATED[1]] * 2


def test_its_metrics_say_that_it_drains_and_for_how_many(draining: Drain) -> None:
    text = draining.metrics
    assert value(text, "headway_model_server_draining") == 1
    assert value(text, "headway_model_server_requests_in_work") == 2
    assert value(text, "headway_model_server_requests_refused_total") == 1
    assert value(text, "vllm_active_requests") == 2


def test_its_open_streams_finish_and_the_exit_code_is_0(draining: Drain) -> None:
    assert draining.whole == [True, True]
    assert draining.server.ended(10) == 0
    assert draining.server.event("drained") is not None


def test_health_before_the_first_token_says_that_it_is_simulated() -> None:
    with SimulatedVllm(options=("--speed", SO_SLOW), wait=False) as server:
        server.wait_until(lambda: server.health() is not None, 20)
        status, headers = asked(server, "/health")
        assert (status, headers[SIMULATED[0]]) == (503, SIMULATED[1])


@pytest.mark.asyncio
async def test_what_outlasts_the_bound_in_simulated_seconds_ends_with_an_error_event() -> None:
    with SimulatedVllm("--shutdown-timeout", "2", options=("--speed", "2")) as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=2, tokens=LONGEST)
            server.sigterm()
            ended = await streams.ended()
        assert await asyncio.to_thread(server.ended, 10) == 0
        draining = server.event("draining")
    errors = [json.loads(stream.lines[-1].removeprefix("data: "))["error"] for stream in ended]
    assert [error["code"] for error in errors] == [503, 503]
    assert draining is not None
    assert draining["bound_seconds"] == 1


@pytest.fixture(scope="module")
def cold() -> Iterator[SimulatedVllm]:
    """One that has passed through a cold start and meets its first request with a fault."""
    faults = ("--fault", "overloaded=503,count=1")
    with SimulatedVllm(options=("--speed", "200", "--cold-start", *faults)) as server:
        yield server


@pytest.mark.parametrize("phase", ["load", "compile", "warm", "first_token", "ready"])
def test_its_cold_start_is_told_by_phase(cold: SimulatedVllm, phase: str) -> None:
    assert value(cold.metrics(), f'headway_model_server_cold_start_seconds{{phase="{phase}"}}') > 0


def test_the_request_that_proves_readiness_uses_up_no_fault_and_is_counted_by_the_engine_alone(
    cold: SimulatedVllm,
) -> None:
    assert value(cold.metrics(), "vllm_tokens_generated_total") == 1
    asked = {"prompt": "a", "max_tokens": 3, "ignore_eos": True}
    assert [cold.ask("POST", "/v1/completions", asked)[0] for _ in range(2)] == [503, 200]
    assert value(cold.metrics(), 'vllm_requests_total{status="success"}') == 1


def test_an_engine_that_crashes_takes_the_launcher_along_with_its_exit_code() -> None:
    with SimulatedVllm(options=("--speed", "50", "--allow-faults")) as server:
        assert server.ask("PUT", "/simulated/faults", {"engine-crash": True})[0] == 200
        assert server.ended(10) == 1
        event = server.event("engine_ended_by_itself")
    assert event is not None
    assert event["code"] == 1
