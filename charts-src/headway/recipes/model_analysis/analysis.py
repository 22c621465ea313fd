"""Config and headers in, model card out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headway.domain.model_card import ModelCard, Precision
from headway.recipes.model_analysis.families import ARCHITECTURES
from headway.recipes.model_analysis.faults import ModelFault, UnreadableModel
from headway.recipes.model_analysis.notes import notes_on
from headway.recipes.model_analysis.quantization import Quantization, quantization_of
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Shape
from headway.recipes.model_analysis.tensors import Stored, Tensor, stored, tensors_of
from headway.recipes.model_analysis.unknown import architecture_name, unknown_architecture
from headway.recipes.model_analysis.weights import Weights, bytes_by_precision


@dataclass(frozen=True)
class Analysis:
    """What a checkpoint's config and headers say."""

    architecture: str
    """Class name in the config."""
    shape: Shape
    parameters: int
    """All parameters; of a multimodal model with headers, the vision tower included."""
    parameters_exact: bool
    """Whether they were counted in safetensors headers; else they are computed from the shape."""
    active_parameters: int | None
    """Parameters used for one token, `None` for a dense model."""
    native_dtype: str
    """Format of the weights, as the catalog writes it."""
    quantization: Quantization
    weight_bytes: Mapping[Precision, int]
    """Checkpoint size by precision; that of the checkpoint itself from its headers when they are there."""
    checkpoint_bytes: int | None
    """Bytes of all tensors in the headers, layers the decoder does not use included."""
    notes: tuple[str, ...]
    """What a reader of the figures must know."""

    def card(self, model_id: str, source: str, as_of: str) -> ModelCard:
        """The model card under a name, with its source and date (`YYYY-MM-DD`)."""
        shape = self.shape
        return ModelCard(
            id=model_id,
            parameters=self.parameters,
            active_parameters=self.active_parameters,
            layers=shape.layers,
            hidden_size=shape.hidden_size,
            intermediate_size=shape.intermediate_size,
            attention_heads=shape.attention_heads,
            kv_heads=shape.kv_heads,
            head_dim=shape.head_dim,
            vocabulary=shape.vocabulary,
            context_tokens=shape.context_tokens,
            native_dtype=self.native_dtype,
            attention=shape.attention,
            sliding_window_tokens=shape.sliding_window_tokens,
            full_attention_layers=shape.full_attention_layers or None,
            experts=shape.experts,
            kv_bytes_per_token_16bit=shape.kv_bytes_per_token,
            weight_bytes=dict(self.weight_bytes),
            notes="; ".join(self.notes),
            source=source,
            as_of=as_of,
        )


def analyse(
    config: Mapping[str, Any], headers: Sequence[Mapping[str, Any]] | None = None, places: Sequence[str] = ()
) -> Analysis:
    """The analysis of a checkpoint; `places` name the headers in faults.

    Raises `UnreadableModel` with every fault there is.
    """
    faults: list[ModelFault] = []
    settings = Settings(config, "config.json", faults)
    settings.refuse_infinite()
    headers = list(headers or ())
    tensors = tensors_of(headers, places or [f"shard {n}" for n in range(1, len(headers) + 1)], faults)
    name = architecture_name(settings)
    known = ARCHITECTURES.get(name)
    decoder = settings.inner("text_config") if known and known.text_config else settings
    if known is None:
        faults += unknown_architecture(settings, name, tensors)
    elif decoder is None:
        settings.fault("text_config", "is missing", f"{name} keeps the decoder's keys there")
    if known is None or decoder is None:
        raise UnreadableModel(faults)
    decoder.defaults = known.defaults or {}
    shape, weights = known.build(decoder)
    quantization = quantization_of(settings)
    dtype = settings.text("torch_dtype") or settings.text("dtype") or decoder.text("torch_dtype")
    if faults:
        raise UnreadableModel(faults)
    return _analysis(name, shape, weights, quantization, dtype, tensors, decoder.defaulted)


def _analysis(
    name: str,
    shape: Shape,
    weights: Weights,
    quantization: Quantization,
    dtype: str,
    tensors: Sequence[Tensor],
    defaulted: Sequence[str],
) -> Analysis:
    held = stored(tensors, shape.layers, weights.head == 0, quantization.bits) if tensors else None
    exact = held is not None and held.parameters >= weights.parameters
    parameters = held.parameters if held and exact else weights.parameters
    sizes = bytes_by_precision(weights, parameters, quantization.fp8_block, quantization.method == "mxfp4")
    if held and exact and quantization.method and quantization.precision:
        sizes[quantization.precision] = _own_bytes(held, tensors, shape.layers)
    active = weights.active_parameters
    return Analysis(
        architecture=name,
        shape=shape,
        parameters=parameters,
        parameters_exact=exact,
        active_parameters=active if active is None else active + parameters - weights.parameters,
        native_dtype=_native(quantization, dtype),
        quantization=quantization,
        weight_bytes=sizes,
        checkpoint_bytes=held.checkpoint_bytes if held else None,
        notes=notes_on(name, shape, weights, quantization, held, defaulted),
    )


def _own_bytes(held: Stored, tensors: Sequence[Tensor], layers: int) -> int:
    """Bytes of a quantized checkpoint without layers that the decoder does not use."""
    if not held.prediction_parameters:
        return held.checkpoint_bytes
    return sum(tensor.bytes for tensor in tensors if not tensor.beyond(layers))


def _native(quantization: Quantization, dtype: str) -> str:
    if not quantization.method:
        return dtype or "not stated"
    return f"{quantization.described} + {dtype}" if quantization.method == "mxfp4" and dtype else quantization.described
