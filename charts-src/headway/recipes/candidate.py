"""A candidate: one way to serve a model, with its plans, its price, and the number that rejected it if one did."""

from dataclasses import dataclass

from headway.domain.instance_type import CapacityType
from headway.domain.model_card import KvPrecision, Precision
from headway.domain.runtime_image import Engine
from headway.recipes.cold_start import ColdStart
from headway.recipes.disk_plan import DiskPlan
from headway.recipes.host_plan import HostPlan
from headway.recipes.latency import Latency
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import MemoryPlan
from headway.recipes.price import ReplicaPrice, usd_per_million_tokens


@dataclass(frozen=True)
class Rejection:
    """Why a candidate lost: what it needed, what there was, in which unit. `has` and `needs` are `None` for a plain no."""

    reason: str
    needs: float | None = None
    has: float | None = None
    unit: str = ""
    change: str = ""
    """What would have to change for it to run; empty where nothing about the question would help."""

    @property
    def shortfall(self) -> float:
        """How many times too little there is, at least 1; infinite for a plain no."""
        if not self.needs or not self.has:
            return float("inf")
        return max(self.needs / self.has, self.has / self.needs)


@dataclass(frozen=True)
class Candidate:
    """One way to serve: a machine of a pool, weight and KV formats, an engine, and a number of machines a replica."""

    pool: str
    machine: Machine
    capacity_types: tuple[CapacityType, ...]
    offers: int
    """Spot pools behind its pool."""
    nodes: int
    precision: Precision
    kv_precision: KvPrecision
    engine: Engine
    tensor_parallel: int
    """GPUs that share each layer."""
    pipeline_parallel: int
    """Stages that the layers are dealt to, over all machines of the replica."""
    memory: MemoryPlan | None
    host: HostPlan
    disk: DiskPlan | None = None
    cold_start: ColdStart | None = None
    price: ReplicaPrice | None = None
    replicas: int = 1
    """Fewest replicas that keep the promise at the stated load, the floor included."""
    tokens_per_second: float = 0.0
    """Output tokens of the stated load."""
    latency: Latency | None = None
    """Predicted at the stated load on `replicas`; `None` where it does not fit, or where no speed is known."""
    rejected_by: Rejection | None = None

    @property
    def gpus(self) -> int:
        """GPUs of one replica."""
        return self.nodes * self.machine.gpu_count

    @property
    def runs(self) -> bool:
        """Whether nothing rejects it."""
        return self.rejected_by is None

    @property
    def usd_per_hour(self) -> float | None:
        """Expected price of one replica, interruptions included."""
        return self.price.expected if self.price else None

    @property
    def fleet_usd_per_hour(self) -> float | None:
        """Expected price of all replicas that the stated load needs."""
        return self.price.expected * self.replicas if self.price else None

    @property
    def usd_per_million_tokens(self) -> float | None:
        """USD for a million output tokens at the stated load; `None` where it cannot be carried, or has no price."""
        fleet = self.fleet_usd_per_hour if self.runs else None
        return usd_per_million_tokens(fleet, self.tokens_per_second) if fleet is not None else None

    @property
    def name(self) -> str:
        """`2 × p5.48xlarge (8 × h100), fp8`: what people tell candidates apart by."""
        kv = f", KV {self.kv_precision}" if self.kv_precision != "16bit" else ""
        return f"{self.place}, {self.precision}{kv}, {self.engine}"

    @property
    def place(self) -> str:
        """`2 × p5.48xlarge (8 × h100)`."""
        count = f"{self.nodes} × " if self.nodes > 1 else ""
        return f"{count}{self.machine.name} ({self.machine.gpu_count} × {self.machine.accelerator})"

    @property
    def key(self) -> tuple[str, str, int, str, str, str]:
        """What makes it this candidate and no other."""
        return self.pool, self.machine.name, self.nodes, self.precision, self.kv_precision, self.engine
