"""What a reader of an analysis must know beyond its figures."""

from collections.abc import Iterator, Sequence

from headway.recipes.model_analysis.quantization import Quantization
from headway.recipes.model_analysis.shape import Shape
from headway.recipes.model_analysis.tensors import Stored
from headway.recipes.model_analysis.weights import Weights


def notes_on(
    name: str,
    shape: Shape,
    weights: Weights,
    quantization: Quantization,
    held: Stored | None,
    defaulted: Sequence[str],
) -> tuple[str, ...]:
    """Sentences without full stops, as the catalog's `notes` has them."""
    return (
        *_on_shape(shape, weights, defaulted),
        *_on_quantization(quantization),
        *_on_headers(name, weights, quantization, held),
    )


def _on_shape(shape: Shape, weights: Weights, defaulted: Sequence[str]) -> Iterator[str]:
    if defaulted:
        yield f"not in config.json, taken from the class: {', '.join(defaulted)}"
    if shape.full_attention_layers == 0:
        yield "every layer slides; planned as if none did"
    if shape.attention == "MLA":
        yield "MLA KV is replicated on every TP rank"
    if weights.embedding_idle:
        yield "active count leaves out the input embedding"


def _on_quantization(quantization: Quantization) -> Iterator[str]:
    if quantization.method == "mxfp4":
        yield "ships MXFP4 only"
    elif quantization.precision not in ("16bit", None):
        yield f"ships {quantization.described}; other precisions are derived from the shape"
    elif quantization.precision is None:
        yield f"ships {quantization.described}, for which the catalog has no column"


def _on_headers(name: str, weights: Weights, quantization: Quantization, held: Stored | None) -> Iterator[str]:
    multimodal = name.endswith("ForConditionalGeneration")
    if held is None:
        if multimodal:
            yield "text decoder only; checkpoint also holds a vision tower"
        return
    if held.prediction_parameters:
        yield f"the count leaves out {held.prediction_parameters} parameters of prediction layers in the checkpoint"
    more = held.parameters - weights.parameters
    if more < 0:
        yield f"headers hold {-more} parameters fewer than the shape; a shard may be missing, the shape was used"
    elif more and held.vision:
        yield f"the count includes {more} parameters of the vision tower, kept at 16 bit"
    elif more:
        yield f"headers hold {more} parameters more than the shape; they were kept at 16 bit"
    if quantization.bits != 16 and quantization.precision is None and not more:
        yield "sizes by precision are derived from the shape"
