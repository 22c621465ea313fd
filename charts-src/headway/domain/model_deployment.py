"""A model deployment: a model card, a promise and its limits. Everything else is chosen from these."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from headway.domain.engine_argument import EngineArgumentsStated
from headway.domain.gpu_pool import Name
from headway.domain.model_card import KvPrecision, Precision
from headway.domain.noun import Noun, Tokens, Unit, WholeSeconds, spelled
from headway.domain.objective import Limits, Objective, Workload
from headway.domain.runtime_image import Engine

DeploymentName = Annotated[
    str,
    spelled(
        r"[a-z]([a-z0-9.-]{0,46}[a-z0-9])?",
        "a model deployment's name (lower-case letters, digits, dashes and dots, from a letter on, at most 48)",
    ),
]
"""At most 48 characters, so that names derived from it stay within Kubernetes' 63."""

Prefix = Annotated[
    str,
    spelled(
        r"[\w-][\w.-]*(/[\w-][\w.-]*)*/?", "a prefix in the models bucket such as models/mistral-7b-awq/ (no s3://)"
    ),
]
ServedName = Annotated[
    str, spelled(r"[A-Za-z0-9][\w./:-]{0,126}", "a model's name (letters, digits and . _ - / :, at most 127)")
]


class Pin(Noun):
    """Choices taken out of the recipe engine's hands. State one only with a reason."""

    engine: Engine | None = None
    """Inference engine."""
    precision: Precision | None = None
    """Weight format; must be one of the checkpoints."""
    instance_type: str | None = None
    """Machine."""
    gpu_count: Annotated[int, Field(ge=1, le=64)] | None = None
    """GPUs that share one replica, over all its machines."""


class Scaling(Noun):
    """How the number of replicas follows the load."""

    autoscaler: Literal["keda", "cpu"] = "keda"
    """`keda`: the scaling law on engine metrics; `cpu`: a plain HPA on CPU, kept to compare against."""
    law: str = "queue"
    """Name of a shipped scaling law."""
    target: Annotated[int, Field(ge=1)] | None = None
    """Value of the law that one replica is meant to carry; absent derives it from the sequences that fit."""
    scale_up_percent: Annotated[int, Unit("%"), Field(ge=1, le=900)] = 900
    """Most that replicas may grow in one period; 900 lets 1 become 10."""
    scale_up_period_seconds: Annotated[WholeSeconds, Field(ge=1, le=1800)] = 15
    """The period of `scale_up_percent`."""


class ModelDeployment(Noun):
    """One model served for one promise."""

    card: str
    """Model card in the catalog."""
    checkpoints: Annotated[dict[Precision, Prefix], Field(min_length=1)]
    """Prefix in the models bucket by weight format; only what is there can be served."""
    served_name: ServedName | None = None
    """Name that clients ask for; absent means the deployment's own."""
    context_tokens: Tokens
    """Longest prompt plus output it accepts."""
    concurrency: Annotated[int, Unit("sequences"), Field(ge=1, le=1024)]
    """Sequences one replica may run together (`max_num_seqs`)."""
    objective: Objective
    """The latency promise."""
    workload: Workload
    """The load it is promised for."""
    limits: Limits
    """What it may use."""
    pools: Annotated[tuple[Name, ...], Field(min_length=1)]
    """GPU pools it may land on: one is chosen by price, others that run the same pod within the budget are fallen back to."""
    engines: Annotated[tuple[Engine, ...], Field(min_length=1)] = ("vllm",)
    """Engines it may be served by, the preferred one first; the recipe engine chooses among them."""
    engine_arguments: EngineArgumentsStated = {}
    """Further arguments of the engine by flag without dashes (`max-num-batched-tokens: 4096`); each is checked against the
    flags that the engine has."""
    pin: Pin = Pin()
    """Choices taken out of the recipe engine's hands."""
    scaling: Scaling = Scaling()
    """How replicas follow the load."""
    compile_cache: bool = False
    """Keep compiled kernels on EFS, one folder per image digest and GPU, filled by one Job."""
    kv_precisions: Annotated[tuple[KvPrecision, ...], Field(min_length=1)] = ("16bit",)
    """Formats that keys and values may be cached in; `fp8` holds twice the tokens and costs some accuracy."""
    longest_stream_seconds: Annotated[WholeSeconds, Field(ge=1, le=3600)] = 120
    """Longest answer that a shutdown should let finish; on spot it is cut to what the notice allows."""
    contract: Literal["openai", "generate"] = "openai"
    """Client contract the gateway offers for it beside the OpenAI one."""

    @property
    def allowed_engines(self) -> tuple[Engine, ...]:
        """Engines that it may be served by, the preferred one first; a pin leaves one."""
        return (self.pin.engine,) if self.pin.engine else self.engines

    @model_validator(mode="after")
    def _consistent(self) -> "ModelDeployment":
        if self.pin.precision and self.pin.precision not in self.checkpoints:
            have = ", ".join(sorted(self.checkpoints))
            raise ValueError(
                f"pin.precision is {self.pin.precision} but the checkpoints are {have}; add one or drop the pin"
            )
        twice = next((name for name in self.engines if self.engines.count(name) > 1), None)
        if twice:
            raise ValueError(f"engines name {twice} twice; keep one of them")
        if self.pin.engine and "engines" in self.model_fields_set and self.pin.engine not in self.engines:
            raise ValueError(
                f"pin.engine is {self.pin.engine} and engines are {', '.join(self.engines)}; add it or drop the pin"
            )
        typical = self.workload.prompt_tokens + self.workload.output_tokens
        if typical > self.context_tokens:
            raise ValueError(
                f"context_tokens is {self.context_tokens} and the workload needs {typical} (prompt_tokens and output_tokens);"
                " raise it, or shorten the workload"
            )
        return self
