"""Faults on demand, each with what it does to the real or the played part, and how it ends."""

import signal
from collections.abc import Awaitable, Callable, Iterator
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
BEYOND_PATIENCE_SECONDS = 120.0
"""How much longer metrics are lost than any scaler waits before it scales down, in the cluster's time."""
SLOW_SECONDS = 300.0
"""In the cluster's time."""
SLOW_FACTOR = 4
OUTAGE_SECONDS = 8.0
"""Real seconds: longer than the gateway waits for the store, so that people are told."""
LEAST_NOTICE_SECONDS = 12.0
"""Real seconds of a spot notice at any speed, for answers are not sped up."""
METRICS, STORAGE = "metrics", "s3"
SIMULATED_FAULTS = "/simulated/faults"


class CannotBreak(Exception):
    """There is nothing that this fault could strike now."""


class Chaos:
    """Strikes on demand."""

    def __init__(self, world: World, fleets: list[Fleet], storage: Kept, tasks: TaskGroup) -> None:
        self._world, self._fleets, self._storage, self._tasks = world, fleets, storage, tasks
        self._struck: dict[str, float] = {}
        """What a fault holds now, and the real second at which it lets go."""

    async def strike(self, fault: FaultName, deployment: str | None = None) -> str:
        """Lets a fault happen; returns what happens in words. Raises `CannotBreak`."""
        strikes: dict[FaultName, Callable[[str | None], Awaitable[tuple[str, str]]]] = {
            "spot-interruption": self._spot,
            "engine-crash": self._crash,
            "metric-loss": self._lose_metrics,
            "s3-outage": self._stop_storage,
            "slow-replica": self._slow,
        }
        target, text = await strikes[fault](deployment)
        self.tell(fault, target, text)
        return text

    def tell(self, fault: str, target: str, text: str) -> None:
        """Says what happens, in the page and at the terminal."""
        content = {"t": round(self._world.clock.now(), 2), "fault": fault, "target": target, "text": text}
        self._world.watch.publish("chaos", content)
        self._world.watch.say(f"chaos: {text}")

    async def _spot(self, deployment: str | None) -> tuple[str, str]:
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

    async def _crash(self, deployment: str | None) -> tuple[str, str]:
        _, replica = self._victim(deployment)
        if replica.process is not None:
            replica.process.signal(signal.SIGKILL)
        return replica.name, f"{replica.name} is killed: its streams end with an error event, its pod starts it again"

    async def _lose_metrics(self, _: str | None) -> tuple[str, str]:
        lost_seconds = max(one.deployment.law.patience_seconds for one in self._fleets) + BEYOND_PATIENCE_SECONDS
        self._hold(METRICS, lost_seconds / self._world.clock.speed)
        self._tasks.start_soon(self._lost, lost_seconds)
        return METRICS, f"no metric reaches the scaler for {lost_seconds:.0f} s of the cluster: nothing may scale down"

    async def _lost(self, lost_seconds: float) -> None:
        self._world.samples.lost = True
        try:
            await self._world.clock.sleep(lost_seconds)
        finally:
            self._world.samples.lost = False
            self._let_go(METRICS)
        self.tell("metric-loss", METRICS, "metrics are back")

    async def _stop_storage(self, _: str | None) -> tuple[str, str]:
        self._hold(STORAGE, OUTAGE_SECONDS)
        self._tasks.start_soon(self._silent)
        return (
            STORAGE,
            f"S3 does not answer for {OUTAGE_SECONDS:.0f} s: no survey answer is acknowledged that is not stored",
        )

    async def _silent(self) -> None:
        process = self._storage.process
        process.signal(signal.SIGSTOP)
        try:
            await anyio.sleep(OUTAGE_SECONDS)
        finally:
            process.signal(signal.SIGCONT)
            self._let_go(STORAGE)
        self.tell("s3-outage", STORAGE, "S3 answers again")

    async def _slow(self, deployment: str | None) -> tuple[str, str]:
        replica = self._simulated_victim(deployment)
        self._hold(replica.name, SLOW_SECONDS / self._world.clock.speed)
        status, _ = await fetch(replica.url + SIMULATED_FAULTS, "PUT", {"slow": {"value": SLOW_FACTOR}})
        if status != 200:
            self._let_go(replica.name)
            raise CannotBreak(f"{replica.name} cannot be slowed: {SIMULATED_FAULTS} answered {status or 'nothing'}")
        self._tasks.start_soon(self._slowed, replica)
        return (
            replica.name,
            f"every step of {replica.name} takes {SLOW_FACTOR} times as long for {SLOW_SECONDS:.0f} s of the cluster",
        )

    async def _slowed(self, replica: Replica) -> None:
        await self._world.clock.sleep(SLOW_SECONDS)
        status, _ = await fetch(replica.url + SIMULATED_FAULTS, "DELETE")
        self._let_go(replica.name)
        end = "is as fast as before" if status == 200 else "has gone before it was as fast again"
        self.tell("slow-replica", replica.name, f"{replica.name} {end}")

    def _hold(self, target: str, seconds: float) -> None:
        """One fault at a time on one target, or the end of the first would be that of the second."""
        if target in self._struck:
            left = max(0.0, self._struck[target] - self._world.clock.real())
            raise CannotBreak(f"{target}: struck already, for another {left:.0f} s on the wall; ask again then")
        self._struck[target] = self._world.clock.real() + seconds

    def _let_go(self, target: str) -> None:
        del self._struck[target]

    def _simulated_victim(self, deployment: str | None) -> Replica:
        """A ready replica that can be slowed, and is not yet if there is a choice."""
        _, victim = self._victim(deployment)
        ready = [replica for _, replica in self._ready(deployment) if replica.simulated]
        if not ready:
            raise CannotBreak(f"{victim.name} is a real engine, which cannot be slowed; wait for another replica")
        return next((replica for replica in ready if replica.name not in self._struck), ready[0])

    def _victim(self, deployment: str | None) -> tuple[Fleet, Replica]:
        """A replica that is ready; the oldest, whose loss is felt most."""
        for found in self._ready(deployment):
            return found
        raise CannotBreak(f"no replica{f' of {deployment}' if deployment else ''} is ready; ask for an answer first")

    def _ready(self, deployment: str | None) -> Iterator[tuple[Fleet, Replica]]:
        for fleet in self._fleets:
            if deployment in (None, fleet.deployment.name):
                yield from ((fleet, replica) for replica in fleet.replicas if replica.ready)
