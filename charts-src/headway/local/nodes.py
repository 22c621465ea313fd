"""Karpenter, played: it launches the machine of the first offer with room, and takes back what stands empty.

Times are the catalog's (`recipes.cold_start`), prices too; the scheduler, the instance and its boot are not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import anyio
from anyio.abc import TaskGroup

from headway.local.clock import Clock
from headway.local.machines import Offer

NodePhase = Literal["launching", "booting", "ready", "draining"]
SPOT_NOTICE_SECONDS = 120.0
"""EC2's notice before it takes a spot machine."""


@dataclass(eq=False)
class Node:
    """One machine and the pods on it."""

    name: str
    offer: Offer
    launched_at: float
    phase: NodePhase = "launching"
    pods: set[str] = field(default_factory=set)
    images: set[str] = field(default_factory=set)
    """What has been pulled here."""
    empty_since: float | None = None
    boot_seconds: float = 0.0
    ready: anyio.Event = field(default_factory=anyio.Event)

    @property
    def free_gpus(self) -> int:
        """GPUs that no pod has."""
        return self.offer.machine.gpu_count - len(self.pods)


class Nodes:
    """All machines of the run and what they have cost."""

    def __init__(self, clock: Clock, tasks: TaskGroup) -> None:
        self._clock = clock
        self._tasks = tasks
        self._spent = 0.0
        self._spent_at = 0.0
        self._launched = 0
        self.nodes: list[Node] = []

    def place(self, pod: str, offers: tuple[Offer, ...], boot_seconds: Mapping[str, float]) -> Node:
        """A node for a pod, with one GPU of its own; launched where none has room."""
        admitted = {(offer.pool, offer.machine.name) for offer in offers}
        for node in self.nodes:
            known = (node.offer.pool, node.offer.machine.name) in admitted
            if known and node.free_gpus > 0 and node.phase != "draining":
                self._bind(node, pod)
                return node
        node = self._launch(offers[0], boot_seconds[offers[0].machine.name])
        self._bind(node, pod)
        return node

    def _launch(self, offer: Offer, boot_seconds: float) -> Node:
        self.settle()
        self._launched += 1
        node = Node(f"{offer.pool}-{self._launched}", offer, self._clock.now(), boot_seconds=boot_seconds)
        self.nodes.append(node)
        self._tasks.start_soon(self._boot, node)
        return node

    async def _boot(self, node: Node) -> None:
        """EC2 launch to node Ready; one measurement, of which the first half is taken for the launch."""
        await self._clock.sleep(node.boot_seconds / 2)
        if node.phase == "launching":
            node.phase = "booting"
        await self._clock.sleep(node.boot_seconds / 2)
        if node.phase == "booting":
            node.phase = "ready"
            node.ready.set()

    def _bind(self, node: Node, pod: str) -> None:
        node.pods.add(pod)
        node.empty_since = None

    def release(self, pod: str) -> None:
        """A pod has gone."""
        for node in self.nodes:
            if pod in node.pods:
                node.pods.discard(pod)
                if not node.pods:
                    node.empty_since = self._clock.now()

    def consolidate(self) -> list[Node]:
        """Terminates nodes that have stood empty as long as their pool says; returns them."""
        now = self._clock.now()
        gone = [
            node
            for node in self.nodes
            if node.empty_since is not None and now - node.empty_since >= node.offer.consolidate_after_seconds
        ]
        for node in gone:
            self.remove(node)
        return gone

    def remove(self, node: Node) -> None:
        """The machine is no more."""
        self.settle()
        if node in self.nodes:
            self.nodes.remove(node)

    @property
    def launched(self) -> int:
        """Machines launched so far."""
        return self._launched

    @property
    def usd_per_hour(self) -> float:
        """What the machines cost now, by the hour of the cluster."""
        return sum(node.offer.usd_per_hour for node in self.nodes)

    def settle(self) -> float:
        """Dollars so far, in the cluster's time."""
        now = self._clock.now()
        self._spent += self.usd_per_hour * (now - self._spent_at) / 3600
        self._spent_at = now
        return self._spent
