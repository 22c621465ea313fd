"""Health tells the truth, and `/metrics` holds everything in one valid exposition."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from model_servers import StandIn


def complete(server: StandIn, tokens: int) -> None:
    assert server.ask("POST", "/v1/completions", {"max_tokens": tokens})[0] == 200


def samples(text: str) -> dict[str, float]:
    """Every sample under its name and labels; the parser refuses an exposition that is not valid."""
    return {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_health_is_503_as_long_as_the_model_makes_no_token() -> None:
    with StandIn("no-token", wait=False) as server:
        server.wait_until(lambda: server.health() is not None, 20)
        server.wait_until(lambda: "no_first_token" in server.log.read_text(), 10)
        assert server.health() == 503
        assert "vllm_model_loaded 0.0" in server.metrics()


def test_health_is_200_after_the_first_token() -> None:
    with StandIn() as server:
        assert "vllm_model_loaded 1.0" in server.metrics()


@pytest.fixture(scope="module")
def after_two_requests() -> dict[str, float]:
    with StandIn() as server:
        complete(server, 4)
        complete(server, 3)
        return samples(server.metrics())


def test_requests_count_by_status(after_two_requests: dict[str, float]) -> None:
    assert after_two_requests['vllm_requests_total{"status": "success"}'] == 2
    assert after_two_requests['vllm_requests_total{"status": "error"}'] == 0


def test_latency_is_observed_for_each(after_two_requests: dict[str, float]) -> None:
    assert after_two_requests["vllm_request_latency_seconds_count{}"] == 2
    assert 0.1 < after_two_requests["vllm_request_latency_seconds_sum{}"] < 5


def test_tokens_are_those_of_the_engines_own_counter(after_two_requests: dict[str, float]) -> None:
    engines = after_two_requests['vllm:generation_tokens_total{"engine": "0", "model_name": "tiny"}']
    assert after_two_requests["vllm_tokens_generated_total{}"] == engines == 8  # one of them proved readiness


def test_nothing_is_active_when_nothing_is_asked(after_two_requests: dict[str, float]) -> None:
    assert after_two_requests["vllm_active_requests{}"] == 0


@pytest.mark.parametrize(("phase", "seconds"), [("load", 1.25), ("warm", 3.76)])
def test_phases_are_those_that_the_engine_logged(
    after_two_requests: dict[str, float], phase: str, seconds: float
) -> None:
    assert after_two_requests[f'headway_model_server_cold_start_seconds{{"phase": "{phase}"}}'] == seconds


def test_the_whole_cold_start_is_known(after_two_requests: dict[str, float]) -> None:
    assert 0 < after_two_requests['headway_model_server_cold_start_seconds{"phase": "ready"}'] < 60
