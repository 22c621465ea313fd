"""Whether an engine has kernels for a weight format on an accelerator; the floors are those of its contract."""

from headway.domain.accelerator import Accelerator
from headway.domain.engine import EngineContract
from headway.domain.model_card import KvPrecision, ModelCard, Precision

FP8_LATENT = (9, 0)
"""Below it MLA falls back to Triton (FACTS.md, 7), which reads no FP8 latents."""


def why_not(card: ModelCard, precision: Precision, accelerator: Accelerator, engine: EngineContract) -> str | None:
    """The reason an engine cannot run this, or `None` when it can."""
    if accelerator.vendor == "amd":
        if accelerator.target is None:
            return (
                f"{engine.name} runs on no {accelerator.name}; of AMD's it needs an Instinct, which EC2 does not have"
            )
        if accelerator.target not in engine.kernels.rocm.get(precision, ()):
            return f"{engine.name} has no {precision} kernels for {accelerator.target} ({accelerator.name})"
        return None
    needs = engine.kernels.cuda.get(precision)
    if needs is None:
        return f"{engine.name} has no {precision} kernels for CUDA"
    capability = accelerator.compute_capability or (0, 0)
    if capability < as_capability(needs):
        has = f"{capability[0]}.{capability[1]}"
        return f"{engine.name} needs compute capability {needs} for {precision}, {accelerator.name} has {has}"
    if not accelerator.bf16 and card.id.startswith(engine.kernels.refuses_float16):
        return f"{accelerator.name} has no bfloat16 and {engine.name} refuses float16 for {card.id}"
    return None


def why_no_fp8_kv_cache(accelerator: Accelerator, engine: EngineContract) -> str | None:
    """The reason an engine cannot keep its KV cache in FP8 on an accelerator, or `None` when it can."""
    kernels = engine.kernels
    if accelerator.vendor == "amd":
        has_it = accelerator.target in kernels.fp8_kv_cache_rocm
        return None if has_it else f"{engine.name} keeps no FP8 KV cache on {accelerator.target} ({accelerator.name})"
    if kernels.fp8_kv_cache is None:
        return f"{engine.name} keeps no FP8 KV cache"
    capability = accelerator.compute_capability or (0, 0)
    if capability < as_capability(kernels.fp8_kv_cache):
        has = f"{capability[0]}.{capability[1]}"
        needs = kernels.fp8_kv_cache
        return f"{engine.name} needs compute capability {needs} for an FP8 KV cache, {accelerator.name} has {has}"
    return None


def why_not_kv(
    card: ModelCard, kv_precision: KvPrecision, accelerator: Accelerator, engine: EngineContract
) -> str | None:
    """The reason an engine cannot cache a model's keys and values in this format, or `None` when it can."""
    if kv_precision == "16bit":
        return None
    if reason := why_no_fp8_kv_cache(accelerator, engine):
        return reason
    capability = accelerator.compute_capability
    if card.attention == "MLA" and capability is not None and capability < FP8_LATENT:
        needs, has = (f"{major}.{minor}" for major, minor in (FP8_LATENT, capability))
        return f"an FP8 KV cache needs compute capability {needs} for MLA attention, {accelerator.name} has {has}"
    return None


def as_capability(text: str) -> tuple[int, int]:
    """A compute capability as a pair that compares rightly: `12.0` is above `8.9`."""
    major, minor = text.split(".")
    return int(major), int(minor)


def dtype(accelerator: Accelerator) -> str:
    """The engine's `--dtype`: `half` where bfloat16 does not exist, else what the checkpoint says."""
    return "auto" if accelerator.bf16 else "half"
