"""One iteration of the engine, and the constants behind it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.domain.model_card import ModelCard
from headway.recipes.measurements import EXTRA_ACCELERATORS, load_measurements
from headway.recipes.speeds import CENTRAL, CONSTANTS
from headway.recipes.step_time import Layout, UnknownSpeed, expert_share, step_time
from unit.recipes.builders import CATALOG, a_card, an_accelerator

A3B = CATALOG.models["Qwen/Qwen3-30B-A3B"]
SEVEN_B = ("Qwen/Qwen2.5-7B-Instruct", "mistralai/Mistral-7B-Instruct-v0.3", "meta-llama/Llama-3.1-8B-Instruct")
work = st.tuples(st.floats(0, 512), st.integers(1, 32_000), st.floats(0, 8192))


@pytest.fixture
def validation(repository, monkeypatch) -> Any:
    monkeypatch.syspath_prepend(str(repository / "tools"))
    import latency_fit

    return latency_fit


def test_every_constant_is_inside_its_interval_and_says_where_it_is_from() -> None:
    for name, constant in CONSTANTS.items():
        assert constant.low <= constant.value <= constant.high, name
        assert all((constant.unit, constant.source, constant.as_of)), name


def test_constants_are_the_fit_on_all_rows(validation) -> None:
    fitted = validation.fit(load_measurements())
    for name in validation.SEARCH:
        assert getattr(CENTRAL, name) == pytest.approx(getattr(fitted, name), rel=0.01), f"{name}: validate_latency.py"


@given(work, st.floats(1.0, 4.0))
def test_more_bandwidth_is_never_slower(load, factor) -> None:
    decoding, context, prompt = load
    slow, fast = (
        step_time(a_card(), "16bit", an_accelerator(memory_bandwidth_gb_per_second=300 * f)) for f in (1.0, factor)
    )
    assert fast(decoding, context, prompt, prompt / 2) <= slow(decoding, context, prompt, prompt / 2) * (1 + 1e-12)


@pytest.mark.parametrize("card", [a_card(), A3B], ids=lambda card: card.id)
@given(work, st.floats(0, 100))
def test_a_larger_batch_never_makes_a_step_shorter(card: ModelCard, load, more) -> None:
    decoding, context, prompt = load
    step = step_time(card, "16bit", an_accelerator())
    assert step(decoding + more, context, prompt) >= step(decoding, context, prompt)


@pytest.mark.parametrize("gpu", ["t4", "l4", "a10g", "a100-40", "h100"])
@pytest.mark.parametrize("model", SEVEN_B)
def test_four_bit_weights_speed_a_lone_sequence_up_by_less_than_they_shrink(model: str, gpu: str) -> None:
    card, accelerator = CATALOG.models[model], CATALOG.accelerators[gpu]
    steps = [step_time(card, precision, accelerator)(1, 600) for precision in ("16bit", "awq")]
    assert 1.6 < steps[0] / steps[1] < 3.0


def test_eight_bit_weights_are_only_read_faster_where_there_are_no_fp8_units() -> None:
    a100, h100 = (CATALOG.accelerators[key] for key in ("a100-80", "h100"))
    for accelerator, faster in ((a100, False), (h100, True)):
        wide, narrow = (step_time(a_card(), p, accelerator) for p in ("16bit", "fp8"))
        assert narrow.dense_weights < wide.dense_weights
        assert (narrow.token_arithmetic < wide.token_arithmetic) is faster


def test_a_mixture_reads_few_experts_for_one_sequence_and_all_for_many() -> None:
    step = step_time(A3B, "16bit", an_accelerator())
    assert step(1, 100) < 0.2 * step(256, 100)
    assert step(512, 100) - step(256, 100) < 0.2 * step(256, 100)


@pytest.mark.parametrize(
    ("words", "share"),
    [("", 0.0), ("8, 2 per token", 0.25), ("256 routed + 1 shared, 8 per token", 8 / 256)],
)
def test_experts_are_read_from_the_words_of_the_card(words: str, share: float) -> None:
    assert expert_share(words) == share


def test_two_gpus_are_faster_than_one_but_not_twice() -> None:
    one, two = (step_time(a_card(), "16bit", an_accelerator(), Layout(n))(16, 600) for n in (1, 2))
    assert 1.2 < one / two < 2.0


def test_nvlink_moves_prompts_faster_than_pcie() -> None:
    pcie, nvlink = (an_accelerator(link_gb_per_second=speed) for speed in (None, 450))
    slow, fast = (step_time(a_card(), "16bit", part, Layout(4)).token_traffic for part in (pcie, nvlink))
    assert fast < slow / 5


def test_a_pipeline_divides_the_batch_not_the_model() -> None:
    one, two = (step_time(a_card(), "16bit", an_accelerator(), Layout(1, n)) for n in (1, 2))
    assert two(1, 600) > one(1, 600) * 0.99
    assert two(128, 600) < one(128, 600)


def test_a_window_bounds_what_attention_reads() -> None:
    windowed = a_card(full_attention_layers=4, sliding_window_tokens=1024)
    steps = [step_time(card, "16bit", an_accelerator())(16, 16_000) for card in (windowed, a_card())]
    assert steps[0] < steps[1]


def test_an_input_embedding_of_its_own_is_not_read() -> None:
    small = CATALOG.models["meta-llama/Llama-3.2-1B-Instruct"]
    large = CATALOG.models["meta-llama/Llama-3.1-8B-Instruct"]
    part = EXTRA_ACCELERATORS["rtx-4090"]
    reading = 1008e9 * CENTRAL.bandwidth_16bit
    assert step_time(small, "16bit", part).dense_weights == pytest.approx(small.weight_bytes["16bit"] / reading)
    assert step_time(large, "16bit", part).dense_weights == pytest.approx(
        (large.weight_bytes["16bit"] - 2 * 128256 * 4096) / reading
    )


def test_a10g_uses_the_documented_substitute() -> None:
    assert CATALOG.accelerators["a10g"].fp16_tflops is None, "the catalog has a figure now; drop the substitute"
    assert step_time(a_card(), "16bit", CATALOG.accelerators["a10g"]).token_arithmetic > 0


@pytest.mark.parametrize(
    ("card", "accelerator", "missing"),
    [
        (a_card(), an_accelerator(memory_bandwidth_gb_per_second=None), "memory bandwidth"),
        (a_card(), an_accelerator(fp16_tflops=None), "16-bit peak"),
        (a_card(parameters=None), an_accelerator(), "parameters"),
        (a_card(weight_bytes={}), an_accelerator(), "size in 16bit"),
    ],
)
def test_what_the_catalog_does_not_know_is_said(card, accelerator, missing: str) -> None:
    with pytest.raises(UnknownSpeed, match=missing):
        step_time(card, "16bit", accelerator)
