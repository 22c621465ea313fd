"""Multi-head latent attention with a mixture of experts: DeepSeek-V3 and R1."""

from headway.recipes.model_analysis.parts import embedding_and_head, experts_used, gated_matrices
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Shape, layers_of
from headway.recipes.model_analysis.weights import Matrix, Weights


def latent_model(settings: Settings) -> tuple[Shape, Weights]:
    """Shape and weights without the extra prediction layer, which the checkpoint holds but the decoder does not use."""
    layers, hidden = layers_of(settings), settings.whole("hidden_size")
    latent, rope = settings.whole("kv_lora_rank"), settings.whole("qk_rope_head_dim")
    shared = settings.whole("n_shared_experts", 0, least=0)
    experts = settings.whole("n_routed_experts")
    used = experts_used(settings, experts, "n_routed_experts")
    heads, intermediate = settings.whole("num_attention_heads"), settings.whole("intermediate_size")
    vocabulary = settings.whole("vocab_size")
    width = settings.whole("moe_intermediate_size")
    first, step = settings.whole("first_k_dense_replace", 0, least=0), settings.whole("moe_layer_freq", 1)
    sparse = sum(layer >= first and layer % step == 0 for layer in range(layers))
    attention, norms = _attention(settings, hidden, heads, latent, rope, layers)
    embedding, head = embedding_and_head(settings, hidden, vocabulary, tied=False)
    weights = Weights(
        dense=(
            *attention,
            *gated_matrices(hidden, intermediate, layers - sparse),
            *gated_matrices(hidden, width * shared, sparse),
        ),
        experts=gated_matrices(hidden, width, experts * sparse),
        embedding=embedding,
        head=head,
        # A router has a matrix and one correction bias an expert.
        small=layers * (2 * hidden + norms) + hidden + sparse * experts * (hidden + 1),
        idle=(experts - used) * 3 * hidden * width * sparse,
    )
    shape = Shape(
        layers=layers,
        hidden_size=hidden,
        intermediate_size=intermediate,
        attention_heads=heads,
        kv_heads=None,
        head_dim=None,
        vocabulary=vocabulary,
        context_tokens=settings.maybe("max_position_embeddings"),
        attention="MLA",
        kv_values_per_layer=latent + rope,
        experts=f"{experts} routed{f' + {shared} shared' if shared else ''}, {used} per token",
    )
    return shape, weights


def _attention(
    settings: Settings, hidden: int, heads: int, latent: int, rope: int, layers: int
) -> tuple[tuple[Matrix, ...], int]:
    """The projections of all layers, and the width of one layer's inner norms."""
    nope, value = settings.whole("qk_nope_head_dim"), settings.whole("v_head_dim")
    rank = settings.maybe("q_lora_rank")
    query_width = heads * (nope + rope)
    query = [Matrix(query_width, hidden, layers)]
    if rank is not None:
        query = [Matrix(rank, hidden, layers), Matrix(query_width, rank, layers)]
    keys_and_values = (Matrix(latent + rope, hidden, layers), Matrix(heads * (nope + value), latent, layers))
    return (*query, *keys_and_values, Matrix(hidden, heads * value, layers)), latent + (rank or 0)
