"""The engine behind the HTTP surface: its pace, its queue, and clients that leave."""

import time

import httpx2
import openai
import pytest

from headway_model_server.simulated import SimulatedEngine, running_in_thread
from simulated.builders import chat_request, connection, options, read_until
from simulated.waiting import until


def gauge(client: httpx2.Client, name: str) -> float:
    """A sample of `/metrics` by its name, summed over its labels."""
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


def test_the_official_client_streams_and_counts(engine: SimulatedEngine) -> None:
    client = openai.OpenAI(base_url=f"{engine.url}/v1", api_key="none", max_retries=0, timeout=10)
    chunks = list(
        client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": "hi"}], max_tokens=7, stream=True,
            stream_options={"include_usage": True},
        )
    )  # fmt: skip
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 7
    assert sum(bool(chunk.choices and chunk.choices[0].delta.content) for chunk in chunks) == 7


def test_the_official_client_knows_the_errors(engine: SimulatedEngine) -> None:
    client = openai.OpenAI(base_url=f"{engine.url}/v1", api_key="none", max_retries=0, timeout=10)
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        client.completions.create(model="nope", prompt="x")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_frees_its_request_within_a_second(engine: SimulatedEngine, stream: bool) -> None:
    core = engine.simulation.driver.engine
    aborted = engine.simulation.recorder.finished["abort"]
    with connection(engine.url, chat_request(stream=stream, max_tokens=900, ignore_eos=True)):
        until(lambda: core.running == 1)
    left = time.monotonic()
    until(lambda: core.running == 0, seconds=1.0)
    assert time.monotonic() - left < 1.0
    assert core.kv_usage == 0.0
    until(lambda: engine.simulation.recorder.finished["abort"] == aborted + 1)


def test_a_client_that_leaves_while_it_waits_frees_its_place(engine: SimulatedEngine) -> None:
    core = engine.simulation.driver.engine
    long = chat_request(stream=True, max_tokens=900, ignore_eos=True, n=8)
    with connection(engine.url, long) as first, connection(engine.url, chat_request(stream=True)) as second:
        until(lambda: (core.running, core.waiting) == (8, 1))
        second.close()
        until(lambda: core.waiting == 0, seconds=1.0)
        first.close()
        until(lambda: core.running == 0, seconds=1.0)


def test_running_and_waiting_are_shown_while_they_are(engine: SimulatedEngine, client: httpx2.Client) -> None:
    del engine
    with connection(str(client.base_url), chat_request(stream=True, max_tokens=900, ignore_eos=True, n=10)) as opened:
        read_until(opened, b"data: ")
        shown = [gauge(client, f"vllm:num_requests_{state}") for state in ("running", "waiting")]
        assert shown == [8.0, 2.0]
        assert 0.0 < gauge(client, "vllm:kv_cache_usage_perc") <= 1.0


def test_counters_move_by_what_was_asked(engine: SimulatedEngine, client: httpx2.Client) -> None:
    names = ["vllm:generation_tokens_total", "vllm:prompt_tokens_total", "vllm:time_to_first_token_seconds_count"]
    names += ["vllm:inter_token_latency_seconds_count", "vllm:e2e_request_latency_seconds_count"]
    until(lambda: engine.simulation.driver.engine.running == 0)
    before = [gauge(client, name) for name in names]
    client.post("/v1/completions", json={"prompt": "a" * 40, "max_tokens": 12, "ignore_eos": True})
    assert [gauge(client, name) - value for name, value in zip(names, before, strict=True)] == [12, 10, 1, 11, 1]


def test_the_pace_is_that_of_the_gpu_in_simulated_seconds() -> None:
    """TPOT as the metrics show it, against the step time of the recipe engine: one sequence alone, within 10 %."""
    with running_in_thread(options(speed=2.0)) as engine, httpx2.Client(base_url=engine.url) as client:
        client.post("/v1/completions", json={"prompt": "a" * 400, "max_tokens": 60, "ignore_eos": True}, timeout=30)
        name = "vllm:inter_token_latency_seconds"
        tpot = gauge(client, f"{name}_sum") / gauge(client, f"{name}_count")
        assert tpot == pytest.approx(engine.simulation.replica.step_seconds(1, 130), rel=0.1)


def test_a_prompt_seen_before_is_counted_as_cached(client: httpx2.Client) -> None:
    before = gauge(client, "vllm:prefix_cache_hits_total")
    for _ in range(2):
        client.post("/v1/completions", json={"prompt": "unlike any other " * 40, "max_tokens": 1})
    assert gauge(client, "vllm:prefix_cache_hits_total") - before == 160
