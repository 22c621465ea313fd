"""Makes histories for the differential run: random in every feature of the HPA, the same for the same seed.

The loop is closed: most syncs see the replicas that the sync before left, with pods that follow late. Prints JSON lines.
"""

import argparse
import json
import random
from collections.abc import Iterator
from typing import Any

from headway.scaling.hpa import State, decide, parse
from headway.scaling.replay import read_histories

JSON = dict[str, Any]
SOURCES = ("External", "Object", "Pods", "Resource", "ContainerResource")
TARGETS = ("25", "700m", "1.5", "2k", "1", "100", "0.7", "33333m", "1Ki", "3", "50", "4e1", "10", "1n", "9E", "9.2P")
WINDOWS = (0, 1, 15, 30, 60, 100, 300, 3600)
TOLERANCES = ("0", "0.1", "50m", "0.25", "1", "333m", "2", "0.05", "0.0001", "1e-2")
ODD = (
    "0 -1 -700m 1n 1u 9e18 9223372036854775807 1Ei 10E 1e3 5. +3 1.23456789012345678901 -1.5n 0.000 2147483647 3G 1Ti"
    " 123456789.123456789 .5 -0.001 9.2P 4k 100Mi"
).split()


class Maker:
    """One history."""

    def __init__(self, seed: str, wide: bool) -> None:
        self.random = random.Random(seed)
        self.seed, self.wide = seed, wide
        self.names = [f"m{index}" for index in range(4)]

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def history(self) -> JSON:
        pick = self.random.choice
        spec = self.hpa()
        line: JSON = {
            "id": self.seed,
            "hpa": spec,
            "sync_seconds": pick((15, 15, 15, 5, 30, 15.04)),
            "downscale_window_seconds": pick((300, 300, 60, 0, 15, 45, 90.5, 600)),
            "tolerance": pick((0.1, 0.1, 0, 0.05, 0.333, 1, 0.2)),
            "syncs": [],
        }
        if self.wide:
            line |= {
                "cpu_initialization_seconds": pick((300, 60, 0, 120)),
                "readiness_delay_seconds": pick((30, 10, 0)),
            }
        for sync in self.syncs(line, spec):
            line["syncs"].append(sync)
        return line

    # the object

    def hpa(self) -> JSON:
        pick, rand = self.random.choice, self.random.randint
        count = pick((1, 1, 1, 2, 3)) if self.wide else 1
        metrics = [self.metric(self.names[index]) for index in range(count)]
        most = pick((1, 2, 4, 8, 10, 10, 20, 100, 1000))
        spec: JSON = {"maxReplicas": most, "metrics": metrics}
        zero_allowed = any(metric["type"] in ("External", "Object") for metric in metrics)
        if self.some(0.8):
            spec["minReplicas"] = rand(0 if zero_allowed and self.some(0.4) else 1, min(most, 5))
        if self.wide and self.some(0.03):
            del spec["metrics"]
            spec.pop("minReplicas", None)
        if self.some(0.75):
            spec["behavior"] = self.behavior()
        return spec

    def metric(self, name: str) -> JSON:
        pick = self.random.choice
        source = pick(SOURCES) if self.wide else "External"
        kind = pick(("AverageValue", "AverageValue", "Value"))
        field = {"AverageValue": "averageValue", "Value": "value"}[kind]
        target: JSON = {"type": kind, field: pick(TARGETS)}
        if source == "External":
            return {"type": source, "external": {"metric": {"name": name}, "target": target}}
        if source == "Object":
            described = {"apiVersion": "v1", "kind": "Service", "name": "gateway"}
            return {
                "type": source,
                "object": {"metric": {"name": name}, "describedObject": described, "target": target},
            }
        average: JSON = {"type": "AverageValue", "averageValue": pick(("500m", "1", "2", "100m", "1500m"))}
        if source == "Pods":
            return {"type": source, "pods": {"metric": {"name": name}, "target": average}}
        utilization: JSON = {"type": "Utilization", "averageUtilization": pick((1, 50, 70, 80, 100, 150))}
        resource = {"name": pick(("cpu", "cpu", "memory")), "target": pick((average, utilization, utilization))}
        if source == "Resource":
            return {"type": source, "resource": resource}
        return {"type": source, "containerResource": {**resource, "container": pick(("engine", "engine", "sidecar"))}}

    def behavior(self) -> JSON:
        found: JSON = {}
        for direction in ("scaleUp", "scaleDown"):
            if self.some(0.75):
                found[direction] = self.rules()
        return found

    def rules(self) -> JSON:
        pick, rules = self.random.choice, {}
        if self.some(0.7):
            rules["stabilizationWindowSeconds"] = pick(WINDOWS)
        if self.some(0.5):
            rules["selectPolicy"] = pick(("Max", "Max", "Min", "Min", "Disabled"))
        if self.some(0.7):
            rules["policies"] = [self.policy() for _ in range(pick((1, 1, 2, 3)))]
        if self.some(0.25):
            rules["tolerance"] = pick(TOLERANCES)
        return rules

    def policy(self) -> JSON:
        pick = self.random.choice
        kind = pick(("Pods", "Percent"))
        values = (1, 2, 3, 4, 5, 10) if kind == "Pods" else (1, 10, 25, 33, 50, 100, 150, 900)
        value = pick(values) if self.some(0.98) else 2**31 - 1
        return {"type": kind, "value": value, "periodSeconds": pick((1, 15, 15, 30, 60, 61, 120, 600, 1800))}

    # the syncs

    def syncs(self, line: JSON, spec: JSON) -> Iterator[JSON]:
        pick, rand = self.random.choice, self.random.randint
        most = spec["maxReplicas"]
        state, t = State(), 0.0
        replicas = rand(0, min(most, 8)) if self.some(0.9) else most + rand(1, 5)
        status = ready = replicas
        load = self.load(spec)
        irregular = self.some(0.3)
        for index in range(pick((5, 20, 40, 40, 80, 160, 300))):
            gap = line["sync_seconds"]
            t = round(t + (gap if not irregular else gap * pick((1, 1, 0.5, 1.003, 2, 7))), 6)
            t = int(t) if t == int(t) else t
            if self.some(0.04):
                replicas = pick((0, 0, 1, rand(0, most), most + rand(1, 9)))
            if replicas == 0 and self.some(0.4):
                replicas = rand(1, min(most, 4))
            status = replicas if self.some(0.6) else max(0, status + rand(-2, 3))
            ready = min(status, ready + rand(0, 3)) if self.some(0.9) else rand(0, status + 2)
            sync: JSON = {
                "t": t,
                "spec_replicas": replicas,
                "status_replicas": status,
                "pods_ready": ready,
                "metric": next(load),
            }
            if self.wide:
                self.widen(sync, spec, index)
                spec = sync.get("hpa", spec)
            yield sync
            state, replicas = self.follow(line, spec, state, sync)

    def follow(self, line: JSON, spec: JSON, state: State, sync: JSON) -> tuple[State, int]:
        """What our own controller leaves: where it were wrong, the comparison would say so."""
        alone = json.dumps({**line, "hpa": spec, "syncs": [{**sync, "hpa": None}]})
        [history] = read_histories([alone], self.seed)
        if sync.get("restart"):
            state = state.restarted()
        decision = decide(history.spec, state, history.steps[0].seen, history.settings)
        return decision.state, decision.replicas

    def load(self, spec: JSON) -> Iterator[str | None]:
        """Quantities around what the replicas carry, in one of several shapes, with gaps."""
        pick, uniform = self.random.choice, self.random.uniform
        shape = pick(("walk", "walk", "steps", "spikes", "noise", "odd", "idle"))
        scale = carried(spec) * pick((0.3, 0.8, 1, 1, 1.5, 100))
        level, lost = uniform(0, scale), 0
        while True:
            level = self.next_level(shape, level, scale)
            lost = lost - 1 if lost else pick((1, 2, 30)) if self.some(0.03) else 0
            if lost:
                yield None
            elif shape == "odd" and self.some(0.3):
                yield pick(ODD)
            else:
                yield self.text(level)

    def next_level(self, shape: str, level: float, scale: float) -> float:
        uniform = self.random.uniform
        if shape == "walk":
            return max(0.0, level + uniform(-0.2, 0.2) * scale)
        if shape == "steps":
            return uniform(0, 1.5 * scale) if self.some(0.1) else level
        if shape == "spikes":
            return scale * 3 if self.some(0.08) else scale * 0.2
        if shape == "idle":
            return scale if self.some(0.05) else 0.0
        return uniform(0, scale)

    def text(self, level: float) -> str:
        style = self.random.random()
        if style < 0.5:
            return str(round(level))
        if style < 0.8:
            return f"{round(level * 1000)}m"
        return f"{level:.3f}" if style < 0.95 else f"{round(level * 1e6)}u"

    # wide histories: pods, several metrics, faults

    def widen(self, sync: JSON, spec: JSON, index: int) -> None:
        pick = self.random.choice
        for metric in spec.get("metrics", ()):
            name = metric.get("external", metric.get("object", {})).get("metric", {}).get("name")
            if name and self.some(0.6):
                values = [self.text(self.random.uniform(0, 300)) for _ in range(pick((1, 2, 3)))]
                sync.setdefault("metrics", {})[name] = pick((values[0], values[0], values, None, []))
        count = max(sync["status_replicas"], sync["pods_ready"])
        if count <= 40 and self.some(0.9):
            sync["pods"] = [self.pod(sync["t"], number) for number in range(count)]
        if index and self.some(0.02):
            sync["restart"] = True
        if index and self.some(0.02):
            sync["hpa"] = self.hpa()
        if self.some(0.02):
            sync["scale_error"] = pick(("get", "update"))
        if self.some(0.01):
            sync["selector"] = pick(("missing", "invalid"))

    def pod(self, t: float, number: int) -> JSON:
        pick = self.random.choice
        started = max(0, int(t) - pick((1, 10, 29, 30, 31, 59, 60, 61, 200, 299, 301, 1000)))
        pod: JSON = {
            "name": f"pod-{number}",
            "phase": "Running" if self.some(0.85) else pick(("Pending", "Failed", "Succeeded", "Unknown")),
            "ready": pick((True, True, True, True, False, None)),
            "ready_since": started + pick((0, 5, 29, 30, 31, 60)),
            "started": started if self.some(0.95) else None,
            "deleting": self.some(0.05),
            "measured": self.some(0.9),
            "measured_at": max(0, int(t) - pick((0, 5, 15, 45))),
            "measured_over": pick((0, 10, 30, 60)),
            "containers": [self.container("engine"), *([self.container("sidecar")] if self.some(0.9) else [])],
            "custom": {name: self.text(self.random.uniform(0, 3)) for name in self.names if self.some(0.85)},
        }
        return pod

    def container(self, name: str) -> JSON:
        pick = self.random.choice
        cpu, memory = f"{self.random.randint(0, 2000)}m", f"{self.random.randint(1, 4000)}Mi"
        requests = {"cpu": pick(("1", "500m", "2")), "memory": pick(("1Gi", "2Gi", "500Mi"))}
        if self.some(0.01):
            requests.pop("cpu")
        usage = {"cpu": cpu, "memory": memory}
        if self.some(0.02):
            usage.pop("memory")
        return {"name": name, "requests": requests, "usage": usage if self.some(0.97) else None}


def carried(spec: JSON) -> float:
    """What all replicas, or eight of them, carry of the first metric with a total; 100 where there is none."""
    for metric in spec.get("metrics", ()):
        target = metric.get("external", metric.get("object", {})).get("target", {})
        for field, pods in (("averageValue", min(spec["maxReplicas"], 8)), ("value", 1)):
            if field in target:
                return parse(target[field]).milli() / 1000 * pods
    return 100.0


def histories(seed: str, count: int, wide: bool) -> Iterator[JSON]:
    """That many histories; narrow ones have exactly the fields that any recorder has."""
    for number in range(count):
        yield Maker(f"{seed}-{'wide' if wide else 'narrow'}-{number}", wide).history()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--narrow", type=int, default=0)
    parser.add_argument("--wide", type=int, default=0)
    asked = parser.parse_args()
    for wide, count in ((False, asked.narrow), (True, asked.wide)):
        for history in histories(asked.seed, count, wide):
            print(json.dumps(history))


if __name__ == "__main__":
    main()
