"""The tensors that safetensors headers name, and the parameters in them."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from headway.recipes.model_analysis.faults import ModelFault, shown

BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64,
    "F32": 32, "I32": 32, "U32": 32,
    "F16": 16, "BF16": 16, "I16": 16, "U16": 16,
    "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I8": 8, "U8": 8, "BOOL": 8,
    "F6_E2M3": 6, "F6_E3M2": 6,
    "F4": 4,
}  # fmt: skip
"""Bits of a value by the names of safetensors 0.6."""

NOT_PARAMETERS = re.compile(
    r"[._](scales?|scale_inv|weight_scale|weight_scale_inv|input_scale|output_scale|k_scale|v_scale|weight_scale_2"
    r"|qzeros|g_idx|weight_g_idx|weight_shape|weight_zero_point|input_global_scale|weight_global_scale"
    r"|absmax|nested_absmax|quant_map|nested_quant_map|SCB|weight_format)$"
    r"|\.quant_state\.[\w.]+$|rotary_emb\.inv_freq$"
)
"""Scales, zero points, group indices and buffers: stored, but no parameters."""
PACKED = re.compile(r"(\.qweight|\.weight_packed|_blocks)$")
"""Several low-bit weights in one stored value: AWQ and GPTQ, compressed-tensors, MXFP4."""
MOST_DIMENSIONS = 16
LAYER = re.compile(r"(?:^|\.)layers\.(\d{1,6})\.")


@dataclass(frozen=True)
class Tensor:
    """One stored tensor."""

    name: str
    values: int
    """Stored values, the product of the shape."""
    bits: int
    """Bits of a stored value."""

    @property
    def bytes(self) -> int:
        """Bytes it takes."""
        return self.values * self.bits // 8

    def beyond(self, layers: int) -> bool:
        """Whether it belongs to a layer after the decoder's `layers`, such as one that predicts further tokens."""
        layer = LAYER.search(self.name)
        return layer is not None and int(layer[1]) >= layers and "vision" not in self.name

    def parameters(self, packed_bits: int) -> int:
        """Weights in it, where a packed one has `packed_bits` each."""
        if NOT_PARAMETERS.search(self.name):
            return 0
        return self.values * self.bits // packed_bits if PACKED.search(self.name) else self.values


@dataclass(frozen=True)
class Stored:
    """What all headers of a checkpoint hold together."""

    parameters: int
    """Parameters of the model as it is served."""
    prediction_parameters: int
    """Parameters of layers beyond the decoder's (multi-token prediction); not counted above."""
    vision: bool
    """Whether a vision tower is among them."""
    checkpoint_bytes: int
    """Bytes of all tensors."""


def tensors_of(headers: Sequence[Mapping[str, Any]], places: Sequence[str], faults: list[ModelFault]) -> list[Tensor]:
    """All tensors of all shards; what is wrong with an entry, or is there twice, is noted in `faults`."""
    found: dict[str, Tensor] = {}
    for header, place in zip(headers, places, strict=True):
        for tensor in _of_one(header, place, faults):
            if tensor.name in found:
                problem = f"tensor {shown(tensor.name)} is in another shard too"
                faults.append(ModelFault(place, problem, "keep the shards of one checkpoint"))
            found[tensor.name] = tensor
    return list(found.values())


def stored(tensors: Sequence[Tensor], layers: int, tied: bool, packed_bits: int) -> Stored:
    """Sums of a decoder with `layers` layers; the LM head of a tied model is the embedding, stored once more."""
    parameters = extra = 0
    for tensor in tensors:
        much = tensor.parameters(packed_bits)
        if tensor.beyond(layers):
            extra += much
        elif not (tied and tensor.name == "lm_head.weight"):
            parameters += much
    return Stored(
        parameters=parameters,
        prediction_parameters=extra,
        vision=any("vision" in tensor.name for tensor in tensors),
        checkpoint_bytes=sum(tensor.bytes for tensor in tensors),
    )


def _of_one(header: Mapping[str, Any], place: str, faults: list[ModelFault]) -> Iterator[Tensor]:
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        problem = _problem(entry)
        if problem:
            faults.append(ModelFault(f"{place}: {shown(name)}", problem, "fetch the file again"))
        else:
            yield Tensor(name, math.prod(entry["shape"]), BITS[entry["dtype"]])


def _problem(entry: Any) -> str:
    """What is wrong with one entry of a header, empty when nothing is."""
    if not isinstance(entry, Mapping):
        return f"{shown(entry)} is not an object"
    dtype, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in BITS:
        return f"dtype {shown(dtype)} is not one of safetensors"
    if not _wholes(shape):
        return f"shape {shown(shape)} is not a list of whole numbers"
    if not _wholes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        return f"data_offsets {shown(offsets)} are not a begin and an end"
    needed = -(-math.prod(shape) * BITS[dtype] // 8)
    if offsets[1] - offsets[0] != needed:
        return f"data_offsets {shown(offsets)} hold {offsets[1] - offsets[0]} bytes, shape and dtype need {needed}"
    return ""


def _wholes(value: Any) -> TypeGuard[Sequence[int]]:
    """A tensor has few dimensions, and none is longer than a signed 64-bit integer says."""
    if not isinstance(value, Sequence) or len(value) > MOST_DIMENSIONS:
        return False
    return all(type(item) is int and 0 <= item < 2**63 for item in value)
