"""ScaledObjects and a small world for them: KEDA's polls and the HPA's syncs on one virtual clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headway.scaling.hpa import NANOSECONDS, Observation, State, decide, identical_pods, read_hpa
from headway.scaling.keda import Formula, KedaState, Reading, Seen, answer, hpa_of, poll, read_scaled_object

RUNNING, WAITING = "s0-prometheus", "s1-prometheus"


def queue_formula(values: Mapping[str, float | None]) -> float | None:
    """`running + waiting * 10`."""
    running, waiting = values["running"], values["waiting"]
    assert running is not None
    assert waiting is not None
    return running + waiting * 10


def a_trigger(name: str = "running", **more: Any) -> dict[str, Any]:
    metadata = {"serverAddress": "http://prometheus", "query": name, "threshold": "25"}
    return {"type": "prometheus", "name": name, "metadata": {**metadata, **more.pop("metadata", {})}, **more}


def a_scaled_object(annotations: Mapping[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """The object that was measured on real KEDA, with what a test changes."""
    measured: dict[str, Any] = {
        "scaleTargetRef": {"name": "served"},
        "pollingInterval": 5,
        "cooldownPeriod": 10,
        "minReplicaCount": 0,
        "maxReplicaCount": 8,
        "triggers": [a_trigger("running"), a_trigger("waiting")],
        "advanced": {"scalingModifiers": {"formula": "running + waiting * 10", "target": "25"}},
    }
    stated = {key: value for key, value in {**measured, **spec}.items() if value is not None}
    metadata = {"name": "served", "namespace": "models", "annotations": dict(annotations or {})}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": metadata, "spec": stated}


def readings(running: float | None, waiting: float | None = 0) -> dict[str, Reading]:
    return {RUNNING: Reading(running), WAITING: Reading(waiting)}


@dataclass
class World:
    """Replicas under KEDA and its HPA. Polls come first at each second, as the HPA asks KEDA afterwards."""

    scaled_object: dict[str, Any]
    load: Callable[[int], dict[str, Reading]]
    replicas: int
    formula: Formula | None = queue_formula
    first_poll: int = 0
    first_sync: int = 15

    def run(self, seconds: int) -> list[int]:
        """Replicas at the end of each second."""
        spec = read_scaled_object(self.scaled_object)
        hpa = hpa_of(self.scaled_object)
        keda, state, found = KedaState(created=0), State(), []
        for second in range(seconds):
            at = second * NANOSECONDS
            seen = Seen(at, self.replicas, self.load(second), ready_pods=self.replicas)
            if second >= self.first_poll and (second - self.first_poll) % spec.polling_seconds == 0:
                polled = poll(spec, keda, seen, self.formula)
                keda, self.replicas = polled.state, polled.replicas
            if hpa and second >= self.first_sync and (second - self.first_sync) % 15 == 0:
                asked = answer(spec, keda, seen, "composite-metric", self.formula)
                keda = asked.state
                values = {name: (milli,) for name, milli in (asked.values or {}).items()}
                pods = identical_pods(self.replicas, self.replicas)
                view = Observation(at, self.replicas, self.replicas, pods, values)
                decision = decide(read_hpa(hpa), state, view)
                state, self.replicas = decision.state, decision.replicas
            found.append(self.replicas)
        return found
