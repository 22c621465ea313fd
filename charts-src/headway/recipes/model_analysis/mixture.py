"""Mixtures of experts with attention by head: Mixtral, Qwen3-MoE, Llama 4, gpt-oss."""

from dataclasses import replace

from headway.recipes.model_analysis.dense import decoder_shape
from headway.recipes.model_analysis.parts import embedding_and_head, experts_used, gated_matrices
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Shape
from headway.recipes.model_analysis.weights import Weights


def mixtral_model(settings: Settings) -> tuple[Shape, Weights]:
    """Mixtral: every layer is a mixture."""
    shape, attention, small = decoder_shape(settings, "all", False, "none")
    layers, hidden = shape.layers, shape.hidden_size
    experts = settings.whole("num_local_experts")
    used = experts_used(settings, experts, "num_local_experts")
    width = settings.whole("intermediate_size")
    embedding, head = embedding_and_head(settings, hidden, shape.vocabulary, tied=False)
    weights = Weights(
        dense=attention,
        experts=gated_matrices(hidden, width, experts * layers),
        embedding=embedding,
        head=head,
        small=small + layers * experts * hidden,
        idle=(experts - used) * 3 * hidden * width * layers,
    )
    return replace(shape, experts=f"{experts}, {used} per token"), weights


def qwen3_moe_model(settings: Settings) -> tuple[Shape, Weights]:
    """Qwen3-MoE: every `decoder_sparse_step`-th layer is a mixture, `mlp_only_layers` excepted."""
    shape, attention, small = decoder_shape(settings, "upper", True, "asked")
    layers, hidden = shape.layers, shape.hidden_size
    experts = settings.whole("num_experts")
    used = experts_used(settings, experts, "num_experts")
    width = settings.whole("moe_intermediate_size")
    step, only_dense = settings.whole("decoder_sparse_step", 1), set(settings.wholes("mlp_only_layers"))
    sparse = sum(layer not in only_dense and (layer + 1) % step == 0 for layer in range(layers))
    dense_width = settings.whole("intermediate_size") if sparse < layers else None
    embedding, head = embedding_and_head(settings, hidden, shape.vocabulary, tied=False)
    weights = Weights(
        dense=(*attention, *gated_matrices(hidden, dense_width or 0, layers - sparse)),
        experts=gated_matrices(hidden, width, experts * sparse),
        embedding=embedding,
        head=head,
        small=small + sparse * experts * hidden,
        idle=(experts - used) * 3 * hidden * width * sparse,
    )
    return replace(shape, intermediate_size=dense_width, experts=f"{experts}, {used} per token"), weights


def llama4_model(settings: Settings) -> tuple[Shape, Weights]:
    """Llama 4: every `interleave_moe_layer_step`-th layer is a mixture with one shared expert, the others are dense.

    Chunked attention is planned as full attention: whether an engine frees what lies before the chunk is its choice.
    """
    shape, attention, small = decoder_shape(settings, "none", False, "asked")
    layers, hidden = shape.layers, shape.hidden_size
    experts = settings.whole("num_local_experts")
    used = experts_used(settings, experts, "num_local_experts")
    width = settings.whole("intermediate_size")
    sparse = layers // settings.whole("interleave_moe_layer_step", 1)
    dense_width = settings.whole("intermediate_size_mlp") if sparse < layers else None
    embedding, head = embedding_and_head(settings, hidden, shape.vocabulary, tied=False)
    weights = Weights(
        dense=(
            *attention,
            *gated_matrices(hidden, dense_width or 0, layers - sparse),
            *gated_matrices(hidden, width, sparse),
        ),
        experts=gated_matrices(hidden, width, experts * sparse),
        embedding=embedding,
        head=head,
        small=small + sparse * experts * hidden,
        idle=(experts - used) * 3 * hidden * width * sparse,
    )
    return replace(
        shape, intermediate_size=dense_width, experts=f"{experts} routed + 1 shared, {used} per token"
    ), weights


def gpt_oss_model(settings: Settings) -> tuple[Shape, Weights]:
    """gpt-oss: biases everywhere, one attention sink a head, every second layer slides.

    Its published configs say the experts for one token under two names.
    """
    shape, attention, small = decoder_shape(settings, "second", False, "all")
    layers, hidden = shape.layers, shape.hidden_size
    experts = settings.whole("num_local_experts")
    key = "num_experts_per_tok" if settings.has("num_experts_per_tok") else "experts_per_token"
    used = experts_used(settings, experts, "num_local_experts", key)
    width = settings.whole("intermediate_size")
    biases, router = 2 * width + hidden, experts * (hidden + 1)
    embedding, head = embedding_and_head(settings, hidden, shape.vocabulary, tied=False)
    weights = Weights(
        dense=attention,
        experts=gated_matrices(hidden, width, experts * layers),
        embedding=embedding,
        head=head,
        small=small + layers * (shape.attention_heads + router + experts * biases),
        idle=(experts - used) * (3 * hidden * width + biases) * layers,
        embedding_idle=True,
    )
    return replace(shape, experts=f"{experts}, {used} per token"), weights
