"""What the rules know beside the files: the catalog, and the cluster when somebody named it."""

from dataclasses import dataclass, field

from headway.catalog import Catalog
from headway.domain.cluster import DaemonSetReserve, Quotas

PRICE_REGION = "us-east-1"


@dataclass(frozen=True)
class Facts:
    """Facts of one check."""

    catalog: Catalog
    agents: DaemonSetReserve = field(default_factory=lambda: DaemonSetReserve(cpu_millicores=0, memory_mib=0))
    """What DaemonSets take on a GPU node; nothing where no environment is named, so that no pod is refused for them."""
    environment: str | None = None
    """Environment whose facts these are."""
    keda: str | None = None
    """Scaler that the environment's KEDA offers for engine metrics (`kedify-otel` is Kedify's build)."""
    region: str = PRICE_REGION
    """Region whose prices hold."""
    quotas: Quotas = field(default_factory=Quotas)
    """The account's EC2 quotas, where they are stated."""

    @property
    def closed(self) -> bool:
        """Whether the files are everything one environment consists of, so that what is not there does not exist."""
        return self.environment is not None
