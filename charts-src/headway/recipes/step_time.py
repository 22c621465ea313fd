"""How long one iteration of the engine takes, in seconds.

    step = max(weight bytes / (e_b × bandwidth), FLOPs / (e_f × peak))      the linear layers, once for all tokens
         + u × the smaller of the two                                       what the larger does not hide
         + KV bytes / (e_kv × bandwidth)                                    attention of the decoding sequences
         + attention FLOPs / (e_f × peak)                                   attention of the prompt tokens
         + all-reduces                                                      with tensor parallelism
         + c0 + c1 × decoding sequences                                     launches, sampling, scheduling
         + c2 × layers with experts + c3 × layers with MLA                  launches of a layer that batching does not hide

The form is `performance-facts.md`'s (2026-11-20), which has u = 0 and no time a layer. The numbers are in `speeds`.
"""

from dataclasses import dataclass
from functools import lru_cache

from headway.domain.accelerator import Accelerator
from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.recipes.memory_plan import KV_SHARE, kv_shards
from headway.recipes.speeds import CENTRAL, SUBSTITUTE_FP16_TFLOPS, Speeds

GB = 1e9
TERA = 1e12
_FOUR_BIT = frozenset({"awq", "gptq", "mxfp4"})
_FP8_ARITHMETIC = (8, 9)
"""First compute capability with FP8 matrix units; below it vLLM runs FP8 checkpoints weight-only."""


class UnknownSpeed(ValueError):
    """The catalog says too little of an accelerator or a model to predict with."""


@dataclass(frozen=True)
class Layout:
    """How one replica lies on GPUs."""

    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    expert_parallel: int = 1
    """Data-parallel engines that share one set of experts; each step waits for the tokens of all of them."""


@dataclass(frozen=True)
class StepTime:
    """Seconds of one iteration as a function of its work: the model, precision and hardware reduced to coefficients.

    All coefficients are seconds, on the slowest GPU of the replica.
    """

    dense_weights: float
    """Reading the weights every token uses."""
    expert_weights: float
    """Reading all experts."""
    expert_share: float
    """Share of the experts one token uses; 0 without experts."""
    token_groups: int
    """Data-parallel engines whose tokens choose experts together."""
    token_arithmetic: float
    """Linear layers for one token, without the vocabulary."""
    logits_arithmetic: float
    """Output layer for one sampled token."""
    kv_token: float
    """Reading the keys and values of one token."""
    window: float
    """Context that windowed layers keep; infinite without one."""
    windowed: float
    """Share of the layers that are windowed."""
    unhidden: float
    """Share of the smaller of reading and arithmetic that the larger does not hide."""
    attention_pair: float
    """Attention of one prompt token to one token before it."""
    token_traffic: float
    """All-reduces and hops of one token."""
    fixed: float
    """An iteration without any work."""
    sequence: float
    """One more decoding sequence."""
    stages: int
    """Pipeline stages; the sequences are spread over them."""

    def __call__(
        self, decoding: float, context_tokens: float, prompt_tokens: float = 0.0, prompt_context: float = 0.0
    ) -> float:
        """Seconds until every decoding sequence has one more token and `prompt_tokens` are in the cache.

        `context_tokens` is the mean length of the decoding sequences, `prompt_context` the mean position of the prompt
        tokens. With a pipeline this is the way through all stages, of the share of the sequences that travels together.
        """
        batch = decoding / self.stages
        tokens = batch + prompt_tokens
        weights = self.dense_weights
        if self.expert_share:
            weights += self.expert_weights * (1.0 - (1.0 - self.expert_share) ** (tokens * self.token_groups))
        arithmetic = self.token_arithmetic * tokens + self.logits_arithmetic * (batch if batch > 1.0 else 1.0)
        kept = self.windowed * min(context_tokens, self.window) + (1.0 - self.windowed) * context_tokens
        larger, smaller = (weights, arithmetic) if weights > arithmetic else (arithmetic, weights)
        return (
            larger
            + self.unhidden * smaller
            + self.kv_token * batch * kept
            + self.attention_pair * prompt_tokens * prompt_context
            + self.token_traffic * tokens
            + self.sequence * batch
            + self.fixed
        )


def step_time(
    card: ModelCard,
    precision: Precision,
    accelerator: Accelerator,
    layout: Layout = Layout(),
    speeds: Speeds = CENTRAL,
    kv_precision: KvPrecision = "16bit",
) -> StepTime:
    """The step time of a model on a layout. Raises `UnknownSpeed` where a needed figure is not known."""
    bandwidth, peak = _bandwidth(accelerator) * layout.tensor_parallel, _peak(accelerator, precision, speeds)
    peak *= layout.tensor_parallel
    parameters, active = _parameters(card)
    if precision not in card.weight_bytes:
        raise UnknownSpeed(f"{card.id} has no known size in {precision}")
    embedding = (card.vocabulary or 0) * card.hidden_size
    looked_up = 0 if _tied(card, parameters, embedding) else embedding
    share = expert_share(card.experts)
    experts = (parameters - active) / (1.0 - share) if share else 0.0
    read_bytes = card.weight_bytes[precision] - 2 * looked_up
    expert_bytes = read_bytes * experts / (parameters - looked_up)
    reading = bandwidth * _weight_share(precision, speeds)
    traffic, fixed = _communication(card, accelerator, layout, speeds)
    windowed = 0.0
    if card.full_attention_layers is not None and card.sliding_window_tokens is not None:
        windowed = 1.0 - card.full_attention_layers / card.layers
    shards = kv_shards(card, layout.tensor_parallel) / layout.tensor_parallel
    return StepTime(
        dense_weights=(read_bytes - expert_bytes) / reading,
        expert_weights=expert_bytes / reading / layout.expert_parallel,
        expert_share=share,
        token_groups=layout.expert_parallel,
        token_arithmetic=2 * max(0, active - looked_up - embedding) / peak,
        logits_arithmetic=2 * embedding / peak,
        kv_token=card.kv_bytes_per_token_16bit * KV_SHARE[kv_precision] / (bandwidth * shards * speeds.bandwidth_kv),
        window=float(card.sliding_window_tokens or 0) if windowed else float("inf"),
        windowed=windowed,
        unhidden=speeds.unhidden,
        attention_pair=4 * card.layers * card.attention_heads * (card.head_dim or 128) / peak,
        token_traffic=traffic,
        fixed=speeds.base_seconds + _layers(card, speeds) + fixed,
        sequence=speeds.sequence_seconds,
        stages=layout.pipeline_parallel,
    )


