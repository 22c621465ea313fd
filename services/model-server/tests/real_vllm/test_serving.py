"""Real vLLM under the launcher: the contract, whole streams, metrics, and work that ends when its client leaves."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families

from model_servers import MODEL, RealVllm
from model_servers.streams import Stream, session

pytestmark = pytest.mark.long
CONTRACT = Path(__file__).parent.parent / "contract"
CANARY = "canary-7f3a"
SEQUENCES = 8
LONGEST = 900
BEGUN_SECONDS = 0.5
"""In which every request has begun and none is over."""
OVER = "vllm_requests_total"
TRIES = 5


def series(server: RealVllm, name: str, **labels: str) -> float:
    """Sum over the samples that carry these labels."""
    families = text_string_to_metric_families(server.metrics())
    samples = (sample for family in families for sample in family.samples)
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def test_it_passes_the_contract_that_the_simulated_engine_passes(real_vllm: RealVllm) -> None:
    if not CONTRACT.exists():
        pytest.skip("no contract test here: services/model-server/tests/contract")
    environment = {**os.environ, "HEADWAY_CONTRACT_URL": real_vllm.base_url}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(CONTRACT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout[-4000:]


@pytest.mark.asyncio
async def test_a_stream_ends_with_done_after_every_token(real_vllm: RealVllm) -> None:
    async with session() as client:
        stream = await Stream().read(client, real_vllm.base_url, tokens=200)
    assert stream.whole
    assert stream.tokens == 200


def test_the_openai_client_streams_a_chat(real_vllm: RealVllm) -> None:
    client = openai.OpenAI(base_url=f"{real_vllm.base_url}/v1", api_key="none", timeout=60)
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": CANARY}],
            max_tokens=16,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens <= 16
    assert any(choice.finish_reason for chunk in chunks for choice in chunk.choices)


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.asyncio
async def test_a_client_that_leaves_frees_the_engine_within_a_second(real_vllm: RealVllm, streams: bool) -> None:
    """Eight times eight answers of 900 tokens take seconds; those left are aborted, not finished.

    vLLM may keep both cores so busy that this client wakes when the answers are over: then it leaves once more.
    """
    for _ in range(TRIES):
        took, aborted = await leave(real_vllm, streams)
        print(f"clients left (stream={streams}): engine free after {took:.3f} s, {aborted:g} of {SEQUENCES} aborted")
        assert took < 1
        assert series(real_vllm, "vllm:num_requests_running") == series(real_vllm, "vllm_active_requests") == 0
        if aborted == SEQUENCES:
            return
    pytest.fail(f"{TRIES} times not all of {SEQUENCES} requests were aborted")


async def leave(server: RealVllm, streams: bool) -> tuple[float, float]:
    """Leaves `SEQUENCES` requests in work: seconds until the engine was free, and how many ended as aborted."""
    await asyncio.to_thread(server.wait_until, lambda: series(server, "vllm_active_requests") == 0, 20)
    over, aborted = series(server, OVER), series(server, OVER, status="aborted")
    wanted = {
        "model": MODEL,
        "prompt": "a",
        "n": SEQUENCES,
        "max_tokens": LONGEST,
        "ignore_eos": True,
        "stream": streams,
    }
    async with session() as client:
        url = f"{server.base_url}/v1/completions"
        asking = [asyncio.create_task(client.post(url, json=wanted)) for _ in range(SEQUENCES)]
        await asyncio.sleep(BEGUN_SECONDS)
        for request in asking:
            request.cancel()
    left = time.monotonic()
    await asyncio.to_thread(server.wait_until, lambda: series(server, OVER) == over + SEQUENCES, 20)
    return time.monotonic() - left, series(server, OVER, status="aborted") - aborted


@pytest.mark.parametrize(
    "name",
    [
        "vllm_requests_total",
        "vllm_request_latency_seconds",
        "vllm_tokens_generated_total",
        "vllm_active_requests",
        "vllm_model_loaded",
        "vllm:num_requests_running",
        "headway_model_server_draining",
    ],
)
def test_metrics_hold(real_vllm: RealVllm, name: str) -> None:
    families = {family.name for family in text_string_to_metric_families(real_vllm.metrics())}
    assert name.removesuffix("_total") in families


def test_tokens_are_those_that_vllm_counted(real_vllm: RealVllm) -> None:
    assert series(real_vllm, "vllm_tokens_generated_total") == series(real_vllm, "vllm:generation_tokens_total") > 0


@pytest.mark.parametrize("phase", ["load", "warm", "first_token", "ready"])
def test_the_cold_start_is_told_by_phase(real_vllm: RealVllm, phase: str) -> None:
    families = text_string_to_metric_families(real_vllm.metrics())
    seconds = {
        sample.labels["phase"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "headway_model_server_cold_start_seconds"
    }
    print(f"cold start: {seconds}")
    assert 0 <= seconds[phase] < 600  # vLLM says that it loads so small a model in 0.00 s


def test_no_prompt_is_in_the_log(real_vllm: RealVllm) -> None:
    assert real_vllm.ask("POST", "/v1/completions", {"model": MODEL, "prompt": CANARY, "max_tokens": 2})[0] in (
        200,
        400,
    )
    assert CANARY not in real_vllm.log.read_text()
