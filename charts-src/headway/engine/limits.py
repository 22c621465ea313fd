"""What bounds an engine: sequences, tokens of a step, and KV blocks."""

from dataclasses import dataclass

BLOCK_TOKENS = 16
"""vLLM's default `--block-size` on CUDA."""
NULL_BLOCKS = 1
"""vLLM keeps one block out of use as a placeholder, so that `num_gpu_blocks - 1` can be had."""


class ImpossibleLimits(ValueError):
    """Limits that an engine would refuse to start with, or that would let a request wait for ever."""


@dataclass(frozen=True)
class Limits:
    """Limits of one engine, named as its arguments are. Raises `ImpossibleLimits`."""

    max_num_seqs: int
    """Sequences that run together."""
    max_num_batched_tokens: int
    """Tokens of one step: one for each decoding sequence, the rest for prompts."""
    max_model_len: int
    """Prompt plus output of one request, in tokens."""
    kv_blocks: int
    """Blocks of the KV cache, the placeholder included."""
    block_size: int = BLOCK_TOKENS
    """Tokens a block holds."""
    prefix_caching: bool = True
    """Whether blocks of a prompt are found again by later requests (vLLM's default)."""

    def __post_init__(self) -> None:
        if min(self.max_num_seqs, self.max_num_batched_tokens, self.max_model_len, self.block_size) < 1:
            raise ImpossibleLimits("every limit of an engine is at least 1")
        if self.max_num_batched_tokens < self.max_num_seqs:
            raise ImpossibleLimits(
                f"max_num_batched_tokens ({self.max_num_batched_tokens}) is below max_num_seqs ({self.max_num_seqs})"
            )
        if self.usable_blocks < self.blocks_of(self.max_model_len):
            held = max(0, self.usable_blocks) * self.block_size
            raise ImpossibleLimits(
                f"max_model_len ({self.max_model_len}) is larger than the KV cache, which holds {held} tokens"
            )

    @property
    def usable_blocks(self) -> int:
        """Blocks that sequences can have."""
        return self.kv_blocks - NULL_BLOCKS

    def blocks_of(self, tokens: int) -> int:
        """Blocks that so many tokens take."""
        return -(-tokens // self.block_size)
