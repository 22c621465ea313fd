"""The values of counters and gauges at one moment, and the labels of `vllm:cache_config_info`."""

from collections.abc import Mapping

from headway.engine import Engine
from headway.recipes.memory_plan import UTILIZATION
from headway_model_server.simulated.metrics.recorder import Recorder
from headway_model_server.simulated.replica.replica import Replica


def values_of(engine: Engine, recorder: Recorder) -> Mapping[tuple[str, str], float]:
    """Everything that is not zero for good."""
    counters, cached = engine.counters, recorder.cached_tokens
    plain = {
        "num_requests_running": engine.running,
        "num_requests_waiting": engine.waiting,
        "kv_cache_usage_perc": engine.kv_usage,
        "prefix_cache_queries": counters.prefix_queries,
        "prefix_cache_hits": counters.prefix_hits,
        "num_preemptions": counters.preemptions,
        "prompt_tokens": counters.prompt_tokens,
        "prompt_tokens_cached": cached,
        "generation_tokens": counters.generation_tokens,
    }
    labelled = {
        ("num_requests_waiting_by_reason", "capacity"): engine.waiting,
        ("engine_sleep_state", "awake"): 1,
        ("prompt_tokens_by_source", "local_compute"): counters.prompt_tokens - cached,
        ("prompt_tokens_by_source", "local_cache_hit"): cached,
        ("prompt_tokens_cached_by_source", "device"): cached,
        **{("request_success", reason): count for reason, count in recorder.finished.items()},
    }
    return {**{(name, ""): value for name, value in plain.items()}, **labelled}


def cache_config(replica: Replica) -> Mapping[str, str]:
    """The cache as vLLM describes it; what the simulation has no notion of has vLLM's default."""
    limits, served = replica.limits, replica.served
    tokens = limits.kv_blocks * limits.block_size
    unset = (
        "cache_hit_alignment_tokens hash_block_size kv_cache_layout kv_cache_memory_bytes kv_offloading_size"
        " mamba_block_size mamba_page_size_padded num_cpu_blocks prefix_match_unit skip_page_size_padded sliding_window"
    )
    false = "enable_mamba_shared_prefix_checkpoint is_attention_free kv_sharing_fast_prefill use_kda_recoverssm use_replayssm"
    return {
        **dict.fromkeys(unset.split(), "None"),
        **dict.fromkeys(false.split(), "False"),
        "_block_size_resolved": "True",
        "block_size": str(limits.block_size),
        "cache_dtype": "fp8" if served.kv_precision == "fp8" else "auto",
        "effective_attention_block_size": str(limits.block_size),
        "enable_prefix_caching": str(limits.prefix_caching),
        "gpu_memory_utilization": str(replica.settings.memory_utilization or UTILIZATION),
        "kv_cache_dtype_skip_layers": "[]",
        "kv_cache_max_concurrency": str(round(tokens / limits.max_model_len, 2)),
        "kv_cache_size_tokens": str(tokens),
        "kv_offloading_backend": "native",
        "mamba_cache_dtype": "auto",
        "mamba_cache_mode": "none",
        "mamba_ssm_cache_dtype": "float32",
        "num_gpu_blocks": str(limits.kv_blocks),
        "num_gpu_blocks_override": str(replica.settings.kv_blocks),
        "prefix_cache_retention_interval": "0",
        "prefix_caching_hash_algo": "sha256",
        "replayssm_buffer_len": "16",
        "swa_bounded_replay": "True",
        "user_specified_block_size": str(replica.settings.block_size is not None),
    }
