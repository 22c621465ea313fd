"""The engine's command line as one typed object, rendered with the names of the engine's contract."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from headway.domain.engine import EngineContract
from headway.domain.noun import Noun, Tokens, WholeSeconds

LISTEN = "0.0.0.0"  # noqa: S104  the pod's own address; NetworkPolicy says who may call
STREAM_CONCURRENCY = 16
"""Connections of the weight streamer: one flow is capped at 5 Gbit/s; 16 loaded 15 GB in 8.5 s (Run:ai, 2026-04)."""
STREAMER = "runai_streamer"
"""Format under which engines read safetensors from S3 through a bounded CPU buffer."""

KvCacheDtype = Literal["auto", "fp8"]


class StatedArgument(Noun):
    """One argument that a deployment states beyond what is planned."""

    flag: str
    """The flag with its dashes."""
    values: tuple[str, ...] = ()
    """Its values; none for a switch."""
    server_only: bool = False
    """Whether the engine's other programs lack it."""


class EngineArguments(Noun):
    """What one engine process of a replica is started with."""

    engine: EngineContract
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
    kv_cache_dtype: KvCacheDtype = "auto"
    """Format of the KV cache: that of the arithmetic, or FP8."""
    tensor_parallel: Annotated[int, Field(ge=1)] = 1
    """GPUs that share each layer."""
    pipeline_parallel: Annotated[int, Field(ge=1)] = 1
    """Groups of GPUs that share the layers out; one a machine."""
    stream_buffer_bytes: Annotated[int, Field(ge=0)]
    """Limit of the weight streamer's CPU buffer."""
    shutdown_seconds: WholeSeconds
    """Time that running requests may finish in after SIGTERM."""
    stated: tuple[StatedArgument, ...] = ()
    """What the deployment states beyond these; it takes the place of a planned argument with the same flag."""

    def command(self) -> tuple[str, ...]:
        """The program that answers: the launcher, which hands the engine what follows `--`, else the engine's own."""
        if not self.engine.launcher:
            return self.engine.command
        return (*self.engine.launcher, "--host", LISTEN, "--port", str(self.engine.port), "--")

    def arguments(self) -> tuple[str, ...]:
        """The server's arguments, in one order for every render."""
        return (
            *self._model(),
            *self._named(self._engine_values()),
            *self._named(self._server_values()),
            *self.engine.fixed_arguments,
            *(text for argument in self.stated for text in (argument.flag, *argument.values)),
        )

    def compile_command(self) -> tuple[str, ...]:
        """One short run that fills the engine's compile cache and ends; the cache's key holds every engine argument.

        Raises `ValueError` for an engine without such a cache.
        """
        run = self.engine.compile_cache
        if run is None:
            raise ValueError(f"{self.engine.name} keeps no compile cache")
        stated = (
            text for argument in self.stated if not argument.server_only for text in (argument.flag, *argument.values)
        )
        return (*run.command, run.model, self.model, *self._named(self._engine_values()), *stated, *run.arguments)

    def _model(self) -> tuple[str, ...]:
        name = self.engine.arguments.model
        return (name, self.model) if name else (self.model,)

    def _named(self, values: dict[str, str]) -> Iterator[str]:
        """Flag and value of each planned setting that the engine has a name for and the deployment does not state."""
        stated = {argument.flag for argument in self.stated}
        for meaning, value in values.items():
            flag = getattr(self.engine.arguments, meaning)
            if flag is not None and flag not in stated:
                yield from (flag, value)

    def _engine_values(self) -> dict[str, str]:
        """Planned settings of the engine itself, which every program of it takes."""
        kv_cache = {"kv_cache_dtype": self.engine.kv_cache_fp8} if self.kv_cache_dtype == "fp8" else {}
        return {
            "load_format": STREAMER,
            "loader_config": f'{{"concurrency":{STREAM_CONCURRENCY},"memory_limit":{self.stream_buffer_bytes}}}',
            "dtype": self.dtype,
            **kv_cache,
            "context_tokens": str(self.context_tokens),
            "concurrency": str(self.concurrency),
            "memory_utilization": f"{self.memory_utilization - self.engine.uncounted_memory:g}",
            "tensor_parallel": str(self.tensor_parallel),
            "pipeline_parallel": str(self.pipeline_parallel),
        }

    def _server_values(self) -> dict[str, str]:
        """Planned settings of the HTTP server around the engine."""
        return {
            "served_name": self.served_name,
            "host": LISTEN,
            "port": str(self.engine.port),
            "shutdown": str(self.shutdown_seconds),
        }
