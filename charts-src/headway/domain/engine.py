"""An engine as a contract: how it is started, asked, measured and stopped, and which GPUs its kernels are built for.

Everything else asks the contract and no code names an engine. The shipped contracts are data of the catalog
(`engines.yaml`); a fork states further ones in its environment (`backends`).
"""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from headway.domain.model_card import Precision
from headway.domain.noun import Noun, spelled

EngineName = Annotated[
    str,
    spelled(
        r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?",
        "an engine's name (lower-case letters, digits and dashes, from a letter on, at most 30)",
    ),
]
FlagName = Annotated[str, spelled(r"--?[A-Za-z0-9][\w.-]*", "a flag with its dashes, such as --max-model-len")]
SeriesName = Annotated[str, spelled(r"[A-Za-z_:][\w:]*", "a Prometheus series such as vllm:num_requests_running")]
LabelName = Annotated[str, spelled(r"[A-Za-z_]\w*", "a Prometheus label such as model_name")]
UrlPath = Annotated[str, spelled(r"/[\w./-]*", "a path such as /health")]
Variable = Annotated[str, spelled(r"[A-Za-z_]\w*", "the name of an environment variable")]
Capability = Annotated[str, spelled(r"\d+\.\d+", "a CUDA compute capability such as 8.9")]
RocmTarget = Annotated[str, spelled(r"gfx[0-9a-f]+", "a ROCm target such as gfx942")]
FolderName = Annotated[str, spelled(r"[\w-]+", "a folder's name")]
PortNumber = Annotated[int, Field(ge=1024, le=65_535)]
Arity = Literal["none", "one", "optional", "many"]
CACHE_PLACEHOLDER = "{cache}"
"""Stands, in the value of an environment variable, for the folder that the engine may write caches to."""


class ArgumentNames(Noun):
    """What the engine calls the settings that Headway plans; a setting without a name is not passed to it."""

    model: FlagName | None = None
    """Where the weights are (`s3://bucket/prefix`); without a name it is the first argument."""
    served_name: FlagName | None = None
    """Name that clients ask for."""
    host: FlagName | None = None
    """Address to listen on."""
    port: FlagName | None = None
    """Port to listen on."""
    dtype: FlagName | None = None
    """Arithmetic type (`auto`, `half`, `bfloat16`)."""
    kv_cache_dtype: FlagName | None = None
    """Format of the KV cache."""
    context_tokens: FlagName | None = None
    """Longest prompt plus output."""
    concurrency: FlagName | None = None
    """Sequences run together."""
    memory_utilization: FlagName | None = None
    """Share of usable GPU memory that the engine may take."""
    tensor_parallel: FlagName | None = None
    """GPUs that share each layer."""
    pipeline_parallel: FlagName | None = None
    """Groups of GPUs that share the layers out."""
    load_format: FlagName | None = None
    """How weights are read; it gets `runai_streamer`."""
    loader_config: FlagName | None = None
    """Settings of the weight streamer, as JSON."""
    shutdown: FlagName | None = None
    """Seconds that running requests may finish in after SIGTERM; without a name the engine drains by itself."""


class Counterparts(Noun):
    """What the engine calls settings that only a deployment's `engine_arguments` state, to name the right one."""

    batched_tokens: FlagName | None = None
    """Tokens computed in one step."""
    queue_limit: FlagName | None = None
    """Requests that may wait."""
    quantization: FlagName | None = None
    """Weight format, where it is not read from the checkpoint."""
    attention_backend: FlagName | None = None
    """Attention kernels."""
    no_graphs: FlagName | None = None
    """Run without CUDA graphs and compiled kernels."""
    no_prefix_cache: FlagName | None = None
    """Keep no cache of prompts' beginnings."""
    stream_interval: FlagName | None = None
    """Tokens between two chunks of a stream."""
    offload: FlagName | None = None
    """GiB of weights kept in host memory."""


class EngineMetrics(Noun):
    """What the engine exports for the scaling law and the dashboards."""

    path: UrlPath = "/metrics"
    """Path of the metrics."""
    port: PortNumber | None = None
    """Port of the metrics; absent when they share the API's."""
    prefix: Annotated[str, spelled(r"[A-Za-z_:][\w:]*", "the beginning of the engine's series (vllm:)")]
    """What all its series begin with; the collector drops everything else."""
    running: SeriesName
    """Gauge of requests it processes now."""
    waiting: SeriesName
    """Gauge of requests it has queued."""
    kv_usage: SeriesName | None = None
    """Gauge of the share of its KV cache in use, 0 to 1; absent leaves it off the dashboards."""
    model_label: LabelName | None = None
    """Label that holds the served name; without one, series are told apart by the pod they come from."""

    @model_validator(mode="after")
    def _kept(self) -> "EngineMetrics":
        for key in ("running", "waiting", "kv_usage"):
            name = getattr(self, key)
            if name is not None and not name.startswith(self.prefix):
                raise ValueError(
                    f"{key} {name!r} does not begin with prefix {self.prefix!r}; state what both begin with"
                )
        return self


