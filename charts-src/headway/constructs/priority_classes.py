"""Who goes first when a node is full: the gateway before model servers, model servers before cache fillers."""

from dataclasses import dataclass
from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.part import ManifestChart, Part


@dataclass(frozen=True)
class Priority:
    """One class: pods name it, the scheduler ranks by value."""

    name: str
    value: int
    preempts: bool
    meaning: str


SERVING_EDGE = Priority(
    "headway-edge", 100_000, True, "Gateway, pages and metrics: without them nothing is served or scaled."
)
SERVING_MODEL = Priority("headway-model", 50_000, True, "Model servers.")
BACKGROUND = Priority("headway-background", 1_000, False, "Compile-cache jobs; they wait for room.")


class PriorityClasses(Part):
    """The three priority classes."""

    component: ClassVar[str] = "scheduling"

    def __init__(self, scope: Part | ManifestChart, id: str) -> None:
        super().__init__(scope, id, instance="priorities")
        for priority in (SERVING_EDGE, SERVING_MODEL, BACKGROUND):
            self.add(
                k8s.KubePriorityClassProps(
                    metadata=k8s.ObjectMeta(name=priority.name),
                    value=priority.value,
                    global_default=False,
                    preemption_policy="PreemptLowerPriority" if priority.preempts else "Never",
                    description=priority.meaning,
                )
            )
