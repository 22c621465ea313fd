"""What the launcher reads from the engine's log, and what of it may be logged again."""

import pytest

from headway_model_server.redaction import redacted
from headway_model_server.supervision.cold_start import ColdStart

VLLM = (
    "(Worker pid=1) INFO 11-21 09:19:20 [default_loader.py:501] Loading weights took 0.01 seconds",
    "(Worker pid=1) INFO 11-21 09:19:21 [gpu_model_runner.py:5150] Model loading took 14.99 GiB memory and 8.500000 seconds",
    "(Worker pid=1) INFO 11-21 09:19:30 [monitor.py:63] torch.compile took 21.40 s in total",
    "(Worker pid=1) INFO 11-21 09:19:40 [gpu_model_runner.py:6582] Graph capturing finished in 11 secs, took 0.60 GiB",
    "(EngineCore pid=1) INFO 11-21 09:19:45 [core.py:402] init engine (profile, create kv cache, warmup model) took 44.10 s",
    "INFO [backends.py:296] Directly load the compiled graph(s) for compile range (1, 8) from the cache, took 0.100 s",
    "INFO [backends.py:383] Cache the graph of compile range (1, 8) for later use",
    "INFO [decorators.py:743] [backbone] saved AOT compiled function to /cache/torch_aot_compile/815027/rank_0_0/model",
)
SGLANG = (
    "[2026-11-21 10:00:00] Load weight end. elapsed=7.25 s, type=LlamaForCausalLM, dtype=torch.bfloat16",
    "[2026-11-21 10:00:20] Capture decode CUDA graph end. elapsed=5.50 s, mem usage=0.30 GB.",
)


def read(*lines: str) -> ColdStart:
    cold_start = ColdStart()
    for line in lines:
        cold_start.read(line)
    return cold_start


def test_phases_of_vllm_are_read() -> None:
    assert read(*VLLM).seen().seconds == {"load": 8.5, "compile": 21.4, "capture": 11, "warm": 44.1}


def test_phases_of_sglang_are_read() -> None:
    assert read(*SGLANG).seen().seconds == {"load": 7.25, "capture": 5.5}


def test_hits_and_misses_of_the_compile_cache_are_counted() -> None:
    assert read(*VLLM).seen().artifacts == {"hit": 1, "miss": 2}


def test_the_slowest_worker_is_the_phase() -> None:
    lines = [f"Loading weights took {seconds} seconds" for seconds in ("3.00", "5.00", "4.00")]
    assert read(*lines).seen().seconds == {"load": 5}


@pytest.mark.parametrize(
    "line",
    [
        "Received request cmpl-1: prompt: 'canary', params: SamplingParams(n=1)",
        "Request(prompt_token_ids=[99, 97, 110], 'canary')",
        '{"messages": [{"role": "user", "content": "canary"}]}',
        "Generated response chatcmpl-1: output: 'canary', finish_reason: stop",
    ],
)
def test_nothing_behind_a_key_for_text_is_kept(line: str) -> None:
    assert "canary" not in redacted(line)
    assert "left out" in redacted(line)


def test_a_line_of_figures_is_kept_whole() -> None:
    line = "Engine 000: Avg prompt throughput: 0.1 tokens/s, Avg generation throughput: 0.1 tokens/s, Running: 0 reqs"
    assert redacted(f"\x1b[32m{line}\x1b[0m\n") == line