class KernelFloors(Noun):
    """Which weight formats run on which GPUs. A format that is not a key has no kernels there."""

    cuda: dict[Precision, Capability] = {}
    """Least CUDA compute capability by weight format."""
    rocm: dict[Precision, tuple[RocmTarget, ...]] = {}
    """ROCm targets by weight format."""
    fp8_kv_cache: Capability | None = None
    """Least CUDA compute capability for a KV cache in FP8; absent when it keeps none."""
    fp8_kv_cache_rocm: tuple[RocmTarget, ...] = ()
    """ROCm targets that may keep a KV cache in FP8."""
    quantization_methods: dict[str, Capability] = {}
    """Least CUDA compute capability by the engine's name for a quantization method, where a deployment states one."""
    refuses_float16: tuple[str, ...] = ()
    """Beginnings of model names that it refuses to run in float16."""


class CompileCacheRun(Noun):
    """How the engine's compile cache is filled: one short run that ends by itself."""

    folder: FolderName
    """Folder of the cache, below the one for all caches."""
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """The program of the short run."""
    model: FlagName
    """What that program calls the model."""
    arguments: tuple[str, ...] = ()
    """Arguments that keep the run short."""


class GroupArguments(Noun):
    """How the engine's processes on several machines find each other."""

    nodes: FlagName
    """Number of machines."""
    rank: FlagName
    """Place of this machine among them, from 0."""
    leader: FlagName
    """Address of the first one."""
    leader_port: PortNumber | None = None
    """Port that belongs to that address, where the flag wants one."""
    worker: tuple[str, ...] = ()
    """Arguments of the machines that serve no API."""


class EngineTerms(Noun):
    """What is asked of an engine: its program, arguments, ports, metrics and kernels."""

    version: Annotated[str, Field(min_length=1)]
    """Version that the contract was read from."""
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """The program."""
    arguments: ArgumentNames = ArgumentNames()
    """Names of the planned settings."""
    counterparts: Counterparts = Counterparts()
    """Names of settings that a deployment may state by itself."""
    fixed_arguments: tuple[str, ...] = ()
    """Arguments of every start."""
    kv_cache_fp8: str = "fp8"
    """What it calls a KV cache in FP8."""
    uncounted_memory: Annotated[float, Field(ge=0, lt=0.5)] = 0
    """Share of usable GPU memory that it takes on top of `memory_utilization`; subtracted from what it is told."""
    port: PortNumber = 8000
    """Port of the API; the Service, the gateway, probes and network policies follow it."""
    health_path: UrlPath = "/health"
    """Path that answers 200 once the engine serves."""
    metrics: EngineMetrics
    """What it exports."""
    environment: dict[Variable, str] = {}
    """Environment variables; `{cache}` stands for the folder that it may write caches to."""
    batch_holds_running: bool = False
    """Whether `batched_tokens` counts one token for each running sequence, so that it must not be less."""
    address_variable: Variable | None = None
    """Variable that gets the pod's own address, or the loopback's when one machine is a whole replica."""
    compile_cache: CompileCacheRun | None = None
    """How its compile cache is filled; absent when it keeps none."""
    group: GroupArguments | None = None
    """How it spans machines; absent when it cannot."""
    kernels: KernelFloors
    """Which weight formats run where."""
    flags: dict[str, Arity] = {}
    """Further flags it has, without dashes, with how many values each takes; the shipped engines' are recorded."""
    source: Annotated[str, Field(min_length=1)]
    """Where these terms were read."""
    as_of: Annotated[str, spelled(r"\d{4}-\d{2}-\d{2}", "a date such as 2026-11-21")]
    """Day on which they were read."""

    @model_validator(mode="after")
    def _complete(self) -> "EngineTerms":
        for name, value in self.environment.items():
            for found in re.findall(r"\{[^}]*\}", value):
                if found != CACHE_PLACEHOLDER:
                    raise ValueError(f"environment.{name} holds {found}; only {CACHE_PLACEHOLDER} is replaced")
        if self.group is not None and self.arguments.pipeline_parallel is None:
            raise ValueError("group is stated and arguments.pipeline_parallel is not; name both or neither")
        if (self.kernels.fp8_kv_cache or self.kernels.fp8_kv_cache_rocm) and self.arguments.kv_cache_dtype is None:
            raise ValueError("kernels.fp8_kv_cache is stated and arguments.kv_cache_dtype is not; name both or neither")
        return self


class EngineContract(EngineTerms):
    """One engine that the recipe engine can choose."""

    name: EngineName
    """Short name (`vllm`)."""
    launcher: tuple[str, ...] = ()
    """Program of the image that starts the engine, takes its requests and drains them; empty where its own command does."""

    @property
    def metrics_port(self) -> int:
        """Port that answers on the metrics' path."""
        return self.metrics.port or self.port

    def argument_of(self, flag: str) -> str | None:
        """The planned setting behind a flag (`--max-model-len` → `context_tokens`), or `None`."""
        names = type(self.arguments).model_fields
        return next((name for name in names if getattr(self.arguments, name) == flag), None)

    def flag_of(self, meaning: str) -> str | None:
        """What it calls a setting (`context_tokens` → `--max-model-len`); `None` where it has no name for it."""
        for names in (self.arguments, self.counterparts):
            if meaning in type(names).model_fields:
                return str(found) if (found := getattr(names, meaning)) else None
        return None

    def meaning_of(self, flag: str) -> str | None:
        """The setting behind a flag, planned or not; `None` for a flag that the contract does not name."""
        for names in (self.arguments, self.counterparts):
            for meaning in type(names).model_fields:
                if getattr(names, meaning) == flag:
                    return meaning
        return None
