"""Metric names that engines export, so that a query for another name is seen to read nothing.

vLLM: names recorded from 0.32.0 under load and read from the 0.33.0 wheel; suffixes of counters and histograms are those
that a scrape shows.
"""

from headway.policies.model_server import Version

VLLM_GAUGES = frozenset(
    [
        "num_requests_running",
        "num_requests_waiting",
        "num_requests_waiting_by_reason",
        "kv_cache_usage_perc",
        "engine_sleep_state",
        "lora_requests_info",
        "cache_config_info",
    ]
)
VLLM_COUNTERS = frozenset(
    [
        "prompt_tokens",
        "generation_tokens",
        "request_success",
        "num_preemptions",
        "prefix_cache_queries",
        "prefix_cache_hits",
        "external_prefix_cache_queries",
        "external_prefix_cache_hits",
        "mm_cache_queries",
        "mm_cache_hits",
        "corrupted_requests",
        "admission_rejections",
        "prompt_tokens_by_source",
        "prompt_tokens_cached",
        "prompt_tokens_cached_by_source",
        "estimated_flops_per_gpu",
        "estimated_read_bytes_per_gpu",
        "estimated_write_bytes_per_gpu",
    ]
)
VLLM_HISTOGRAMS = frozenset(
    [
        "time_to_first_token_seconds",
        "inter_token_latency_seconds",
        "request_time_per_output_token_seconds",
        "e2e_request_latency_seconds",
        "request_queue_time_seconds",
        "request_inference_time_seconds",
        "request_prefill_time_seconds",
        "request_decode_time_seconds",
        "request_prompt_tokens",
        "request_generation_tokens",
        "iteration_tokens_total",
        "request_params_n",
        "request_params_max_tokens",
        "request_max_num_generation_tokens",
        "request_num_preemptions",
        "request_prefill_kv_computed_tokens",
    ]
)
GONE: dict[str, str] = {
    "gpu_cache_usage_perc": "kv_cache_usage_perc",
    "cpu_cache_usage_perc": "kv_cache_usage_perc",
    "gpu_prefix_cache_hit_rate": "prefix_cache_hits_total divided by prefix_cache_queries_total",
    "num_requests_swapped": "num_preemptions_total",
    "time_per_output_token_seconds": "inter_token_latency_seconds",
    "avg_prompt_throughput_toks_per_s": "rate of prompt_tokens_total",
    "avg_generation_throughput_toks_per_s": "rate of generation_tokens_total",
}
"""Name that newer releases no longer export → what took its place."""
GONE_SINCE: Version = (0, 13, 0)
"""Release from which none of the gone names is exported. Estimate: their successors came with 0.11, and vLLM hides a
deprecated metric one release later and removes it two later."""
_SUFFIXES = ("_total", "_bucket", "_sum", "_count", "_created")


def base_name(metric: str) -> str:
    """A vLLM metric without prefix and the suffix of its kind."""
    name = metric.removeprefix("vllm:").removeprefix("vllm_")
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in VLLM_COUNTERS | VLLM_HISTOGRAMS | GONE.keys():
            return name.removesuffix(suffix)
    return name


def is_exported(metric: str) -> bool:
    """Whether vLLM exports a metric of that name (with its prefix left off)."""
    return base_name(metric) in VLLM_GAUGES | VLLM_COUNTERS | VLLM_HISTOGRAMS
