"""Dense decoders: Llama and what grew from it."""

from dataclasses import dataclass, replace

from headway.recipes.model_analysis.parts import (
    Bias,
    attention_biases,
    attention_matrices,
    embedding_and_head,
    gated_matrices,
)
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Shape, Windows, heads_of, layers_of, windows_of
from headway.recipes.model_analysis.weights import Matrix, Weights


@dataclass(frozen=True)
class Family:
    """How one dense architecture differs from the others."""

    norms: int = 2
    """Norms of one layer as wide as the residual stream."""
    query_key_norms: bool = False
    """Whether queries and keys have a norm each, as wide as a head."""
    bias: Bias = "none"
    mlp_bias: bool = False
    """Whether the key `mlp_bias` adds biases to the feed-forward layer."""
    windows: Windows = "none"
    tied: bool = False
    """What the class assumes when `tie_word_embeddings` is missing."""


def decoder_shape(
    settings: Settings, windows: Windows, query_key_norms: bool, bias: Bias, norms: int = 2
) -> tuple[Shape, tuple[Matrix, ...], int]:
    """Shape without feed-forward layers, the attention matrices, and norms and biases outside feed-forward layers."""
    layers, hidden = layers_of(settings), settings.whole("hidden_size")
    heads = heads_of(settings, hidden)
    needs_context = "max_position_embeddings" in settings.defaults
    context = settings.whole("max_position_embeddings") if needs_context else settings.maybe("max_position_embeddings")
    window, full = windows_of(settings, windows, layers, context)
    shape = Shape(
        layers=layers,
        hidden_size=hidden,
        intermediate_size=None,
        attention_heads=heads.query,
        kv_heads=heads.kv,
        head_dim=heads.dim,
        vocabulary=settings.whole("vocab_size"),
        context_tokens=context,
        attention=heads.kind,
        kv_values_per_layer=2 * heads.kv * heads.dim,
        sliding_window_tokens=window,
        full_attention_layers=full,
    )
    a_layer = norms * hidden + attention_biases(settings, bias, heads, hidden) + 2 * heads.dim * query_key_norms
    return shape, attention_matrices(heads, hidden, layers), layers * a_layer + hidden


def dense_model(settings: Settings, family: Family) -> tuple[Shape, Weights]:
    """Shape and weights of a dense decoder."""
    shape, attention, small = decoder_shape(settings, family.windows, family.query_key_norms, family.bias, family.norms)
    layers, hidden = shape.layers, shape.hidden_size
    intermediate = settings.whole("intermediate_size")
    if family.mlp_bias and settings.flag("mlp_bias", False):
        small += layers * (2 * intermediate + hidden)
    embedding, head = embedding_and_head(settings, hidden, shape.vocabulary, family.tied)
    weights = Weights(
        dense=(*attention, *gated_matrices(hidden, intermediate, layers)),
        experts=(),
        embedding=embedding,
        head=head,
        small=small,
    )
    return replace(shape, intermediate_size=intermediate), weights
