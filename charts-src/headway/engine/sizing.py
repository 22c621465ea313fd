"""An engine for a model on GPUs: limits from the recipe engine's memory plan, times from its step-time model."""

from dataclasses import dataclass

from headway.domain.accelerator import Accelerator
from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.engine.batching import Engine
from headway.engine.limits import BLOCK_TOKENS, Limits
from headway.engine.step import StepSeconds
from headway.recipes.latency import batched_tokens
from headway.recipes.memory_plan import UTILIZATION, kv_bytes, plan_memory
from headway.recipes.speeds import CENTRAL
from headway.recipes.step_time import Layout, StepTime, step_time

REQUEST_SECONDS = CENTRAL.request_seconds
"""HTTP, tokenizer and scheduler before a request's first step: who drives an engine adds a request so much later."""


class NoRoom(ValueError):
    """Weights and overhead leave too little memory for the KV cache of one request of full length."""


@dataclass(frozen=True)
class Served:
    """What is served, and on what."""

    card: ModelCard
    precision: Precision
    accelerator: Accelerator
    max_model_len: int
    max_num_seqs: int
    kv_precision: KvPrecision = "16bit"
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    memory_utilization: float = UTILIZATION
    """Share of the usable memory that the engine may use."""
    max_num_batched_tokens: int | None = None
    """Tokens of one step; `None` for vLLM's default on this accelerator."""
    kv_blocks: int | None = None
    """Blocks of the KV cache (`--num-gpu-blocks-override`); `None` for what the memory plan leaves."""
    block_size: int = BLOCK_TOKENS
    prefix_caching: bool = True


@dataclass(frozen=True)
class PipelinedStep:
    """Step time of a pipeline: while one step passes all stages, each stage's batch carries its share of the prompts."""

    step: StepTime

    def __call__(
        self, decoding: float, context_tokens: float, prompt_tokens: float = 0.0, prompt_context: float = 0.0, /
    ) -> float:
        return self.step(decoding, context_tokens, prompt_tokens / self.step.stages, prompt_context)


def engine_for(served: Served) -> Engine:
    """An engine as it would run there.

    Raises `NoRoom`, `ImpossibleLimits`, `KeyError` for a precision whose size the card does not know, and
    `headway.recipes.step_time.UnknownSpeed` where the catalog or the card lacks a figure.
    """
    return Engine(limits_for(served), step_seconds_for(served))


def step_seconds_for(served: Served) -> StepSeconds:
    """How long its steps take."""
    layout = Layout(served.tensor_parallel, served.pipeline_parallel)
    step = step_time(served.card, served.precision, served.accelerator, layout, kv_precision=served.kv_precision)
    return step if step.stages == 1 else PipelinedStep(step)


def limits_for(served: Served) -> Limits:
    """What bounds it. With a pipeline, a step is one way through all stages and carries a batch for each."""
    budget = served.max_num_batched_tokens or max(batched_tokens(served.accelerator), served.max_num_seqs)
    return Limits(
        max_num_seqs=served.max_num_seqs,
        max_num_batched_tokens=budget * served.pipeline_parallel,
        max_model_len=served.max_model_len,
        kv_blocks=served.kv_blocks or _kv_blocks(served),
        block_size=served.block_size,
        prefix_caching=served.prefix_caching,
    )


def _kv_blocks(served: Served) -> int:
    """Blocks that the memory plan leaves; a windowed model is taken to hold sequences of full length."""
    card, usable = served.card, served.accelerator.usable_gib
    if usable is None:
        raise NoRoom(f"the catalog has no usable memory for {served.accelerator.name}")
    plan = plan_memory(
        card,
        served.precision,
        usable * served.memory_utilization / UTILIZATION,
        served.tensor_parallel,
        served.pipeline_parallel,
        served.max_model_len,
        served.max_model_len,
        served.kv_precision,
    )
    windows = card.kv_bytes_per_token_16bit * served.max_model_len / kv_bytes(card, served.max_model_len)
    tokens = int(plan.kv_tokens * windows)
    if plan.full_length_sequences < 1:
        needs = plan.weights_gib + plan.overhead_gib
        raise NoRoom(
            f"{card.id} in {served.precision}: weights and overhead take {needs:.1f} of {plan.budget_gib:.1f} GiB a GPU and"
            f" leave {tokens} tokens of KV cache, one request of full length needs {served.max_model_len}"
        )
    return max(1, tokens // served.block_size) + 1
