"""What scales the fleet: a law through KEDA and the HPA, or the old way, the HPA on CPU."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from headway.scaling.behaviour.fleet import METRICS_SERVER_SECONDS, Fleet, Replica
from headway.scaling.behaviour.workload import Workload
from headway.scaling.hpa import (
    NANOSECONDS,
    Container,
    HpaSpec,
    Measured,
    Observation,
    Pod,
    State,
    decide,
    identical_pods,
    read_hpa,
)
from headway.scaling.keda import (
    COMPOSITE,
    KedaState,
    Reading,
    ScaledObjectSpec,
    Seen,
    answer,
    hpa_of,
    poll,
    read_scaled_object,
)
from headway.scaling.law import ScalingLaw

SYNC_SECONDS = 15
"""The HPA's period; a flag of the controller manager that EKS keeps at its default."""
SLACK_SECONDS = 60
"""By how much the windows downwards outlast a cold start."""
CPU_TARGET_PERCENT = 70
CPU_REQUESTS = (1.0, 3.6)
"""Cores that a pod asks for: one that sees the engine's loop as busy, and what a rendered 4-core machine's pod asks for."""
Manifest = dict[str, Any]


class Scaler(Protocol):
    """Decides the replicas."""

    name: str

    def act(self, now: int, fleet: Fleet, lost: bool) -> None:
        """Looks, and scales the fleet, where it is its second to do so."""


def scaled_object(law: ScalingLaw, workload: Workload) -> Manifest:
    """The ScaledObject of a law, with the rules that rendered deployments have."""
    may_sleep = workload.min_replicas == 0
    expression, target = law.expression(may_sleep), str(law.target(workload.sequences))
    window = workload.cold_start_seconds + SLACK_SECONDS
    down = {"type": "Percent", "value": 50, "periodSeconds": 60}
    behavior = {
        "scaleUp": {
            "stabilizationWindowSeconds": 0,
            "policies": [{"type": "Percent", "value": 900, "periodSeconds": 15}],
        },
        "scaleDown": {"stabilizationWindowSeconds": window, "policies": [down]},
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": law.name},
        "spec": {
            "scaleTargetRef": {"name": law.name},
            "pollingInterval": workload.scrape_seconds,
            "cooldownPeriod": window,
            "initialCooldownPeriod": window,
            "minReplicaCount": workload.min_replicas,
            "maxReplicaCount": workload.max_replicas,
            "fallback": {
                "failureThreshold": 3,
                "replicas": max(1, workload.min_replicas),
                "behavior": "currentReplicasIfHigher",
            },
            "advanced": {
                "horizontalPodAutoscalerConfig": {"behavior": behavior},
                "scalingModifiers": {"formula": expression.render(), "target": target},
            },
            "triggers": [
                {"type": "prometheus", "name": metric, "metadata": {"threshold": target}}
                for metric in expression.metrics()
            ],
        },
    }


@dataclass
class LawScaler:
    """KEDA's operator and metrics server, and the HPA that KEDA writes; the functions as they are."""

    law: ScalingLaw
    workload: Workload
    name: str = ""
    keda: KedaState = field(default_factory=lambda: KedaState(created=0))
    hpa: State = field(default_factory=State)
    scraped: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        manifest = scaled_object(self.law, self.workload)
        self.name = self.name or f"law {self.law.name}"
        self.spec: ScaledObjectSpec = read_scaled_object(manifest)
        self.hpa_spec: HpaSpec = read_hpa(hpa_of(manifest))
        self.expression = self.law.expression(self.workload.min_replicas == 0)

    def act(self, now: int, fleet: Fleet, lost: bool) -> None:
        if now % self.workload.scrape_seconds == 0:
            self.scraped = fleet.metrics(now)
        if now % self.spec.polling_seconds == 0:
            polled = poll(self.spec, self.keda, self.seen(now, fleet, lost), self.formula)
            self.keda = polled.state
            fleet.scale(now, polled.replicas)
        if now % SYNC_SECONDS == 0:
            asked = answer(self.spec, self.keda, self.seen(now, fleet, lost), COMPOSITE, self.formula)
            self.keda = asked.state
            values = {name: (milli,) for name, milli in (asked.values or {}).items()}
            pods = identical_pods(fleet.count(), len(fleet.serving(now)))
            view = Observation(now * NANOSECONDS, fleet.count(), fleet.count(), pods, values)
            decision = decide(self.hpa_spec, self.hpa, view)
            self.hpa = decision.state
            fleet.scale(now, decision.replicas)

    def seen(self, now: int, fleet: Fleet, lost: bool) -> Seen:
        readings = {
            trigger.metric: Reading(None if lost else self.scraped[trigger.name]) for trigger in self.spec.triggers
        }
        return Seen(now * NANOSECONDS, fleet.count(), readings, ready_pods=len(fleet.serving(now)))

    def formula(self, values: Any) -> float | None:
        return self.expression.evaluate(values)


@dataclass
class CpuScaler:
    """The HPA on mean CPU: one that the pods' CPU request decides more than their load."""

    workload: Workload
    request_cores: float
    name: str = ""
    hpa: State = field(default_factory=State)

    def __post_init__(self) -> None:
        unit = "core" if self.request_cores == 1 else "cores"
        self.name = self.name or f"CPU {CPU_TARGET_PERCENT} % of {self.request_cores:g} {unit}"
        self.spec = read_hpa(cpu_hpa(self.workload))

    def act(self, now: int, fleet: Fleet, lost: bool) -> None:
        if now % SYNC_SECONDS:
            return
        pods = tuple(self.pod(now, replica, lost) for replica in fleet.replicas)
        decision = decide(self.spec, self.hpa, Observation(now * NANOSECONDS, fleet.count(), fleet.count(), pods))
        self.hpa = decision.state
        fleet.scale(now, decision.replicas)

    def pod(self, now: int, replica: Replica, lost: bool) -> Pod:
        measured = (
            None if lost or replica.cores is None else Measured(now * NANOSECONDS, METRICS_SERVER_SECONDS * NANOSECONDS)
        )
        usage = {"cpu": round((replica.cores or 0.0) * 1000)}
        ready = replica.ready_at <= now
        return Pod(
            name=f"pod-{replica.number}",
            ready=ready,
            ready_since=(replica.ready_at if ready else replica.created) * NANOSECONDS,
            started=replica.created * NANOSECONDS,
            deleting=replica.draining,
            containers=(Container("engine", {"cpu": round(self.request_cores * 1000)}, usage),),
            measured=measured,
        )


def cpu_hpa(workload: Workload) -> Manifest:
    """The plain HPA on CPU, with the same window downwards."""
    target = {"type": "Utilization", "averageUtilization": CPU_TARGET_PERCENT}
    return {
        "minReplicas": max(1, workload.min_replicas),
        "maxReplicas": workload.max_replicas,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": workload.cold_start_seconds + SLACK_SECONDS}},
    }
