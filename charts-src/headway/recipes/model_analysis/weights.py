"""The weights of a model, sorted by what quantization does with them."""

from dataclasses import dataclass

from headway.domain.model_card import Precision

FP8_SCALE_BYTES = 4
"""One float32 scale for a block of weights (DeepSeek-V3's `weight_scale_inv`)."""


@dataclass(frozen=True)
class Matrix:
    """A linear weight of the decoder, `count` times."""

    rows: int
    columns: int
    count: int = 1

    @property
    def parameters(self) -> int:
        """Weights in all `count` of them."""
        return self.rows * self.columns * self.count

    def blocks(self, height: int, width: int) -> int:
        """Scale blocks in all `count` of them; a block at the edge counts whole."""
        return -(-self.rows // height) * -(-self.columns // width) * self.count


@dataclass(frozen=True)
class Weights:
    """All weights of one model."""

    dense: tuple[Matrix, ...]
    """Linear weights of attention, dense feed-forward layers and shared experts."""
    experts: tuple[Matrix, ...]
    """Linear weights of the routed experts."""
    embedding: int
    """Parameters of the input embedding."""
    head: int
    """Parameters of the LM head; 0 when it is the embedding (`tie_word_embeddings`)."""
    small: int
    """Norms, biases, routers, attention sinks: never quantized."""
    idle: int = 0
    """Expert parameters that one token does not use."""
    embedding_idle: bool = False
    """Whether the published active count leaves out the input embedding (gpt-oss)."""

    @property
    def linear(self) -> int:
        """Decoder linear weights, the ones quantization shrinks."""
        return sum(matrix.parameters for matrix in (*self.dense, *self.experts))

    @property
    def parameters(self) -> int:
        """All parameters."""
        return self.linear + self.embedding + self.head + self.small

    @property
    def active_parameters(self) -> int | None:
        """Parameters used for one token, `None` for a dense model, which uses all."""
        if not self.experts:
            return None
        return self.parameters - self.idle - (self.embedding if self.embedding_idle else 0)


def bytes_by_precision(
    weights: Weights, parameters: int, fp8_block: tuple[int, int] | None, mxfp4: bool
) -> dict[Precision, int]:
    """Checkpoint bytes by precision, by the rules of the hardware facts, section 6.

    16-bit: 2 bytes a parameter. FP8 and INT8: 1 byte a decoder linear weight, the rest 16-bit, plus the scales of
    `fp8_block` where the checkpoint has them. AWQ and GPTQ (int4, group 128): 4 + 16/128 + 4/128 = 4.15625 bits a
    decoder linear weight, the rest 16-bit. A model published in MXFP4 has that size only: 4.25 bits an expert
    weight, the rest 16-bit. What `parameters` holds beyond `weights` (a vision tower) stays 16-bit.
    """
    if mxfp4:
        experts = sum(matrix.parameters for matrix in weights.experts)
        return {"mxfp4": _rounded_up(experts * 17, 32) + 2 * (parameters - experts)}
    rest = 2 * (parameters - weights.linear)
    eight = weights.linear + rest
    if fp8_block:
        blocks = sum(matrix.blocks(*fp8_block) for matrix in (*weights.dense, *weights.experts))
        eight += blocks * FP8_SCALE_BYTES
    four = _rounded_up(weights.linear * 133, 256) + rest
    return {"16bit": 2 * parameters, "fp8": eight, "int8": eight, "awq": four, "gptq": four}


def _rounded_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
