"""Replicas and their queue, second by second."""

from collections import deque
from dataclasses import dataclass, field

from headway.scaling.behaviour.workload import Workload

CPU_IDLE_CORES = 0.05
CPU_BUSY_CORES = 0.9
CPU_CORES_PER_SEQUENCE = 0.02
"""Assumed, not measured: the engine's loop keeps about one core busy as long as it has any work, however much it is, and
every sequence costs a little more for tokens and HTTP."""
METRICS_SERVER_SECONDS = 15
"""The metrics server's resolution."""


@dataclass
class Replica:
    """One pod."""

    number: int
    created: int
    ready_at: int
    draining: bool = False
    finishes: deque[int] = field(default_factory=deque)
    """When the requests it runs will end."""
    core_seconds: float = 0.0
    """CPU since the metrics server last looked."""
    cores: float | None = None
    """What the metrics server last measured."""

    def cpu(self, now: int) -> float:
        """Cores in use."""
        if now < self.ready_at or not self.finishes:
            return CPU_IDLE_CORES
        return CPU_IDLE_CORES + CPU_BUSY_CORES + CPU_CORES_PER_SEQUENCE * len(self.finishes)


class Fleet:
    """The world that a scaler acts on."""

    def __init__(self, workload: Workload, replicas: int) -> None:
        self.workload = workload
        self.replicas = [Replica(n, -workload.cold_start_seconds, 0) for n in range(replicas)]
        self.queue: deque[int] = deque()
        self.waits: list[int] = []
        self.replica_seconds = 0
        self._numbers = replicas
        self._owed = 0.0

    def serving(self, now: int) -> list[Replica]:
        """Replicas that take requests."""
        return [replica for replica in self.replicas if replica.ready_at <= now and not replica.draining]

    def count(self) -> int:
        """Replicas that are wanted: loading or serving."""
        return sum(not replica.draining for replica in self.replicas)

    def tick(self, now: int, rate: float) -> None:
        """One second: ends, arrivals, starts, CPU, and what it costs."""
        for replica in self.replicas:
            while replica.finishes and replica.finishes[0] <= now:
                replica.finishes.popleft()
        self.replicas = [replica for replica in self.replicas if replica.finishes or not replica.draining]
        self._owed += rate
        while self._owed >= 1:
            self.queue.append(now)
            self._owed -= 1
        self._start(now)
        for replica in self.replicas:
            replica.core_seconds += replica.cpu(now)
            if now % METRICS_SERVER_SECONDS == 0:
                replica.cores, replica.core_seconds = replica.core_seconds / METRICS_SERVER_SECONDS, 0.0
        self.replica_seconds += len(self.replicas)

    def _start(self, now: int) -> None:
        serving = self.serving(now)
        while self.queue and serving:
            freest = min(serving, key=lambda replica: (len(replica.finishes), replica.number))
            if len(freest.finishes) >= self.workload.sequences:
                return
            self.waits.append(now - self.queue.popleft())
            freest.finishes.append(now + self.workload.service_seconds)

    def scale(self, now: int, replicas: int) -> None:
        """Adds pods that load, or takes away: those that still load first, as a ReplicaSet does, then the emptiest."""
        for _ in range(replicas - self.count()):
            self.replicas.append(Replica(self._numbers, now, now + self.workload.cold_start_seconds))
            self._numbers += 1
        for _ in range(self.count() - replicas):
            wanted = [replica for replica in self.replicas if not replica.draining]
            least = min(wanted, key=lambda r: (r.ready_at <= now, len(r.finishes), -r.number))
            least.draining = True
        self.replicas = [replica for replica in self.replicas if replica.finishes or not replica.draining]

    def metrics(self, now: int) -> dict[str, float]:
        """What engines and gateway export. With no replica that serves, the gateway holds what waits."""
        running = sum(len(replica.finishes) for replica in self.replicas)
        held = 0 if self.serving(now) else len(self.queue)
        waiting = len(self.queue) - held
        return {"running": running, "waiting": waiting, "held": held, "inflight": running + waiting}
