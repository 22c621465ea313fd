"""Faults on demand, each with what it does to the real or the played part, and how it ends."""

import signal
from collections.abc import Callable
from typing import Literal, get_args

import anyio
from anyio.abc import TaskGroup

from headway.local.fleet import Fleet
from headway.local.http import fetch
from headway.local.kept import Kept
from headway.local.nodes import SPOT_NOTICE_SECONDS, Node
from headway.local.replica import Replica
from headway.local.world import World

FaultName = Literal["spot-interruption", "engine-crash", "metric-loss", "s3-outage", "slow-replica"]
FAULTS: tuple[FaultName, ...] = get_args(FaultName)
METRIC_LOSS_SECONDS = 120.0
"""Of the cluster's time."""
SLOW_SECONDS = 300.0
SLOW_FACTOR = 4
OUTAGE_SECONDS = 8.0
"""Real seconds: longer than the gateway waits for the store, so that people are told."""
LEAST_NOTICE_SECONDS = 12.0
"""Real seconds of a spot notice at any speed, for answers are not sped up."""


class CannotBreak(Exception):
    """There is nothing that this fault could strike now."""


class Chaos:
    """Strikes on demand."""

    def __init__(self, world: World, fleets: list[Fleet], storage: Kept, tasks: TaskGroup) -> None:
        self._world, self._fleets, self._storage, self._tasks = world, fleets, storage, tasks

    def strike(self, fault: FaultName, deployment: str | None = None) -> str:
        """Lets a fault happen; returns what happens in words. Raises `CannotBreak`."""
        strikes: dict[FaultName, Callable[[str | None], tuple[str, str]]] = {
            "spot-interruption": self._spot,
            "engine-crash": self._crash,
            "metric-loss": self._lose_metrics,
            "s3-outage": self._stop_storage,
            "slow-replica": self._slow,
        }
        target, text = strikes[fault](deployment)
        self.tell(fault, target, text)
        return text

    def tell(self, fault: str, target: str, text: str) -> None:
        """Says what happens, in the page and at the terminal."""
        content = {"t": round(self._world.clock.now(), 2), "fault": fault, "target": target, "text": text}
        self._world.watch.publish("chaos", content)
        self._world.watch.say(f"chaos: {text}")

    def _spot(self, deployment: str | None) -> tuple[str, str]:
        _, replica = self._victim(deployment)
        node = replica.node
        if node is None:
            raise CannotBreak(f"{replica.name} has no node")
        notice = max(LEAST_NOTICE_SECONDS, SPOT_NOTICE_SECONDS / self._world.clock.speed)
        self._tasks.start_soon(self._interrupt, node, notice)
        return node.name, (
            f"EC2 takes {node.name} back in {notice:.0f} s: its pods drain, others take their place on another machine"
        )

    async def _interrupt(self, node: Node, notice: float) -> None:
        node.phase = "draining"
        for fleet in self._fleets:
            for replica in tuple(fleet.replicas):
                if replica.node is node and replica.wanted:
                    fleet.replace(replica, notice)
        await anyio.sleep(notice)
        for fleet in self._fleets:
            for replica in fleet.replicas:
                if replica.node is node and replica.process is not None:
                    replica.process.signal(signal.SIGKILL)
        self._world.nodes.remove(node)

    def _crash(self, deployment: str | None) -> tuple[str, str]:
        _, replica = self._victim(deployment)
        if replica.process is not None:
            replica.process.signal(signal.SIGKILL)
        return replica.name, f"{replica.name} is killed: its streams end with an error event, its pod starts it again"

    def _lose_metrics(self, _: str | None) -> tuple[str, str]:
        self._tasks.start_soon(self._lost)
        return (
            "metrics",
            f"no metric reaches the scaler for {METRIC_LOSS_SECONDS:.0f} s of the cluster: nothing may scale down",
        )

    async def _lost(self) -> None:
        self._world.samples.lost = True
        try:
            await self._world.clock.sleep(METRIC_LOSS_SECONDS)
        finally:
            self._world.samples.lost = False
        self.tell("metric-loss", "metrics", "metrics are back")

    def _stop_storage(self, _: str | None) -> tuple[str, str]:
        self._tasks.start_soon(self._silent)
        return (
            "s3",
            f"S3 does not answer for {OUTAGE_SECONDS:.0f} s: no survey answer is acknowledged that is not stored",
        )

    async def _silent(self) -> None:
        process = self._storage.process
        process.signal(signal.SIGSTOP)
        try:
            await anyio.sleep(OUTAGE_SECONDS)
        finally:
            process.signal(signal.SIGCONT)
        self.tell("s3-outage", "s3", "S3 answers again")

    def _slow(self, deployment: str | None) -> tuple[str, str]:
        _, replica = self._victim(deployment)
        self._tasks.start_soon(self._slowed, replica)
        return (
            replica.name,
            f"every step of {replica.name} takes {SLOW_FACTOR} times as long for {SLOW_SECONDS:.0f} s of the cluster",
        )

    async def _slowed(self, replica: Replica) -> None:
        faults = f"{replica.url}/simulated/faults"
        await fetch(faults, "PUT", {"slow": {"value": SLOW_FACTOR}})
        await self._world.clock.sleep(SLOW_SECONDS)
        await fetch(faults, "DELETE")
        self.tell("slow-replica", replica.name, f"{replica.name} is as fast as before")

    def _victim(self, deployment: str | None) -> tuple[Fleet, Replica]:
        """A replica that is ready; the oldest, whose loss is felt most."""
        for fleet in self._fleets:
            if deployment in (None, fleet.deployment.name):
                for replica in fleet.replicas:
                    if replica.ready:
                        return fleet, replica
        raise CannotBreak(f"no replica{f' of {deployment}' if deployment else ''} is ready; ask for an answer first")
