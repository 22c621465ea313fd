"""What alerts and dashboards know of a model deployment."""

from dataclasses import dataclass

from headway.domain.engine import EngineContract


@dataclass(frozen=True)
class Watched:
    """A model deployment as it is watched."""

    name: str
    namespace: str
    served_name: str
    engine: EngineContract
    max_replicas: int
    cold_start_seconds: int
    """The worst predicted one."""
    ttft_seconds: float
    """The objective."""
    percentile: int
    """Of requests that keep the objective."""
    by_keda: bool = True
    """Whether KEDA scales it; else an HPA on CPU does."""

    @property
    def autoscaler(self) -> str:
        """Name of its HPA."""
        return f"keda-hpa-{self.name}" if self.by_keda else self.name
