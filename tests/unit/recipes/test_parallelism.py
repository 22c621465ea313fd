"""Which GPUs share a layer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.recipes.parallelism import divides, tensor_parallel
from unit.recipes.builders import CATALOG


@pytest.mark.parametrize(
    ("card", "precision", "gpus", "size"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "16bit", 8, 8),
        ("Qwen/Qwen2.5-7B-Instruct", "16bit", 8, 4),
        ("microsoft/phi-4", "16bit", 4, 2),
        ("Qwen/Qwen2.5-72B-Instruct", "16bit", 8, 8),
        ("Qwen/Qwen2.5-72B-Instruct", "awq", 8, 1),
        ("deepseek-ai/DeepSeek-R1", "fp8", 8, 8),
    ],
    ids=["heads", "28 heads", "10 KV heads", "16-bit rows", "rows in groups of 128", "one latent for all"],
)
def test_the_largest_size_that_divides(card: str, precision, gpus: int, size: int) -> None:
    assert tensor_parallel(CATALOG.models[card], precision, gpus) == size


@given(st.sampled_from(sorted(CATALOG.models)), st.sampled_from([1, 2, 4, 8]))
def test_every_gpu_has_a_part(card: str, gpus: int) -> None:
    model = CATALOG.models[card]
    for precision in model.weight_bytes:
        size = tensor_parallel(model, precision, gpus)
        assert gpus % size == 0
        assert divides(model, precision, size)
