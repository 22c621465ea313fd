"""A container's probes, as rendered and as a kubelet would act on them.

Periods are the cluster's time, divided by the speed, for a cluster's failure of 30 s must cost 30 s of the cluster. A
timeout and the bound of a start are real seconds: neither an answer nor the start of a process is sped up here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from headway.local.clock import Clock
from headway.local.faults import CannotRun
from headway.local.http import fetch
from headway.policies.pods import Container

LEAST_PERIOD_SECONDS = 0.4
"""Real seconds between two looks at any speed, as between two scrapes."""
LOOK_SECONDS = 0.1
"""Real seconds between two looks at a process that starts; rendered periods would be seen as a longer cold start."""


@dataclass(frozen=True)
class Probe:
    """One `httpGet` probe; the defaults are the API server's."""

    path: str
    period_seconds: float = 10.0
    timeout_seconds: float = 1.0
    failure_threshold: int = 3
    """Failures in a row that count as one."""
    initial_delay_seconds: float = 0.0

    async def succeeds(self, url: str) -> bool:
        """Whether what answers below `url` says that all is well; silence says that it is not."""
        status, _ = await fetch(url + self.path, seconds=self.timeout_seconds)
        return 200 <= status < 400

    async def watch(self, url: str, clock: Clock, told: Callable[[bool], None]) -> None:
        """Asks until it is cancelled; tells of each success, and of each failure from the threshold on."""
        failures = 0
        await clock.sleep(self.initial_delay_seconds)
        while True:
            await anyio.sleep(max(LEAST_PERIOD_SECONDS, self.period_seconds / clock.speed))
            failures = 0 if await self.succeeds(url) else failures + 1
            if not failures or failures >= self.failure_threshold:
                told(not failures)

    async def fails(self, url: str, clock: Clock) -> None:
        """Returns when it has failed as often as it may."""
        failed = anyio.Event()
        async with anyio.create_task_group() as watching:
            watching.start_soon(self.watch, url, clock, lambda well: None if well else failed.set())
            await failed.wait()
            watching.cancel_scope.cancel()


@dataclass(frozen=True)
class Probes:
    """What a kubelet asks of one container."""

    startup: Probe | None
    readiness: Probe
    liveness: Probe | None

    @property
    def start_seconds(self) -> float:
        """Longest that a container may take to its first answer; for ever where no probe would end it."""
        probe = self.startup or self.liveness
        return probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold if probe else math.inf

    async def started(self, url: str, running: Callable[[], bool]) -> bool:
        """Whether it comes to answer in time; one that ends, or takes longer, does not."""
        probe = self.startup or self.readiness
        with anyio.move_on_after(self.start_seconds):
            while running():
                if await probe.succeeds(url):
                    return True
                await anyio.sleep(LOOK_SECONDS)
        return False


def read_probes(container: Container, path: str) -> Probes:
    """The probes of a container; `path` where no readiness is asked. Raises `CannotRun`."""
    return Probes(
        startup=_probe(container, "startupProbe"),
        readiness=_probe(container, "readinessProbe") or Probe(path),
        liveness=_probe(container, "livenessProbe"),
    )


def _probe(container: Container, kind: str) -> Probe | None:
    stated = container.at(kind)
    if not stated:
        return None
    path = stated.text("httpGet", "path")
    if path is None:
        raise CannotRun(f"{kind} of container {container.name} has no httpGet.path", "a local run asks over HTTP alone")
    return Probe(
        path,
        period_seconds=float(stated.integer("periodSeconds") or Probe.period_seconds),
        timeout_seconds=float(stated.integer("timeoutSeconds") or Probe.timeout_seconds),
        failure_threshold=stated.integer("failureThreshold") or Probe.failure_threshold,
        initial_delay_seconds=float(stated.integer("initialDelaySeconds") or 0),
    )