@lru_cache(maxsize=256)
def expert_share(experts: str) -> float:
    """Share of the experts one token uses, from a card's words ("128, 8 per token"); 0 for a dense model."""
    if not experts:
        return 0.0
    first, _, rest = experts.partition(",")
    return int(rest.split()[0]) / int(first.split()[0])


def _bandwidth(accelerator: Accelerator) -> float:
    """Peak bytes a second."""
    if accelerator.memory_bandwidth_gb_per_second is None:
        raise UnknownSpeed(f"the catalog has no memory bandwidth for {accelerator.name}")
    return accelerator.memory_bandwidth_gb_per_second * GB


def _peak(accelerator: Accelerator, precision: Precision, speeds: Speeds) -> float:
    """FLOP/s reached. 8-bit formats use 8-bit units where there are some, 4-bit weights are widened to 16 bit."""
    tflops = accelerator.fp16_tflops
    if tflops is None and accelerator.key in SUBSTITUTE_FP16_TFLOPS:
        tflops = SUBSTITUTE_FP16_TFLOPS[accelerator.key].value
    reached = (tflops or 0.0) * speeds.compute
    if precision == "fp8" and accelerator.fp8_tflops and _has_fp8(accelerator):
        reached = max(reached, accelerator.fp8_tflops * speeds.compute_8bit)
    if precision == "int8" and accelerator.int8_tops:
        reached = max(reached, accelerator.int8_tops * speeds.compute_8bit)
    if not reached:
        raise UnknownSpeed(f"the catalog has no 16-bit peak for {accelerator.name}")
    return reached * TERA


def _layers(card: ModelCard, speeds: Speeds) -> float:
    """Seconds a step that layers with experts or MLA take however few the sequences are."""
    experts = speeds.expert_layer_seconds if card.experts else 0.0
    latent = speeds.latent_layer_seconds if card.attention == "MLA" else 0.0
    return card.layers * (experts + latent)


def _has_fp8(accelerator: Accelerator) -> bool:
    capability = accelerator.compute_capability
    return accelerator.vendor == "amd" or (capability is not None and capability >= _FP8_ARITHMETIC)


def _weight_share(precision: Precision, speeds: Speeds) -> float:
    if precision in _FOUR_BIT:
        return speeds.bandwidth_4bit
    return speeds.bandwidth_16bit if precision == "16bit" else speeds.bandwidth_8bit


def _parameters(card: ModelCard) -> tuple[int, int]:
    """All parameters and those one token uses."""
    if card.parameters is None:
        raise UnknownSpeed(f"the number of parameters of {card.id} is not known")
    return card.parameters, card.active_parameters or card.parameters


def _tied(card: ModelCard, parameters: int, embedding: int) -> bool:
    """Whether one matrix is both input and output embedding, judged by what the layers leave of the parameters.

    An input embedding of its own is looked up, not read, and costs no arithmetic.
    """
    if card.intermediate_size is None or card.experts:
        return False
    head = card.head_dim or card.hidden_size // card.attention_heads
    attention = 2 * card.hidden_size * head * (card.attention_heads + (card.kv_heads or card.attention_heads))
    layers = card.layers * (attention + 3 * card.hidden_size * card.intermediate_size)
    return parameters - layers < 1.5 * embedding


def _communication(card: ModelCard, accelerator: Accelerator, layout: Layout, speeds: Speeds) -> tuple[float, float]:
    """Seconds a token and seconds a step: two ring all-reduces a layer, one hop between two stages.

    With shared experts, every layer gathers the other engines' tokens and scatters the results.
    """
    token_bytes = 2 * card.hidden_size
    traffic = fixed = 0.0
    if layout.tensor_parallel > 1:
        link = _link(accelerator, layout.tensor_parallel, speeds)
        ring = 2 * (layout.tensor_parallel - 1) / layout.tensor_parallel
        traffic += 2 * card.layers * token_bytes * ring / link
        fixed += 2 * card.layers * speeds.all_reduce_seconds
    if layout.expert_parallel > 1:
        traffic += (
            2
            * card.layers
            * token_bytes
            * (layout.expert_parallel - 1)
            / _link(accelerator, layout.expert_parallel, speeds)
        )
        fixed += 2 * card.layers * speeds.all_reduce_seconds
    hops = layout.pipeline_parallel - 1
    traffic += hops * token_bytes / (speeds.hop_gb_per_second * GB)
    return traffic, fixed + hops * speeds.hop_seconds


def _link(accelerator: Accelerator, gpus: int, speeds: Speeds) -> float:
    """Bytes a second among the GPUs of one machine; that of a pair over PCIe for a fabric without a figure."""
    if accelerator.link_gb_per_second is not None:
        return accelerator.link_gb_per_second * GB * speeds.nvlink_share
    crowded = gpus > 2 and accelerator.link == "PCIe"
    return (speeds.pcie_group_gb_per_second if crowded else speeds.pcie_gb_per_second) * GB
