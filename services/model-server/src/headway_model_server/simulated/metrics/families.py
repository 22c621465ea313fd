"""Every `vllm:` family as vLLM 0.32.0 exposes it, in its order: names, help texts, labels and buckets were recorded."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True)
class Family:
    """One metric, named without `vllm:` and a counter's `_total`; its samples carry `engine` and `model_name`."""

    name: str
    kind: Kind
    help: str
    label: str = ""
    """A further label, empty for none."""
    values: tuple[str, ...] = ("",)
    """What the further label takes, one sample each."""
    buckets: tuple[float, ...] = ()
    has_engine: bool = True


TOKENS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 20_000.0, 50_000.0)
"""Buckets of token counts; vLLM shows those up to `max_model_len`."""
ITERATION = (1.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0)
FIRST_TOKEN = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0, 160.0,
    640.0, 2560.0,
)  # fmt: skip
PER_TOKEN = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0,
)  # fmt: skip
REQUEST = (
    0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0,
    1920.0, 7680.0,
)  # fmt: skip
CHOICES = (1.0, 2.0, 5.0, 10.0, 20.0)
PREEMPTIONS = (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0)

FAMILIES = (
    Family(
        "estimated_flops_per_gpu",
        "counter",
        "Estimated number of floating point operations per GPU (for Model Flops Utilization calculations).",
    ),
    Family(
        "estimated_read_bytes_per_gpu",
        "counter",
        "Estimated number of bytes read from memory per GPU (for Model Flops Utilization calculations).",
    ),
    Family(
        "estimated_write_bytes_per_gpu",
        "counter",
        "Estimated number of bytes written to memory per GPU (for Model Flops Utilization calculations).",
    ),
    Family("num_requests_running", "gauge", "Number of requests in model execution batches."),
    Family("num_requests_waiting", "gauge", "Number of requests waiting to be processed."),
    Family(
        "num_requests_waiting_by_reason",
        "gauge",
        (
            "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; "
            "'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of "
            "all reasons equals vllm:num_requests_waiting."
        ),
        label="reason",
        values=(
            "capacity",
            "deferred",
        ),
    ),
    Family(
        "engine_sleep_state",
        "gauge",
        (
            "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; "
            "weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2."
        ),
        label="sleep_state",
        values=(
            "awake",
            "weights_offloaded",
            "discard_all",
        ),
    ),
    Family("kv_cache_usage_perc", "gauge", "KV-cache usage. 1 means 100 percent usage."),
    Family("prefix_cache_queries", "counter", "Prefix cache queries, in terms of number of queried tokens."),
    Family("prefix_cache_hits", "counter", "Prefix cache hits, in terms of number of cached tokens."),
    Family(
        "external_prefix_cache_queries",
        "counter",
        (
            "External prefix cache queries from KV connector cross-instance cache sharing, in terms of number of "
            "queried tokens."
        ),
    ),
    Family(
        "external_prefix_cache_hits",
        "counter",
        (
            "External prefix cache hits from KV connector cross-instance cache sharing, in terms of number of "
            "cached tokens."
        ),
    ),
    Family("mm_cache_queries", "counter", "Multi-modal cache queries, in terms of number of queried items."),
    Family("mm_cache_hits", "counter", "Multi-modal cache hits, in terms of number of cached items."),
    Family("num_preemptions", "counter", "Cumulative number of preemption from the engine."),
    Family("prompt_tokens", "counter", "Number of prefill tokens processed."),
    Family(
        "prompt_tokens_by_source",
        "counter",
        "Number of prompt tokens by source.",
        label="source",
        values=(
            "local_compute",
            "local_cache_hit",
            "external_kv_transfer",
        ),
    ),
    Family("prompt_tokens_cached", "counter", "Number of cached prompt tokens (local + external)."),
    Family(
        "prompt_tokens_cached_by_source",
        "counter",
        (
            "Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to"
            " DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at "
            "admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits."
        ),
        label="source",
        values=(
            "device",
            "host",
            "p2p",
            "disk",
            "external_unspecified",
        ),
    ),
    Family("generation_tokens", "counter", "Number of generation tokens processed."),
    Family(
        "request_success",
        "counter",
        "Count of successfully processed requests.",
        label="finished_reason",
        values=(
            "stop",
            "length",
            "abort",
            "error",
            "repetition",
        ),
    ),
    Family(
        "admission_rejections",
        "counter",
        "Number of admission attempts rejected by a queue limit, by reason.",
        label="reason",
        values=(
            "max_num_queued_reqs",
            "max_num_queued_tokens",
        ),
        has_engine=False,
    ),
    Family("request_prompt_tokens", "histogram", "Number of prefill tokens processed.", buckets=TOKENS),
    Family("request_generation_tokens", "histogram", "Number of generation tokens processed.", buckets=TOKENS),
    Family("iteration_tokens_total", "histogram", "Histogram of number of tokens per engine_step.", buckets=ITERATION),
    Family(
        "request_max_num_generation_tokens",
        "histogram",
        "Histogram of maximum number of requested generation tokens.",
        buckets=TOKENS,
    ),
    Family("request_params_n", "histogram", "Histogram of the n request parameter.", buckets=CHOICES),
    Family("request_params_max_tokens", "histogram", "Histogram of the max_tokens request parameter.", buckets=TOKENS),
    Family(
        "time_to_first_token_seconds", "histogram", "Histogram of time to first token in seconds.", buckets=FIRST_TOKEN
    ),
    Family(
        "inter_token_latency_seconds", "histogram", "Histogram of inter-token latency in seconds.", buckets=PER_TOKEN
    ),
    Family(
        "request_time_per_output_token_seconds",
        "histogram",
        "Histogram of time_per_output_token_seconds per request.",
        buckets=PER_TOKEN,
    ),
    Family("e2e_request_latency_seconds", "histogram", "Histogram of e2e request latency in seconds.", buckets=REQUEST),
    Family(
        "request_queue_time_seconds",
        "histogram",
        "Histogram of time spent in WAITING phase for request.",
        buckets=REQUEST,
    ),
    Family(
        "request_inference_time_seconds",
        "histogram",
        "Histogram of time spent in RUNNING phase for request.",
        buckets=REQUEST,
    ),
    Family(
        "request_prefill_time_seconds",
        "histogram",
        "Histogram of time spent in PREFILL phase for request.",
        buckets=REQUEST,
    ),
    Family(
        "request_decode_time_seconds",
        "histogram",
        "Histogram of time spent in DECODE phase for request.",
        buckets=REQUEST,
    ),
    Family(
        "request_num_preemptions",
        "histogram",
        "Histogram of the number of times a request was preempted.",
        buckets=PREEMPTIONS,
    ),
    Family(
        "request_prefill_kv_computed_tokens",
        "histogram",
        "Histogram of new KV tokens computed during prefill (excluding cached tokens).",
        buckets=TOKENS,
    ),
)
"""All families but `vllm:cache_config_info`, whose labels are its value (`cache_config`)."""
