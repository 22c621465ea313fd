"""The replicas of one Deployment: what a ReplicaSet, the scheduler and a kubelet would do with its pods."""

from collections import Counter
from collections.abc import Mapping

import anyio
from anyio.abc import TaskGroup

from headway.local.cpu_scaler import CpuScaler
from headway.local.pod_life import PodLife
from headway.local.ports import claim
from headway.local.rendered import Deployment
from headway.local.replica import PHASES, Replica
from headway.local.scaler import SYNC_SECONDS, Change, Scaler
from headway.local.scaling_event import scaling_event
from headway.local.world import World

RUNNING, WAITING = "vllm:num_requests_running", "vllm:num_requests_waiting"


class Fleet:
    """All pods of one Deployment, and what scales them."""

    def __init__(self, world: World, deployment: Deployment, tasks: TaskGroup, first_is_real: bool = False) -> None:
        self.world = world
        self.deployment = deployment
        self.scaler = Scaler(deployment.law, world.clock, world.samples)
        self.cpu_scaler = CpuScaler(deployment, world.clock)
        self.replicas: list[Replica] = []
        self.most = 0
        """Most replicas that were ready at once."""
        self._tasks = tasks
        self._numbers = 0
        self._first_is_real = first_is_real
        self._lives: dict[str, PodLife] = {}

    @property
    def desired(self) -> int:
        """Replicas that are wanted: `spec.replicas`."""
        return sum(replica.wanted for replica in self.replicas)

    @property
    def ready(self) -> int:
        """Replicas that take requests."""
        return sum(replica.ready for replica in self.replicas)

    async def run(self) -> None:
        """Polls and syncs until it is cancelled."""
        least = self.deployment.law.keda.min_replicas
        self._resize(least)
        async with anyio.create_task_group() as loops:
            loops.start_soon(self._poll)
            loops.start_soon(self._sync)

    async def _poll(self) -> None:
        while True:
            await self.world.clock.sleep(self.deployment.law.keda.polling_seconds)
            self._apply(self.scaler.poll(self.desired, self.ready))

    async def _sync(self) -> None:
        while True:
            await self.world.clock.sleep(SYNC_SECONDS)
            running = sum(self.world.samples.of(replica.name, RUNNING) for replica in self.replicas)
            self.cpu_scaler.sync(running, self.world.samples.lost)
            if self.desired:
                self._apply(self.scaler.sync(self.desired, self.ready))

    def _apply(self, change: Change) -> None:
        before = self.desired
        if change.replicas == before:
            return
        self._resize(change.replicas)
        event = scaling_event(self.world, self.deployment, self.scaler, change, before, self.phases()["pending"])
        self.world.audit.record(event)
        self.world.watch.publish("scaling", event.message())
        self.world.watch.say(event.explanation)

    def _resize(self, wanted: int) -> None:
        """Adds pods, or takes away: those that are not ready first, then the youngest, as a ReplicaSet does.

        A real engine goes last: its start is not sped up, and it would never become ready.
        """
        for _ in range(wanted - self.desired):
            self._add()
        spare = sorted(
            (one for one in self.replicas if one.wanted),
            key=lambda one: (not one.simulated, one.ready, -one.number),
        )
        for replica in spare[: max(0, self.desired - wanted)]:
            self.retire(replica)

    def _add(self) -> None:
        self._numbers += 1
        name = f"{self.deployment.name}-{self._numbers}"
        simulated = not (self._first_is_real and self._numbers == 1)
        replica = Replica(name, self._numbers, claim("127.0.0.1", None), self.world.clock.now(), simulated)
        life = PodLife(self.world, self.deployment, replica, self._changed, lambda: self.most > 0)
        self.replicas.append(replica)
        self._lives[name] = life
        self._tasks.start_soon(self._live, replica, life)

    async def _live(self, replica: Replica, life: PodLife) -> None:
        try:
            await life.run()
        finally:
            self.replicas.remove(replica)
            self._lives.pop(replica.name, None)
            self.world.samples.gone(replica.name)
            self.world.nodes.release(replica.name)
            self._changed()

    def retire(self, replica: Replica, grace_seconds: float | None = None) -> None:
        """Ends a pod: off the endpoints, preStop, SIGTERM, SIGKILL after the grace (real seconds)."""
        replica.phase = "stopping"
        self._changed()
        grace = self.deployment.grace_seconds if grace_seconds is None else grace_seconds
        self._tasks.start_soon(self._lives[replica.name].stop, grace)

    def replace(self, replica: Replica, grace_seconds: float) -> None:
        """A pod is evicted: another takes its place at once."""
        replica.interrupted = True
        self.retire(replica, grace_seconds)
        self._add()

    def _changed(self) -> None:
        self.most = max(self.most, self.ready)
        self.world.upstreams.set(self.deployment.model, (r.url for r in self.replicas if r.ready))

    def phases(self) -> Mapping[str, int]:
        """Pods by phase; every phase is there."""
        found = Counter(replica.phase for replica in self.replicas)
        return {phase: found[phase] for phase in PHASES}

    async def stop(self, grace_seconds: float) -> None:
        """Ends every process within a bound."""
        async with anyio.create_task_group() as ending:
            for replica in self.replicas:
                replica.phase = "stopping"
                if replica.process is not None:
                    ending.start_soon(replica.process.stop, grace_seconds)
