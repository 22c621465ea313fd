"""One pod of a model server: from pending to ready, and to its end."""

from dataclasses import dataclass
from typing import Literal

from headway.local.nodes import Node
from headway.local.process import Process

Phase = Literal["pending", "node", "pull", "load", "warm", "ready", "stopping"]
PHASES: tuple[Phase, ...] = ("pending", "node", "pull", "load", "warm", "ready", "stopping")


@dataclass(eq=False)
class Replica:
    """One pod."""

    name: str
    number: int
    port: int
    created_at: float
    """In the cluster's time."""
    simulated: bool = True
    """Whether its engine is simulated, rather than the options' real one."""
    phase: Phase = "pending"
    node: Node | None = None
    process: Process | None = None
    restarts: int = 0
    ready_at: float | None = None
    interrupted: bool = False
    """Whether its node was taken away; the ReplicaSet has made another in its place."""

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def wanted(self) -> bool:
        """Whether it counts as one of the Deployment's replicas."""
        return self.phase != "stopping"

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return self.phase == "ready"
