"""Configs and safetensors heads with lawful defaults."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MODELS = Path(__file__).parents[3] / "fixtures" / "models"
BITS = {"BF16": 16, "F16": 16, "F32": 32, "I32": 32, "U8": 8, "F8_E4M3": 8, "F8_E8M0": 8}
SMALL: Mapping[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 64,
    "max_position_embeddings": 128,
    "torch_dtype": "bfloat16",
}
SMALL_PARAMETERS = 2 * 64 * 16 + 2 * (16 * 16 * 2 + 8 * 16 * 2 + 3 * 16 * 32 + 2 * 16) + 16


def published(model_id: str) -> dict[str, Any]:
    """The config of a model of the catalog."""
    found: dict[str, Any] = json.loads((MODELS / f"{model_id.replace('/', '--')}.json").read_text())
    return found


def a_config(**changes: Any) -> dict[str, Any]:
    """A Llama of a few thousand parameters; a change to `...` takes the key away."""
    return {key: value for key, value in {**SMALL, **changes}.items() if value is not ...}


def a_header(tensors: Mapping[str, tuple[str, tuple[int, ...]]], begin: int = 0) -> dict[str, Any]:
    """Header entries for tensors of a dtype and a shape, one after another."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    for name, (dtype, shape) in tensors.items():
        size = BITS[dtype] // 8
        for length in shape:
            size *= length
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, begin + size]}
        begin += size
    return header


def small_tensors(dtype: str = "BF16") -> dict[str, tuple[str, tuple[int, ...]]]:
    """The tensors of `a_config()`."""
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {
        "model.embed_tokens.weight": (dtype, (64, 16)),
        "model.norm.weight": (dtype, (16,)),
        "lm_head.weight": (dtype, (64, 16)),
    }
    for layer in range(2):
        shapes = {
            "self_attn.q_proj": (16, 16), "self_attn.k_proj": (8, 16), "self_attn.v_proj": (8, 16),
            "self_attn.o_proj": (16, 16), "mlp.gate_proj": (32, 16), "mlp.up_proj": (32, 16),
            "mlp.down_proj": (16, 32), "input_layernorm": (16,), "post_attention_layernorm": (16,),
        }  # fmt: skip
        tensors |= {f"model.layers.{layer}.{name}.weight": (dtype, shape) for name, shape in shapes.items()}
    return tensors


def a_safetensors_file(header: Mapping[str, Any]) -> bytes:
    """The bytes of a file with that header and zeros for weights."""
    text = json.dumps(header).encode()
    weights = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    return len(text).to_bytes(8, "little") + text + bytes(weights)
