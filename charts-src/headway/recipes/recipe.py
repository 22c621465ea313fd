"""A recipe: how one model deployment is served, and the number that rejected every other way."""

from dataclasses import dataclass

from headway.domain.model_card import ModelCard, Precision
from headway.domain.runtime_image import Engine, RuntimeImage
from headway.recipes.cold_start import ColdStart
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.host_plan import HostPlan
from headway.recipes.latency import Latency
from headway.recipes.lifecycle import Lifecycle
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import MemoryPlan


@dataclass(frozen=True)
class Rejection:
    """Why a candidate lost: what it needed, what there was, in which unit. `has` and `needs` are `None` for a plain no."""

    reason: str
    needs: float | None = None
    has: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Candidate:
    """One way to serve: a machine of a pool, a precision, an engine, and a number of machines a replica."""

    pool: str
    machine: Machine
    nodes: int
    precision: Precision
    engine: Engine
    tensor_parallel: int
    memory: MemoryPlan | None
    host: HostPlan | None
    usd_per_hour: float | None
    """Expected price of one replica."""
    rejected_by: Rejection | None
    latency: Latency | None = None
    """Predicted at the stated load; `None` where it does not fit, or where no speed is known."""


@dataclass(frozen=True)
class Recipe:
    """The chosen way, complete enough to render."""

    deployment: str
    card: ModelCard
    chosen: Candidate
    memory: MemoryPlan
    host: HostPlan
    image: RuntimeImage
    checkpoint: str
    """Prefix of the weights in the models bucket."""
    sequences: int
    """Sequences of typical length that one replica runs together."""
    arguments: EngineArguments
    cold_start: ColdStart
    lifecycle: Lifecycle
    candidates: tuple[Candidate, ...]
    """Every candidate looked at, the chosen one first, then by price."""

    @property
    def gpus_per_replica(self) -> int:
        """GPUs one replica takes over all its machines."""
        return self.chosen.machine.gpu_count * self.chosen.nodes

    @property
    def surge_replicas(self) -> int:
        """Replicas a rollout adds for a while: one where Karpenter finds a machine, none for a group."""
        return 1 if self.chosen.machine.provisioned and self.chosen.nodes == 1 else 0
