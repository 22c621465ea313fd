"""Which architecture a config names, and what to say of one whose parameters cannot be counted."""

from collections.abc import Sequence

from headway.domain.fault import did_you_mean
from headway.recipes.model_analysis.families import ARCHITECTURES, MODEL_TYPES
from headway.recipes.model_analysis.faults import ModelFault, shown
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.tensors import Tensor

READABLE = {
    "num_hidden_layers": "layers",
    "hidden_size": "hidden size",
    "num_attention_heads": "attention heads",
    "num_key_value_heads": "KV heads",
    "head_dim": "head dim",
    "vocab_size": "vocabulary",
    "max_position_embeddings": "context",
}
"""Keys that mean the same in most configs."""


def architecture_name(settings: Settings) -> str:
    """The first of `architectures`, else the class of `model_type`, else nothing."""
    named = settings.texts("architectures")
    return named[0] if named else MODEL_TYPES.get(settings.text("model_type"), settings.text("model_type"))


def unknown_architecture(settings: Settings, name: str, tensors: Sequence[Tensor]) -> list[ModelFault]:
    """The fault: what is missing, what could be read, what to do."""
    place = f"{settings.place}: architectures"
    if not name:
        return [ModelFault(place, "is missing, and so is model_type", f"name one of {', '.join(ARCHITECTURES)}")]
    inner = settings.values.get("text_config")
    keys = Settings(inner, settings.place, []) if isinstance(inner, dict) else settings
    read = [f"{words} {shown(keys.values[key])}" for key, words in READABLE.items() if keys.has(key)]
    missing = [key for key in READABLE if not keys.has(key) and key != "head_dim"]
    if tensors:
        read.append(f"parameters {sum(tensor.parameters(16) for tensor in tensors)} from safetensors headers")
    kinds = keys.values.get("layer_types")
    if isinstance(kinds, list) and "linear_attention" in kinds:
        read.append("hybrid attention")
    keys_missing = f", and the keys {', '.join(missing)}" if missing else ""
    problem = (
        f"{shown(name)} is not an architecture counted here; missing is the shape of its layers"
        f"{keys_missing}; could read {', '.join(read) or 'nothing'}"
    )
    listed = f"counted are {', '.join(ARCHITECTURES)}; or write the row by hand"
    return [ModelFault(place, problem, did_you_mean(name, ARCHITECTURES, listed))]
