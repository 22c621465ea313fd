"""How many GPUs share each layer, and how many stages the layers are dealt to.

    GPUs of a machine = tensor parallel × stages in the machine          every GPU has a part
    pipeline parallel = stages in the machine × machines                 layers cross the network, tensors never do

Tensor parallelism is limited by what must divide: query heads, KV heads (or the other way round: heads are then copied),
and, for 4-bit weights in groups of 128, the rows that each GPU gets of the down projection. Both engines refuse the rest
at start.
"""

from headway.domain.model_card import ModelCard, Precision

QUANTIZATION_GROUP = 128
"""Rows that share a scale in AWQ and GPTQ checkpoints (FACTS.md, 6)."""
_GROUPED = frozenset({"awq", "gptq"})


def tensor_parallel(card: ModelCard, precision: Precision, gpu_count: int) -> int:
    """The largest number of a machine's GPUs that may share a layer; it divides `gpu_count`."""
    return max(size for size in range(1, gpu_count + 1) if gpu_count % size == 0 and divides(card, precision, size))


def divides(card: ModelCard, precision: Precision, size: int) -> bool:
    """Whether `size` GPUs can share a layer of the model. One always can."""
    if size == 1:
        return True
    if card.attention_heads % size:
        return False
    if card.kv_heads is not None and card.kv_heads % size and size % card.kv_heads:
        return False
    rows = card.intermediate_size
    if rows is None or card.experts:
        return True
    return rows % size == 0 and (precision not in _GROUPED or (rows // size) % QUANTIZATION_GROUP == 0)
