"""`--simulate` is launched, drained and counted as a real engine is."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from model_servers import SimulatedVllm
from model_servers.streams import Streams, session

LONGEST = 900


def value(text: str, series: str) -> float:
    """One sample of an exposition."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    assert found, f"no {series}"
    return float(found[1])


@pytest.fixture(scope="module")
def draining() -> Iterator[tuple[SimulatedVllm, urllib.error.HTTPError, int, str, list[bool]]]:
    """A server told to end with two streams open: its answer to a new request, health and metrics then, whole streams."""
    with SimulatedVllm() as server:
        yield server, *asyncio.run(_through_a_drain(server))


async def _through_a_drain(server: SimulatedVllm) -> tuple[urllib.error.HTTPError, int, str, list[bool]]:
    async with session() as client:
        streams = await Streams.begin(client, server.base_url, count=2, tokens=200)
        server.sigterm()
        await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
        refused = await asyncio.to_thread(_refused, server)
        health, text = server.health(), server.metrics()
        ended = await streams.ended()
    assert health is not None
    return refused, health, text, [stream.whole for stream in ended]


def _refused(server: SimulatedVllm) -> urllib.error.HTTPError:
    asked = urllib.request.Request(
        f"{server.base_url}/v1/completions", b'{"prompt": "a"}', {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(asked, timeout=10)
    return error.value


Draining = tuple[SimulatedVllm, urllib.error.HTTPError, int, str, list[bool]]


def test_new_work_is_refused_in_the_launchers_words_while_it_drains(draining: Draining) -> None:
    _, refused, health, _, _ = draining
    assert (refused.code, refused.headers["x-headway-draining"], refused.headers["retry-after"]) == (503, "true", "1")
    assert health == 503


def test_its_metrics_say_that_it_drains_and_for_how_many(draining: Draining) -> None:
    text = draining[3]
    assert value(text, "headway_model_server_draining") == 1
    assert value(text, "headway_model_server_requests_in_work") == 2
    assert value(text, "headway_model_server_requests_refused_total") == 1
    assert value(text, "vllm_active_requests") == 2


def test_its_open_streams_finish_and_the_exit_code_is_0(draining: Draining) -> None:
    server, _, _, _, whole = draining
    assert whole == [True, True]
    assert server.ended(10) == 0
    assert server.event("drained") is not None


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
