"""What requests feel: waiting, prompts between decodes, and the load that is too much."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.domain.objective import Workload
from headway.recipes.latency import Latency, batched_tokens, serving
from headway.recipes.measurements import load_measurements
from headway.recipes.speeds import CENTRAL
from unit.recipes.builders import CATALOG, a_card, an_accelerator

TIMES = ("ttft_p50", "ttft_p95", "tpot_p50", "tpot_p95")
CARDS = {card: CATALOG.models[card] for card in ("mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen3-30B-A3B")}


def a_latency(rate: float = 1.0, prompt: int = 512, output: int = 200, **over: Any) -> Latency:
    """Mistral 7B on one L4, 64 sequences at most, with `over` in place of its terms."""
    lawful = {
        "card": a_card(),
        "precision": "awq",
        "kv_precision": "16bit",
        "accelerator": an_accelerator(),
        "tensor_parallel": 1,
        "pipeline_parallel": 1,
        "workload": Workload(requests_per_second=rate, prompt_tokens=prompt, output_tokens=output),
        "concurrency_limit": 64,
        "kv_tokens": 100_000,
    }
    replicas = over.pop("replicas", 1)
    return serving(**{**lawful, **over}).at(replicas)


def not_longer(shorter: Latency, longer: Latency) -> bool:
    """Whether no time of `shorter` is longer; saturation is longer than anything."""
    for name in TIMES:
        one, other = getattr(shorter, name), getattr(longer, name)
        if other is not None and (one is None or one.value > other.value * (1 + 1e-6)):
            return False
    return True


rates = st.floats(0.01, 30)
lengths = st.integers(1, 6000)


@pytest.mark.parametrize("card", CARDS)
@given(rates, st.floats(0.1, 1.0), lengths, lengths)
def test_a_looser_load_never_waits_longer(card: str, rate, share, prompt, output) -> None:
    terms = {"card": CARDS[card], "precision": "16bit", "accelerator": CATALOG.accelerators["h200"]}
    full, loose = (a_latency(r, prompt, output, **terms) for r in (rate, rate * share))
    assert not_longer(loose, full)


@given(rates, lengths, st.integers(0, 4000), lengths)
def test_a_longer_prompt_never_answers_sooner(rate, prompt, more, output) -> None:
    assert not_longer(a_latency(rate, prompt, output), a_latency(rate, prompt + more, output))


@given(rates, st.floats(1.0, 3.0), lengths, lengths)
def test_more_bandwidth_never_waits_longer(rate, factor, prompt, output) -> None:
    slow, fast = (
        a_latency(rate, prompt, output, accelerator=an_accelerator(memory_bandwidth_gb_per_second=300 * f))
        for f in (1.0, factor)
    )
    assert not_longer(fast, slow)


@given(rates, lengths, lengths)
def test_the_same_question_has_the_same_answer_with_ordered_bounds(rate, prompt, output) -> None:
    latency = a_latency(rate, prompt, output)
    assert latency == a_latency(rate, prompt, output)
    if not latency.saturated:
        for name in TIMES:
            estimate = getattr(latency, name)
            assert 0 < estimate.low <= estimate.value
            assert estimate.high is None or estimate.value <= estimate.high
        assert latency.ttft_p50.value <= latency.ttft_p95.value
        assert latency.tpot_p50.value <= latency.tpot_p95.value


@given(rates, lengths, lengths)
def test_saturated_means_more_than_capacity(rate, prompt, output) -> None:
    latency = a_latency(rate, prompt, output)
    assert latency.saturated is (rate >= latency.capacity_requests_per_second)
    assert latency.saturated is (latency.utilization >= 1)
    assert latency.batch <= 64


def test_sequences_in_flight_follow_littles_law() -> None:
    latency = a_latency(1.0)
    assert latency.tpot_p50 is not None
    assert latency.batch == pytest.approx(1.0 * 200 * latency.tpot_p50.value, rel=0.02)


def test_two_replicas_carry_twice_the_load_at_the_same_speed() -> None:
    one, two = a_latency(1.0), a_latency(2.0, replicas=2)
    assert two.ttft_p95 == one.ttft_p95
    assert two.tokens_per_second == 2 * one.tokens_per_second
    assert two.capacity_requests_per_second == 2 * one.capacity_requests_per_second


@pytest.mark.parametrize(
    ("terms", "limit"),
    [
        ({"concurrency_limit": 4}, "sequences"),
        ({"kv_tokens": 3000}, "kv cache"),
        ({"prompt": 8000, "output": 2}, "prompts"),
    ],
)
def test_capacity_says_what_it_ends_at(terms, limit: str) -> None:
    latency = a_latency(50.0, **terms)
    assert latency.saturated
    assert latency.limited_by == limit
    assert latency.tokens_per_second < 50 * 200


def test_a_request_that_does_not_fit_the_cache_has_no_capacity() -> None:
    latency = a_latency(kv_tokens=700)
    assert latency.saturated
    assert latency.capacity_requests_per_second == 0


def test_near_capacity_the_slow_bound_is_open() -> None:
    edge = a_latency().capacity_requests_per_second * 0.95
    latency = a_latency(edge)
    assert latency.ttft_p95 is not None
    assert latency.ttft_p95.high is None


def test_no_load_is_the_speed_of_a_lone_request() -> None:
    latency = a_latency(0.0)
    assert latency.batch == 0
    assert latency.tpot_p50 is not None
    assert latency.tpot_p95 is not None
    assert latency.tpot_p50.value == pytest.approx(latency.tpot_p95.value)


@pytest.mark.parametrize(("gpu", "tokens"), [("l4", 2048), ("a100-80", 2048), ("h100", 8192), ("mi300x", 8192)])
def test_step_size_is_vllms_default(gpu: str, tokens: int) -> None:
    assert batched_tokens(CATALOG.accelerators[gpu]) == tokens


def test_every_machine_of_the_catalog_can_be_asked() -> None:
    for gpu in CATALOG.accelerators.values():
        if gpu.memory_bandwidth_gb_per_second and (gpu.fp16_tflops or gpu.key == "a10g"):
            for tensor_parallel, pipeline_parallel in ((1, 1), (4, 1), (8, 2)):
                terms = {"tensor_parallel": tensor_parallel, "pipeline_parallel": pipeline_parallel}
                assert a_latency(0.1, accelerator=gpu, **terms).capacity_requests_per_second > 0


def test_the_page_is_what_the_validation_writes(repository, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(repository / "tools"))
    monkeypatch.setattr(sys, "argv", ["validate_latency.py", "--check"])
    import validate_latency

    validate_latency.main()


def test_held_out_measurements_lie_inside_the_stated_interval(repository, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(repository / "tools"))
    import latency_fit
    import latency_page

    rows = load_measurements()
    groups = {row.group for row in rows}
    folds = {group: latency_fit.fit([row for row in rows if row.group != group]) for group in groups}
    judged = latency_page.verdicts([row for row in rows if not latency_page.unused(row)], CENTRAL, folds)
    assert sum(verdict.inside for verdict in judged) / len(judged) >= 0.88
