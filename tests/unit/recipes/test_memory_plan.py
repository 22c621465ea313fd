"""What fits on a GPU, against figures that were worked out elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.recipes.memory_plan import UTILIZATION, kv_bytes, kv_shards, plan_memory
from unit.recipes.builders import CATALOG, a_card, a_memory_plan

MISTRAL, LLAMA_2, LLAMA_31 = (
    "mistralai/Mistral-7B-Instruct-v0.3",
    "meta-llama/Llama-2-7b-hf",
    "meta-llama/Llama-3.1-8B-Instruct",
)
WORKED_FITS = [
    (MISTRAL, "awq", "t4", 57_000),
    (MISTRAL, "awq", "l4", 113_000),
    (MISTRAL, "awq", "a10g", 113_000),
    (MISTRAL, "awq", "l40s", 281_000),
    (MISTRAL, "16bit", "l4", 28_700),
    (MISTRAL, "16bit", "l40s", 197_000),
    (LLAMA_2, "16bit", "l4", 9_200),
    (LLAMA_2, "16bit", "l40s", 51_000),
    (LLAMA_2, "awq", "t4", 14_800),
    (LLAMA_2, "awq", "l4", 28_800),
    (LLAMA_2, "awq", "l40s", 70_900),
    (LLAMA_31, "16bit", "a10g", 15_900),
    (LLAMA_31, "16bit", "l40s", 184_000),
]
"""KV cache in tokens, from "Worked fits" in section 5 of the hardware facts (2026-11-20): KAITO's constants, 0.92."""
DO_NOT_FIT = [(MISTRAL, "16bit", "t4"), (LLAMA_2, "16bit", "t4"), (LLAMA_31, "16bit", "t4")]
"""The same table's empty places, and trap H5."""


@pytest.mark.parametrize(("model", "precision", "gpu", "tokens"), WORKED_FITS)
def test_the_kv_cache_holds_what_was_worked_out_by_hand(model: str, precision: str, gpu: str, tokens: int) -> None:
    usable = CATALOG.accelerators[gpu].usable_gib
    assert usable is not None
    assert a_memory_plan(CATALOG.models[model], precision, usable).kv_tokens == pytest.approx(tokens, rel=0.02)


@pytest.mark.parametrize(("model", "precision", "gpu"), DO_NOT_FIT)
def test_what_does_not_fit_leaves_no_token(model: str, precision: str, gpu: str) -> None:
    usable = CATALOG.accelerators[gpu].usable_gib
    assert usable is not None
    planned = a_memory_plan(CATALOG.models[model], precision, usable)
    assert planned.kv_cache_gib < 0
    assert (planned.kv_tokens, planned.full_length_sequences, planned.typical_sequences) == (0, 0, 0)


@pytest.mark.parametrize(
    ("model", "bytes_a_token"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 131_072),
        ("mistralai/Mistral-7B-Instruct-v0.3", 131_072),
        ("meta-llama/Llama-2-7b-hf", 524_288),
        ("meta-llama/Llama-3.1-70B-Instruct", 327_680),
        ("Qwen/Qwen2.5-7B-Instruct", 57_344),
        ("deepseek-ai/DeepSeek-R1", 70_272),
    ],
)
def test_a_token_takes_what_the_facts_say(model: str, bytes_a_token: int) -> None:
    assert kv_bytes(CATALOG.models[model], 1) == bytes_a_token


def test_grouped_query_attention_keeps_two_values_a_head_and_layer() -> None:
    for card in CATALOG.models.values():
        if card.attention in ("MHA", "GQA", "MQA") and card.kv_heads and card.head_dim:
            assert card.kv_bytes_per_token_16bit == 2 * 2 * card.layers * card.kv_heads * card.head_dim, card.id


def test_windowed_layers_keep_no_more_than_their_window() -> None:
    gemma = CATALOG.models["google/gemma-2-9b-it"]
    per_layer = gemma.kv_bytes_per_token_16bit / gemma.layers
    assert kv_bytes(gemma, 8192) == per_layer * (21 * 8192 + 21 * 4096)
    assert kv_bytes(gemma, 4096) == gemma.kv_bytes_per_token_16bit * 4096


def test_tensor_parallelism_divides_the_cache_up_to_the_kv_heads() -> None:
    llama = CATALOG.models["meta-llama/Llama-3.1-70B-Instruct"]
    assert [kv_shards(llama, size) for size in (1, 2, 4, 8, 16)] == [1, 2, 4, 8, 8]


def test_the_latent_of_mla_is_copied_to_every_gpu() -> None:
    deepseek = CATALOG.models["deepseek-ai/DeepSeek-R1"]
    assert [kv_shards(deepseek, size) for size in (1, 8)] == [1, 1]


def test_a_precision_without_a_known_size_is_an_error() -> None:
    with pytest.raises(KeyError):
        a_memory_plan(a_card(weight_bytes={"awq": 1}), "16bit")


SIZES = st.floats(1, 200)
PARALLEL = st.sampled_from([1, 2, 4, 8])
TOKENS = st.integers(1, 100_000)


@given(SIZES, PARALLEL, PARALLEL)
def test_the_parts_of_a_gpu_add_up_to_its_budget(gib: float, tensor: int, pipeline: int) -> None:
    planned = plan_memory(a_card(), "16bit", gib, tensor, pipeline, 4096, 600)
    assert planned.weights_gib + planned.overhead_gib + planned.kv_cache_gib == pytest.approx(planned.budget_gib)
    assert planned.budget_gib == pytest.approx(gib * UTILIZATION)


@given(SIZES, SIZES)
def test_more_memory_never_holds_less(small: float, large: float) -> None:
    less, more = sorted((small, large))
    assert a_memory_plan(gib=less).kv_tokens <= a_memory_plan(gib=more).kv_tokens


@given(SIZES, PARALLEL)
def test_more_gpus_never_hold_less(gib: float, tensor: int) -> None:
    assert a_memory_plan(gib=gib).kv_tokens <= a_memory_plan(gib=gib, tensor_parallel=tensor).kv_tokens


@given(SIZES, TOKENS, TOKENS)
def test_longer_sequences_never_fit_more_often(gib: float, one: int, other: int) -> None:
    short, long = sorted((one, other))
    planned = a_memory_plan(gib=gib, typical_tokens=short, context_tokens=long)
    assert planned.full_length_sequences <= planned.typical_sequences
    assert planned.full_length_sequences * long <= planned.kv_tokens + long


@given(SIZES)
def test_fewer_bytes_a_weight_never_hold_fewer_tokens(gib: float) -> None:
    assert a_memory_plan(precision="16bit", gib=gib).kv_tokens <= a_memory_plan(precision="awq", gib=gib).kv_tokens
