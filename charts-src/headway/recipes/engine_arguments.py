"""The engine's command line as one typed object, rendered with each engine's own names.

Names are those of vLLM 0.33 (`vllm serve`) and SGLang 0.5.23 (`python -m sglang.launch_server`).
"""

from typing import Annotated

from pydantic import Field

from headway.domain.noun import Noun, Tokens, WholeSeconds
from headway.domain.runtime_image import Engine

PORT = 8000
"""API, probes and metrics share it (trap V4)."""
STREAM_CONCURRENCY = 16
"""Connections of the weight streamer: one flow is capped at 5 Gbit/s; 16 loaded 15 GB in 8.5 s (Run:ai, 2026-04)."""

SGLANG_DYNAMIC_SHARE = 0.05
"""SGLang's fraction counts weights and KV cache only; activations and graphs come on top of it."""


class EngineArguments(Noun):
    """What one engine process of a replica is started with."""

    engine: Engine
    """Whose command line this is."""
    model: str
    """Where the weights are (`s3://bucket/prefix`)."""
    served_name: str
    """Name that clients ask for."""
    context_tokens: Tokens
    """Longest prompt plus output."""
    concurrency: Annotated[int, Field(ge=1)]
    """Sequences run together."""
    memory_utilization: Annotated[float, Field(gt=0, lt=1)]
    """Share of usable GPU memory."""
    dtype: str = "auto"
    """Arithmetic type."""
    tensor_parallel: Annotated[int, Field(ge=1)] = 1
    """GPUs that share each layer."""
    pipeline_parallel: Annotated[int, Field(ge=1)] = 1
    """Groups of GPUs that share the layers out; one a machine."""
    stream_buffer_bytes: Annotated[int, Field(ge=0)]
    """Limit of the weight streamer's CPU buffer."""
    shutdown_seconds: WholeSeconds
    """Time that running requests may finish in after SIGTERM."""

    def command(self) -> tuple[str, ...]:
        """The program."""
        return ("vllm", "serve") if self.engine == "vllm" else ("python3", "-m", "sglang.launch_server")

    def arguments(self) -> tuple[str, ...]:
        """The server's arguments, in one order for every render."""
        return (*self._vllm(), *self._vllm_server()) if self.engine == "vllm" else self._sglang()

    def compile_command(self) -> tuple[str, ...]:
        """One short run that fills vLLM's compile cache and ends; the cache's key holds every engine argument.

        Raises `ValueError` for an engine without such a cache.
        """
        if self.engine != "vllm":
            raise ValueError(f"{self.engine} keeps no compile cache")
        model, *engine = self._vllm()
        short = ("--input-len", "32", "--output-len", "8", "--num-iters-warmup", "0", "--num-iters", "1")
        return ("vllm", "bench", "latency", "--model", model, *engine, *short)

    def _vllm(self) -> tuple[str, ...]:
        return (
            self.model,
            *("--load-format", "runai_streamer"),
            *("--model-loader-extra-config", self._loader()),
            *("--dtype", self.dtype),
            *("--max-model-len", str(self.context_tokens)),
            *("--max-num-seqs", str(self.concurrency)),
            *("--gpu-memory-utilization", f"{self.memory_utilization:g}"),
            *("--tensor-parallel-size", str(self.tensor_parallel)),
            *("--pipeline-parallel-size", str(self.pipeline_parallel)),
        )

    def _vllm_server(self) -> tuple[str, ...]:
        return (
            *("--served-model-name", self.served_name),
            *("--host", "0.0.0.0"),  # noqa: S104  the pod's own address; NetworkPolicy says who may call
            *("--port", str(PORT)),
            *("--shutdown-timeout", str(self.shutdown_seconds)),
            *("--disable-access-log-for-endpoints", "/health,/metrics"),
        )

    def _sglang(self) -> tuple[str, ...]:
        return (
            *("--model-path", self.model),
            *("--served-model-name", self.served_name),
            *("--host", "0.0.0.0"),  # noqa: S104  as above
            *("--port", str(PORT)),
            *("--load-format", "runai_streamer"),
            *("--model-loader-extra-config", self._loader()),
            *("--dtype", self.dtype),
            *("--context-length", str(self.context_tokens)),
            *("--max-running-requests", str(self.concurrency)),
            *("--mem-fraction-static", f"{self.memory_utilization - SGLANG_DYNAMIC_SHARE:g}"),
            *("--tp-size", str(self.tensor_parallel)),
            *("--pp-size", str(self.pipeline_parallel)),
            "--enable-metrics",
        )

    def _loader(self) -> str:
        return f'{{"concurrency":{STREAM_CONCURRENCY},"memory_limit":{self.stream_buffer_bytes}}}'
