"""What lies in the memory of one GPU, and how many sequences are left room for.

    budget = usable × utilization = weights + overhead + KV cache

Planning constants are KAITO's for vLLM (kaito-project/kaito 056b8280, 2026-08-21): weights × 1.02, 2.3 GiB per GPU
(0.6 context and NCCL, 1.7 activations and CUDA graphs) and 5 % of the GPU's share of the weights.
"""

from dataclasses import dataclass

from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.domain.noun import GIB

UTILIZATION = 0.92
"""Share of usable memory given to the engine; vLLM's own default since 0.25, stated so that no release moves it."""
WEIGHT_SLACK = 1.02
FIXED_OVERHEAD_GIB = 2.3
SHARE_OVERHEAD = 0.05
KV_SHARE: dict[KvPrecision, float] = {"16bit": 1.0, "fp8": 0.5}
"""Size of cached keys and values against 16 bits; the scales of FP8 are one a layer and do not count."""


@dataclass(frozen=True)
class MemoryPlan:
    """Memory of one GPU in GiB, and what the KV caches of one replica hold in tokens."""

    usable_gib: float
    weights_gib: float
    overhead_gib: float
    kv_cache_gib: float
    """What is left for the KV cache; negative when weights and overhead alone are too large."""
    kv_tokens: int
    """Tokens that the replica's KV cache holds."""
    full_length_sequences: int
    """Sequences of the whole context length that fit at once; more are preempted."""
    typical_sequences: int
    """Sequences of the workload's typical length that fit at once."""

    @property
    def budget_gib(self) -> float:
        """What the engine may use of one GPU."""
        return self.usable_gib * UTILIZATION


def plan_memory(
    card: ModelCard,
    precision: Precision,
    usable_gib: float,
    tensor_parallel: int,
    pipeline_parallel: int,
    context_tokens: int,
    typical_tokens: int,
    kv_precision: KvPrecision = "16bit",
) -> MemoryPlan:
    """The plan for one replica over `tensor_parallel × pipeline_parallel` equal GPUs.

    Raises `KeyError` for a precision whose size the card does not know.
    """
    share = card.weight_bytes[precision] / GIB / (tensor_parallel * pipeline_parallel)
    weights = share * WEIGHT_SLACK
    overhead = FIXED_OVERHEAD_GIB + share * SHARE_OVERHEAD
    left = usable_gib * UTILIZATION - weights - overhead
    divisor = kv_shards(card, tensor_parallel) * pipeline_parallel
    room = max(0.0, left) * GIB * divisor / KV_SHARE[kv_precision]
    return MemoryPlan(
        usable_gib=usable_gib,
        weights_gib=weights,
        overhead_gib=overhead,
        kv_cache_gib=left,
        kv_tokens=int(room / card.kv_bytes_per_token_16bit),
        full_length_sequences=int(room / kv_bytes(card, context_tokens)),
        typical_sequences=int(room / kv_bytes(card, typical_tokens)),
    )


def kv_shards(card: ModelCard, tensor_parallel: int) -> int:
    """Parts the KV cache splits into: tensor parallelism divides it up to the KV heads; MLA's latent is copied whole."""
    return 1 if card.attention == "MLA" or card.kv_heads is None else min(tensor_parallel, card.kv_heads)


def kv_bytes(card: ModelCard, tokens: int) -> float:
    """Bytes that one sequence of `tokens` holds, with 16-bit values; windowed layers keep at most their window."""
    if card.full_attention_layers is None or card.sliding_window_tokens is None:
        return card.kv_bytes_per_token_16bit * tokens
    per_layer = card.kv_bytes_per_token_16bit / card.layers
    windowed = card.layers - card.full_attention_layers
    return per_layer * (card.full_attention_layers * tokens + windowed * min(tokens, card.sliding_window_tokens))
