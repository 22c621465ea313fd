"""Parts that several architectures share."""

from typing import Literal

from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Heads
from headway.recipes.model_analysis.weights import Matrix

Bias = Literal["none", "qkv", "asked", "all"]
"""Biases of attention: none; query, key and value; all four if `attention_bias`; all four unless it says no."""


def attention_matrices(heads: Heads, hidden: int, layers: int) -> tuple[Matrix, ...]:
    """Query, key, value and output projections of all layers; a fused one has the same weights."""
    query, kv = heads.query * heads.dim, heads.kv * heads.dim
    return Matrix(query, hidden, layers), Matrix(kv, hidden, 2 * layers), Matrix(hidden, query, layers)


def attention_biases(settings: Settings, bias: Bias, heads: Heads, hidden: int) -> int:
    """Bias values of one layer's attention."""
    qkv = (heads.query + 2 * heads.kv) * heads.dim
    if bias == "qkv":
        return qkv
    return qkv + hidden if bias != "none" and settings.flag("attention_bias", bias == "all") else 0


def gated_matrices(hidden: int, intermediate: int, count: int) -> tuple[Matrix, ...]:
    """Gate, up and down projections of `count` feed-forward layers."""
    return Matrix(intermediate, hidden, 2 * count), Matrix(hidden, intermediate, count)


def embedding_and_head(settings: Settings, hidden: int, vocabulary: int, tied: bool) -> tuple[int, int]:
    """Parameters of the input embedding and of the LM head, which is 0 when they are one."""
    size = hidden * vocabulary
    return size, 0 if settings.flag("tie_word_embeddings", tied) else size


def experts_used(settings: Settings, experts: int, of: str, key: str = "num_experts_per_tok") -> int:
    """Routed experts for one token, out of `experts`, which the key `of` says."""
    used = settings.whole(key)
    if used > experts and settings.sound(key, of):
        settings.fault(key, f"{used} is more than {of} {experts}", f"write {experts} or less")
    return min(used, experts)
