"""Which weight format runs on which GPU in which engine (vLLM 0.33.0 `get_min_capability`, its quantization page)."""

import pytest

from headway.recipes import kernels
from unit.recipes.builders import CATALOG, a_card, an_accelerator

VLLM_ENGINE = CATALOG.engines["vllm"]
VLLM: dict[str, set[str]] = {
    "v100": set(),
    "t4": {"16bit", "awq", "gptq", "fp8", "int8"},
    "a10g": {"16bit", "awq", "gptq", "fp8", "int8", "mxfp4"},
    "l4": {"16bit", "awq", "gptq", "fp8", "int8", "mxfp4"},
    "l40s": {"16bit", "awq", "gptq", "fp8", "int8", "mxfp4"},
    "a100-80": {"16bit", "awq", "gptq", "fp8", "int8", "mxfp4"},
    "h100": {"16bit", "awq", "gptq", "fp8", "int8", "mxfp4"},
    "mi300x": {"16bit", "fp8", "mxfp4"},
    "mi210": {"16bit"},
    "radeon-pro-v520": set(),
}
"""FP8 below 8.9 and INT8 below 7.5's Marlin run with weights only, which is a yes; on AMD, AWQ and GPTQ are a no."""
PRECISIONS = ("16bit", "fp8", "int8", "awq", "gptq", "mxfp4")


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("gpu", VLLM)
def test_vllm_runs_exactly_what_it_has_kernels_for(gpu: str, precision: str) -> None:
    reason = kernels.why_not(a_card(), precision, CATALOG.accelerators[gpu], VLLM_ENGINE)  # type: ignore[arg-type]
    assert (reason is None) == (precision in VLLM[gpu])


@pytest.mark.parametrize(
    ("gpu", "runs"), [("v100", False), ("t4", False), ("a10g", True), ("l4", True), ("h100", True)]
)
def test_sglang_begins_at_compute_capability_8(gpu: str, runs: bool) -> None:
    assert (kernels.why_not(a_card(), "16bit", CATALOG.accelerators[gpu], CATALOG.engines["sglang"]) is None) == runs


def test_a_refusal_names_what_is_needed_and_what_is_there() -> None:
    reason = kernels.why_not(a_card(), "awq", CATALOG.accelerators["v100"], VLLM_ENGINE)
    assert reason == "vllm needs compute capability 7.5 for awq, NVIDIA V100 16GB SXM2 has 7.0"


def test_a_refusal_on_amd_names_the_target() -> None:
    reason = kernels.why_not(a_card(), "awq", CATALOG.accelerators["mi300x"], VLLM_ENGINE)
    assert reason == "vllm has no awq kernels for gfx942 (AMD Instinct MI300X)"


def test_gemma_needs_bfloat16_and_turing_has_none() -> None:
    gemma = CATALOG.models["google/gemma-2-9b-it"]
    assert "bfloat16" in (kernels.why_not(gemma, "16bit", CATALOG.accelerators["t4"], VLLM_ENGINE) or "")
    assert kernels.why_not(gemma, "16bit", CATALOG.accelerators["l4"], VLLM_ENGINE) is None


def test_a_part_whose_capability_is_not_known_is_refused() -> None:
    assert kernels.why_not(a_card(), "16bit", an_accelerator(target=None), VLLM_ENGINE) is not None


@pytest.mark.parametrize(("gpu", "dtype"), [("t4", "half"), ("v100", "half"), ("a10g", "auto"), ("mi300x", "auto")])
def test_arithmetic_is_half_where_bfloat16_does_not_exist(gpu: str, dtype: str) -> None:
    assert kernels.dtype(CATALOG.accelerators[gpu]) == dtype


@pytest.mark.parametrize(
    ("gpu", "card", "said"),
    [
        ("t4", "mistralai/Mistral-7B-Instruct-v0.3", "for an FP8 KV cache, NVIDIA T4 has 7.5"),
        ("mi210", "mistralai/Mistral-7B-Instruct-v0.3", "vllm keeps no FP8 KV cache on gfx90a"),
        ("l40s", "deepseek-ai/DeepSeek-R1", "needs compute capability 9.0 for MLA attention, NVIDIA L40S has 8.9"),
        ("l4", "mistralai/Mistral-7B-Instruct-v0.3", None),
        ("mi300x", "mistralai/Mistral-7B-Instruct-v0.3", None),
        ("h100", "deepseek-ai/DeepSeek-R1", None),
    ],
)
def test_keys_and_values_in_fp8_need_hardware_for_it(gpu: str, card: str, said: str | None) -> None:
    reason = kernels.why_not_kv(CATALOG.models[card], "fp8", CATALOG.accelerators[gpu], CATALOG.engines["vllm"])
    assert (reason is None) == (said is None)
    assert said is None or said in (reason or "")
    assert kernels.why_not_kv(CATALOG.models[card], "16bit", CATALOG.accelerators[gpu], CATALOG.engines["vllm"]) is None
