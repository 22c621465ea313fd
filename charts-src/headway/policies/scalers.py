"""ScaledObjects with what their triggers ask for."""

import re
from dataclasses import dataclass
from functools import cached_property

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import ModelServer, model_servers
from headway.policies.promql import metrics_in

ENGINE_METRIC = re.compile(r"(?:vllm|sglang)[:_]\w+")
_QUERIES = ("query", "metricQuery")
_OTEL = frozenset({"external", "external-push", "kedify-otel"})


@dataclass(frozen=True)
class Trigger:
    """One trigger of a ScaledObject."""

    at: Field

    @property
    def type(self) -> str:
        return self.at.text("type") or ""

    @property
    def name(self) -> str | None:
        return self.at.text("name")

    @property
    def query(self) -> Field:
        """The metric query, empty for triggers that have none."""
        metadata = self.at.at("metadata")
        return next((metadata.at(key) for key in _QUERIES if metadata.text(key)), metadata.at("query"))

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Metric names it asks for."""
        return metrics_in(self.query.text() or "")

    @property
    def asks_engine(self) -> bool:
        """Whether every metric it asks for is exported by the engine itself, in the pods that are scaled."""
        return bool(self.metrics) and all(ENGINE_METRIC.fullmatch(metric) for metric in self.metrics)


class Scaler:
    """A ScaledObject."""

    def __init__(self, manifest: Manifest, servers: list[ModelServer]) -> None:
        self.manifest = manifest
        self.spec = manifest.at("spec")
        self.servers = servers
        """Serving containers of the workload it scales; empty where it is another or not in the set."""
        self.triggers = tuple(Trigger(found) for found in self.spec.each("triggers"))
        self.modifiers = self.spec.at("advanced", "scalingModifiers")
        self.behavior = self.spec.at("advanced", "horizontalPodAutoscalerConfig", "behavior")

    @property
    def least(self) -> int:
        """Replicas it may fall to: `minReplicaCount`, 0 when it is not stated; 1 for a placeholder."""
        if self.spec.integer("idleReplicaCount") == 0 or not self.spec.at("minReplicaCount"):
            return 0
        stated = self.spec.integer("minReplicaCount")
        return 1 if stated is None else stated

    @property
    def most(self) -> int:
        """`maxReplicaCount`, 100 when it is not stated."""
        stated = self.spec.integer("maxReplicaCount")
        return 100 if stated is None else stated

    @property
    def least_place(self) -> Field:
        """Where the floor is stated, else the spec."""
        stated = self.spec.at("idleReplicaCount") or self.spec.at("minReplicaCount")
        return stated if stated else self.spec

    @property
    def serves(self) -> bool:
        """Whether it scales a model server, by the workload or by the metrics it asks for."""
        return bool(self.servers) or any(trigger.asks_engine for trigger in self.triggers)


def scalers(index: Index) -> list[Scaler]:
    """Every ScaledObject; use with `Index.derive`."""
    of_owner: dict[int, list[ModelServer]] = {}
    for server in index.derive(model_servers):
        of_owner.setdefault(id(server.pod.owner), []).append(server)
    return [Scaler(m, of_owner.get(id(index.scale_target(m)), [])) for m in index.of_kind("ScaledObject")]
