"""An HPA from a manifest: defaults and refusals as an API server's (Kubernetes 1.35, autoscaling/v2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from headway.scaling.hpa.spec import (
    DEFAULT_DOWN,
    DEFAULT_METRICS,
    DEFAULT_UP,
    Behavior,
    HpaSpec,
    Metric,
    Policy,
    Rules,
    Source,
    TargetKind,
)
from headway.scaling.manifest_reader import ManifestReader, Refused, shown

LONGEST_WINDOW_SECONDS = 3600
LONGEST_PERIOD_SECONDS = 1800
_FIELDS: dict[Source, str] = {
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
_TARGET_FIELDS = {"value": "Value", "averageValue": "AverageValue", "averageUtilization": "Utilization"}


def read_hpa(document: Any) -> HpaSpec:
    """The spec of an autoscaling/v2 object, or of its `spec` alone. Raises `Refused` with everything that is wrong."""
    reader = _Reader()
    whole = reader.mapping("", document)
    inside = isinstance(whole.get("spec"), Mapping)
    root = "spec." if inside else ""
    if inside and whole.get("apiVersion") not in (None, "autoscaling/v2"):
        reader.refuse("apiVersion", f"{whole['apiVersion']!r} is not read", "write autoscaling/v2")
    spec = reader.spec(root, whole["spec"] if inside else whole)
    if reader.refusals:
        raise Refused(reader.refusals)
    return spec


class _Reader(ManifestReader):
    """Reads the parts of a spec."""

    def spec(self, root: str, spec: Mapping[str, Any]) -> HpaSpec:
        stated = spec.get("minReplicas")
        least = 1 if stated is None else self.integer(f"{root}minReplicas", stated, 0)
        most = self.integer(f"{root}maxReplicas", spec.get("maxReplicas"), 1)
        if most < least and not self.refusals:
            self.refuse(f"{root}maxReplicas", f"{most} is below minReplicas {least}", f"write {least} or more")
        listed = self.sequence(f"{root}metrics", spec.get("metrics"))
        metrics = tuple(self.metric(f"{root}metrics[{i}]", self.mapping("", one)) for i, one in enumerate(listed))
        if least == 0 and not any(metric.source in ("External", "Object") for metric in metrics):
            remedy = "add an External or Object metric, or write minReplicas 1"
            self.refuse(f"{root}minReplicas", "0 replicas have no CPU and no memory to measure", remedy)
        behavior = self.behavior(f"{root}behavior", spec["behavior"]) if spec.get("behavior") is not None else None
        return HpaSpec(least, most, metrics or DEFAULT_METRICS, behavior)

    def metric(self, path: str, metric: Mapping[str, Any]) -> Metric:
        source: Source = self.choice(f"{path}.type", metric.get("type"), get_args(Source))
        field = _FIELDS[source]
        for other in set(_FIELDS.values()) - {field}:
            if metric.get(other) is not None:
                self.refuse(f"{path}.{other}", f"does not belong to a metric of type {source}", "remove it")
        here = f"{path}.{field}"
        if metric.get(field) is None:
            self.refuse(here, "is missing", f"a metric of type {source} is described there")
            return DEFAULT_METRICS[0]
        described = self.mapping(here, metric[field])
        if source in ("Resource", "ContainerResource"):
            name = self.name(f"{here}.name", described.get("name"))
        else:
            identifier = self.mapping(f"{here}.metric", described.get("metric"))
            name = self.name(f"{here}.metric.name", identifier.get("name"))
        container = self.name(f"{here}.container", described.get("container")) if source == "ContainerResource" else ""
        kind, amount = self.target(f"{here}.target", source, self.mapping(f"{here}.target", described.get("target")))
        return Metric(source, name, kind, amount, container)

    def target(self, path: str, source: Source, target: Mapping[str, Any]) -> tuple[TargetKind, int]:
        self.choice(f"{path}.type", target.get("type"), get_args(TargetKind))
        amounts = {
            field: self.amount(f"{path}.{field}", field, target[field])
            for field in _TARGET_FIELDS
            if target.get(field) is not None
        }
        field = self.decisive(path, source, target.get("type"), amounts)
        return ("Value", 1) if field is None else (_TARGET_FIELDS[field], amounts[field])  # type: ignore[return-value]

    def amount(self, path: str, field: str, value: Any) -> int:
        if field == "averageUtilization":
            return self.integer(path, value, 1)
        quantity = self.quantity(path, value)
        if quantity.sign < 1:
            self.refuse(path, f"{shown(value)} is not positive", "write what one replica carries")
        return quantity.milli()

    def decisive(self, path: str, source: Source, kind: Any, amounts: Mapping[str, int]) -> str | None:
        """The field that the controller reads. It looks for the average first, whatever the type says."""
        usable = {
            "External": ("averageValue", "value"),
            "Object": ("averageValue", "value"),
            "Pods": ("averageValue",),
            "Resource": ("averageValue", "averageUtilization"),
            "ContainerResource": ("averageValue", "averageUtilization"),
        }[source]
        found = [field for field in usable if field in amounts]
        if source == "Object" and len(found) == 2:
            return "averageValue" if kind == "AverageValue" else "value"
        if len(found) == 2:
            self.refuse(path, f"{' and '.join(found)} are both stated", "keep one")
        if not found:
            self.refuse(path, f"states none of {', '.join(usable)}", f"write {usable[0]}")
            return None
        return found[0]

    # behavior

    def behavior(self, path: str, value: Any) -> Behavior:
        behavior = self.mapping(path, value)
        return Behavior(
            self.rules(f"{path}.scaleUp", self.mapping(f"{path}.scaleUp", behavior.get("scaleUp")), DEFAULT_UP),
            self.rules(f"{path}.scaleDown", self.mapping(f"{path}.scaleDown", behavior.get("scaleDown")), DEFAULT_DOWN),
        )

    def rules(self, path: str, stated: Mapping[str, Any], rules: Rules) -> Rules:
        """The default rules with what is stated."""
        if stated.get("stabilizationWindowSeconds") is not None:
            here = f"{path}.stabilizationWindowSeconds"
            window = self.integer(here, stated["stabilizationWindowSeconds"], 0, LONGEST_WINDOW_SECONDS)
            rules = replace(rules, window_seconds=window)
        if stated.get("selectPolicy") is not None:
            chosen = self.choice(f"{path}.selectPolicy", stated["selectPolicy"], ("Max", "Min", "Disabled"))
            rules = replace(rules, select=chosen)
        if stated.get("policies") is not None:
            listed = self.sequence(f"{path}.policies", stated["policies"])
            if not listed:
                self.refuse(f"{path}.policies", "is empty", "state a policy, or leave the list out for the default")
            policies = tuple(self.policy(f"{path}.policies[{i}]", one) for i, one in enumerate(listed))
            rules = replace(rules, policies=policies)
        if stated.get("tolerance") is not None:
            tolerance = self.quantity(f"{path}.tolerance", stated["tolerance"])
            if tolerance.sign < 0:
                self.refuse(f"{path}.tolerance", f"{stated['tolerance']} is below 0", "write 0 or more")
            rules = replace(rules, tolerance=tolerance.approximate())
        return rules

    def policy(self, path: str, value: Any) -> Policy:
        policy = self.mapping(path, value)
        return Policy(
            self.choice(f"{path}.type", policy.get("type"), ("Pods", "Percent")),
            self.integer(f"{path}.value", policy.get("value"), 1),
            self.integer(f"{path}.periodSeconds", policy.get("periodSeconds"), 1, LONGEST_PERIOD_SECONDS),
        )
