"""The head of a safetensors file: 8 bytes little-endian length, then so many bytes of JSON; weights are never read.

Format: huggingface/safetensors. `__metadata__` aside, each entry has `dtype`, `shape` and `data_offsets`.
"""

from collections.abc import Mapping
from typing import Any

from headway.recipes.model_analysis.documents import parse_object
from headway.recipes.model_analysis.faults import ModelFault, UnreadableModel

HEADER_LENGTH_BYTES = 8
LONGEST_HEADER_BYTES = 100_000_000
"""The format's own limit."""
AGAIN = "fetch the file again; it is not whole, or not safetensors"


def header_length(first: bytes, file_bytes: int, place: str) -> int:
    """Bytes of JSON after the first eight. Raises `UnreadableModel`."""
    if len(first) < HEADER_LENGTH_BYTES:
        raise _broken(place, f"has {len(first)} bytes, fewer than the {HEADER_LENGTH_BYTES} of the header's length")
    length = int.from_bytes(first[:HEADER_LENGTH_BYTES], "little")
    if not 2 <= length <= LONGEST_HEADER_BYTES:
        raise _broken(place, f"header length {length} is absurd, the format allows {LONGEST_HEADER_BYTES} bytes")
    if length > file_bytes - HEADER_LENGTH_BYTES:
        raise _broken(place, f"header length {length} is more than the {file_bytes} bytes of the file")
    return length


def parse_header(text: bytes, file_bytes: int, place: str) -> Mapping[str, Any]:
    """The header's entries; a file that ends before its last tensor is a fault. Raises `UnreadableModel`."""
    try:
        entries = parse_object(text, f"{place}: header")
    except UnreadableModel as error:
        raise UnreadableModel(ModelFault(fault.place, fault.problem, AGAIN) for fault in error.faults) from None
    promised = HEADER_LENGTH_BYTES + len(text) + max((_end(entry) for entry in entries.values()), default=0)
    if promised > file_bytes:
        raise _broken(place, f"the header promises {promised} bytes and the file has {file_bytes}")
    return entries


def _end(entry: Any) -> int:
    """Last byte of a tensor; 0 where the entry is not a tensor's, which `tensors_of` reports."""
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if isinstance(offsets, list) and len(offsets) == 2 and type(offsets[1]) is int:
        return offsets[1]
    return 0


def _broken(place: str, problem: str) -> UnreadableModel:
    return UnreadableModel([ModelFault(place, problem, AGAIN)])
