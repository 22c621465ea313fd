"""A model card: the facts of a model that decide what it needs."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.noun import Bytes, Noun, Tokens, Unit

Precision = Literal["16bit", "fp8", "int8", "awq", "gptq", "mxfp4"]
KvPrecision = Literal["16bit", "fp8"]
AttentionKind = Literal["MHA", "GQA", "MQA", "MLA", "hybrid"]


class ModelCard(Noun):
    """Shape and size of one published model. A figure that no source gives is `None`."""

    id: str
    """Name on the model hub (`meta-llama/Llama-3.1-8B-Instruct`)."""
    parameters: Annotated[int, Unit("parameters"), Field(gt=0)] | None = None
    """All parameters."""
    active_parameters: Annotated[int, Unit("parameters"), Field(gt=0)] | None = None
    """Parameters used for one token; fewer than all in a mixture of experts."""
    layers: Annotated[int, Field(ge=1)]
    """Decoder layers."""
    hidden_size: Annotated[int, Field(ge=1)]
    """Width of the residual stream."""
    intermediate_size: Annotated[int, Field(ge=1)] | None = None
    """Width of the dense feed-forward layer; `None` where the model has none or no source gives it."""
    attention_heads: Annotated[int, Field(ge=1)]
    """Query heads; tensor parallel size must divide it."""
    kv_heads: Annotated[int, Field(ge=1)] | None = None
    """Key/value heads; `None` for MLA, which caches one latent for all."""
    head_dim: Annotated[int, Field(ge=1)] | None = None
    """Values in one head."""
    vocabulary: Annotated[int, Field(ge=1)] | None = None
    """Entries in the vocabulary."""
    context_tokens: Tokens | None = None
    """Longest prompt plus output the model was made for; `None` where sources disagree."""
    native_dtype: str
    """Format of the published weights."""
    attention: AttentionKind
    """How attention shares keys and values."""
    sliding_window_tokens: Tokens | None = None
    """Window of the layers that do not see everything."""
    full_attention_layers: Annotated[int, Field(ge=1)] | None = None
    """Layers that see everything, where that is not all of them."""
    experts: str = ""
    """Experts of a mixture, empty for a dense model."""
    kv_bytes_per_token_16bit: Bytes
    """KV cache for one token over all layers, with 16-bit values."""
    weight_bytes: dict[Precision, Bytes]
    """Checkpoint size by precision; a precision that is not a key is not known for this model."""
    licence: str | None = None
    """Licence the weights are published under; `None` until somebody has read it."""
    licence_source: str | None = None
    """Where the licence was read."""
    notes: str = ""
    """What a reader of the figures must know."""
    source: str = Field(min_length=1)
    """Where the shape was read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the row."""
