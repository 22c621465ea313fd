"""A simple workload: what a replica carries, and loads that show how a scaler behaves."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """A fleet of equal replicas; a request holds one sequence for the same time on each."""

    sequences: int = 16
    """Requests that a replica runs together."""
    service_seconds: int = 8
    """From a request's start to its last token. Independent of how full the replica is: real engines slow down."""
    cold_start_seconds: int = 120
    """From a pod's creation to its readiness, machine included."""
    min_replicas: int = 1
    max_replicas: int = 10
    usd_per_replica_hour: float = 1.0
    """While a pod exists: loading, serving and draining."""
    scrape_seconds: int = 5
    """Age that metrics may have."""

    @property
    def capacity(self) -> float:
        """Requests per second that one replica carries when every sequence is in use."""
        return self.sequences / self.service_seconds

    def needed(self, rate: float) -> int:
        """Replicas that carry a steady rate: Little's law, without headroom."""
        return max(self.min_replicas, math.ceil(rate / self.capacity - 1e-9))


@dataclass(frozen=True)
class Scenario:
    """A load over time."""

    name: str
    meaning: str
    seconds: int
    replicas_worth: Callable[[int], float]
    """Offered load at a second, in full replicas."""
    metrics_lost: range = range(0)
    """Seconds in which no metric can be read."""


LOW = 0.2


def _step(second: int) -> float:
    return 5.0 if 300 <= second < 2100 else LOW


def _ramp(second: int) -> float:
    up, down = (second - 300) / 900, (3000 - second) / 900
    return LOW + (6.0 - LOW) * max(0.0, min(1.0, up, down))


def _spike(second: int) -> float:
    return 8.0 if 300 <= second < 360 else LOW


def _steady(_second: int) -> float:
    return 3.5


SCENARIOS = (
    Scenario("step", "0.2 replicas' worth, 5 from minute 5 to minute 35, 0.2 again", 3600, _step),
    Scenario("ramp", "from 0.2 to 6 replicas' worth in 15 minutes, held, and back", 3600, _ramp),
    Scenario("spike", "0.2 replicas' worth, 8 for one minute", 2400, _spike),
    Scenario(
        "metric loss", "3.5 replicas' worth; no metrics from minute 20 to minute 30", 3000, _steady, range(1200, 1800)
    ),
)
