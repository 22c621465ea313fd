"""Whether an engine has kernels for a weight format on an accelerator.

Sources: vLLM 0.33.0 `get_min_capability` of each method and its quantization page; SGLang's public notes disagree
between 7.5 and 8.0, so 8.0 is taken; ROCm columns of vLLM's quantization table.
"""

from headway.domain.accelerator import Accelerator
from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.domain.runtime_image import Engine

_CUDA_FLOOR: dict[Engine, tuple[int, int]] = {"vllm": (7, 5), "sglang": (8, 0)}
_PRECISION_FLOOR: dict[Precision, tuple[int, int]] = {"mxfp4": (8, 0)}
_ROCM_PRECISIONS: dict[Precision, tuple[str, ...]] = {
    "16bit": ("gfx90a", "gfx942", "gfx950"),
    "fp8": ("gfx942", "gfx950"),
    "mxfp4": ("gfx942", "gfx950"),
}
_FP8_KV_FLOOR = (8, 9)
"""FP8 conversion in hardware; FlashInfer reads FP8 caches on older parts too, Triton does not, and which one an engine
takes depends on the model (FACTS.md, 7)."""
_FP8_LATENT_FLOOR = (9, 0)
"""Below it MLA runs on Triton."""
_REFUSE_FLOAT16 = ("google/gemma-2", "google/gemma-3")
"""vLLM refuses float16 for these families; without bfloat16 only float32 is left."""


def why_not(card: ModelCard, precision: Precision, accelerator: Accelerator, engine: Engine) -> str | None:
    """The reason an engine cannot run this, or `None` when it can."""
    if accelerator.vendor == "amd":
        if accelerator.target is None:
            return f"{engine} runs on no {accelerator.name}; of AMD's it needs an Instinct, which EC2 does not have"
        if accelerator.target not in _ROCM_PRECISIONS.get(precision, ()):
            return f"{engine} has no {precision} kernels for {accelerator.target} ({accelerator.name})"
        return None
    capability = accelerator.compute_capability or (0, 0)
    floor = max(_CUDA_FLOOR[engine], _PRECISION_FLOOR.get(precision, (0, 0)))
    if capability < floor:
        has, needs = f"{capability[0]}.{capability[1]}", f"{floor[0]}.{floor[1]}"
        return f"{engine} needs compute capability {needs} for {precision}, {accelerator.name} has {has}"
    if not accelerator.bf16 and card.id.startswith(_REFUSE_FLOAT16):
        return f"{accelerator.name} has no bfloat16 and vLLM refuses float16 for {card.id}"
    return None


def why_not_kv(card: ModelCard, kv_precision: KvPrecision, accelerator: Accelerator, engine: Engine) -> str | None:
    """The reason an engine cannot cache keys and values in this format, or `None` when it can."""
    if kv_precision == "16bit":
        return None
    if accelerator.vendor == "amd":
        known = accelerator.target in _ROCM_PRECISIONS["fp8"]
        return None if known else f"{engine} has no fp8 KV cache for {accelerator.target} ({accelerator.name})"
    floor = _FP8_LATENT_FLOOR if card.attention == "MLA" else _FP8_KV_FLOOR
    capability = accelerator.compute_capability or (0, 0)
    if capability >= floor:
        return None
    needs, has = (f"{major}.{minor}" for major, minor in (floor, capability))
    return (
        f"an fp8 KV cache needs compute capability {needs} for {card.attention} attention, {accelerator.name} has {has}"
    )


def dtype(accelerator: Accelerator) -> str:
    """The engine's `--dtype`: `half` where bfloat16 does not exist, else what the checkpoint says."""
    return "auto" if accelerator.bf16 else "half"
