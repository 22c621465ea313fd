"""A recipe: how one model deployment is served, complete enough to render."""

from dataclasses import dataclass

from headway.domain.model_card import ModelCard
from headway.domain.runtime_image import RuntimeImage
from headway.recipes.candidate import Candidate
from headway.recipes.cold_start import ColdStart
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.fallback import Fallback
from headway.recipes.host_plan import HostPlan
from headway.recipes.lifecycle import Lifecycle
from headway.recipes.memory_plan import MemoryPlan
from headway.recipes.question import Question


@dataclass(frozen=True)
class Recipe:
    """The chosen way, complete enough to render."""

    deployment: str
    question: Question
    chosen: Candidate
    memory: MemoryPlan
    host: HostPlan
    """Requests that every machine it may land on has room for."""
    image: RuntimeImage
    checkpoint: str
    """Prefix of the weights in the models bucket."""
    sequences: int
    """Sequences of typical length that one replica runs together."""
    arguments: EngineArguments
    cold_start: ColdStart
    """The slowest of the machines it may land on."""
    lifecycle: Lifecycle
    candidates: tuple[Candidate, ...]
    """Every candidate looked at, the chosen one first, then by price."""
    fallbacks: tuple[Fallback, ...]
    """What is tried when the chosen way is not to be had, in order."""

    @property
    def card(self) -> ModelCard:
        """The model."""
        return self.question.card

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that its pods may land on: the chosen one, then those Karpenter falls back to, in order."""
        followed = (step.candidate.pool for step in self.fallbacks if step.followed)
        return tuple(dict.fromkeys((self.chosen.pool, *followed)))

    @property
    def gpus_per_replica(self) -> int:
        """GPUs one replica takes over all its machines."""
        return self.chosen.gpus

    @property
    def surge_replicas(self) -> int:
        """Replicas a rollout adds for a while: one where Karpenter finds a machine, none for a group."""
        return 1 if self.chosen.machine.provisioned and self.chosen.nodes == 1 else 0
