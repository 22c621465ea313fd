"""A scenario under a scaler, and the figures that compare scalers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from headway.scaling.behaviour.fleet import Fleet
from headway.scaling.behaviour.scalers import CPU_REQUESTS, SYNC_SECONDS, CpuScaler, LawScaler, Scaler
from headway.scaling.behaviour.workload import SCENARIOS, Scenario, Workload
from headway.scaling.law import ScalingLaw

FELT_SECONDS = 1
"""A request that starts later than this after its arrival has waited."""


@dataclass(frozen=True)
class Point:
    """The fleet right after one HPA sync."""

    t: int
    needed: int
    """Replicas that would carry the load of this second."""
    replicas: int
    """Wanted: loading or serving."""
    ready: int
    queue: int


@dataclass(frozen=True)
class Run:
    """What came of a scenario under a scaler."""

    scenario: Scenario
    scaler: str
    points: tuple[Point, ...]
    requests: int
    waits: tuple[int, ...]
    """Seconds from arrival to start of every request that started."""
    usd: float

    @property
    def most(self) -> int:
        """Most replicas."""
        return max(point.replicas for point in self.points)

    @property
    def overshoot(self) -> int:
        """Replicas above the most that were ever needed."""
        return max(0, self.most - max(point.needed for point in self.points))

    @property
    def oscillations(self) -> int:
        """Turns from up to down or down to up, beyond those that the load itself makes."""
        own = _turns([point.replicas for point in self.points])
        return max(0, own - _turns([point.needed for point in self.points]))

    @property
    def waited(self) -> int:
        """Requests that waited, with those that never started."""
        return sum(wait > FELT_SECONDS for wait in self.waits) + self.requests - len(self.waits)

    def wait_percentile(self, percent: float) -> float:
        """Seconds; infinite where that many never started."""
        ordered = [*sorted(float(wait) for wait in self.waits), *([math.inf] * (self.requests - len(self.waits)))]
        return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def simulate(scenario: Scenario, scaler: Scaler, workload: Workload) -> Run:
    """Second by second from the replicas that are needed, all ready, with an HPA sync every 15 s."""
    start = workload.needed(scenario.replicas_worth(0) * workload.capacity)
    fleet, points, arrived = Fleet(workload, start), [], 0
    for now in range(scenario.seconds):
        rate = scenario.replicas_worth(now) * workload.capacity
        before = len(fleet.queue) + len(fleet.waits)
        fleet.tick(now, rate)
        arrived += len(fleet.queue) + len(fleet.waits) - before
        scaler.act(now, fleet, now in scenario.metrics_lost)
        if now % SYNC_SECONDS == 0:
            ready = len(fleet.serving(now))
            points.append(Point(now, workload.needed(rate), fleet.count(), ready, len(fleet.queue)))
    usd = fleet.replica_seconds / 3600 * workload.usd_per_replica_hour
    return Run(scenario, scaler.name, tuple(points), arrived, tuple(fleet.waits), usd)


def compare(laws: Sequence[ScalingLaw], workload: Workload) -> tuple[Run, ...]:
    """Every scenario under each law, and beside them the old way: the HPA on CPU."""
    return tuple(simulate(scenario, scaler, workload) for scenario in SCENARIOS for scaler in _scalers(laws, workload))


def _scalers(laws: Sequence[ScalingLaw], workload: Workload) -> list[Scaler]:
    """New ones for every run: they remember."""
    return [
        *(LawScaler(law, workload) for law in laws),
        *(CpuScaler(workload, request) for request in CPU_REQUESTS),
    ]


def _turns(counts: list[int]) -> int:
    steps = [after - before for before, after in pairwise(counts) if after != before]
    return sum((first > 0) != (second > 0) for first, second in pairwise(steps))
