"""The HPA that KEDA writes for a ScaledObject."""

import copy
import math
from typing import Any

from headway.scaling.keda.reading import read_scaled_object
from headway.scaling.keda.spec import COMPOSITE, ScaledObjectSpec, Trigger
from headway.scaling.machine_numbers import to_int64
from headway.scaling.manifest_reader import Refusal, Refused

Manifest = dict[str, Any]
_OWNER = "scaledobject.keda.sh/name"


def hpa_of(scaled_object: Manifest) -> Manifest | None:
    """The autoscaling/v2 object, or `None` while all scaling is paused, when KEDA deletes it.

    Raises `Refused` where the ScaledObject is refused, or where a trigger's target is not known: an external scaler
    states its own, and only its `targetValue` metadata is read here.
    """
    spec = read_scaled_object(scaled_object)
    if spec.pause.all:
        return None
    metadata = scaled_object["metadata"]
    made: Manifest = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": spec.hpa_name or f"keda-hpa-{spec.name}"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", **spec.target_ref},
            "minReplicas": max(1, spec.min_replicas),
            "maxReplicas": spec.max_replicas,
            "metrics": _metrics(spec),
        },
    }
    made["spec"]["scaleTargetRef"].pop("envSourceContainerName", None)
    if "namespace" in metadata:
        made["metadata"]["namespace"] = metadata["namespace"]
    if behavior := _behavior(spec):
        made["spec"]["behavior"] = behavior
    return made


def _behavior(spec: ScaledObjectSpec) -> Manifest | None:
    """As it is written; a pause of one direction disables it."""
    behavior = copy.deepcopy(dict(spec.behavior)) if spec.behavior is not None else None
    for paused, direction in ((spec.pause.scale_in, "scaleDown"), (spec.pause.scale_out, "scaleUp")):
        if paused:
            behavior = behavior or {}
            behavior[direction] = {**(behavior.get(direction) or {}), "selectPolicy": "Disabled"}
    return behavior


def _metrics(spec: ScaledObjectSpec) -> list[Manifest]:
    """One for each trigger, or resource metrics and the composite of the formula."""
    if spec.modifiers is None:
        return sorted((_metric(spec, trigger) for trigger in spec.triggers), key=lambda metric: str(metric["type"]))
    kept = [_metric(spec, trigger) for trigger in spec.triggers if not trigger.external and not trigger.container]
    target = _milli(to_int64(float(spec.modifiers.target) * 1000))
    return [*kept, _external(spec, COMPOSITE, spec.modifiers.metric_type, target)]


def _metric(spec: ScaledObjectSpec, trigger: Trigger) -> Manifest:
    if trigger.target is None:
        problem = f"the target of a {trigger.type} trigger is not known"
        raise Refused([Refusal("spec.triggers", problem, "state a formula with a target, or write the HPA")])
    if trigger.external:
        return _external(spec, trigger.metric, trigger.metric_type, _from_float(trigger.target))
    target: Manifest = {"type": trigger.metric_type}
    if trigger.metric_type == "Utilization":
        target["averageUtilization"] = int(trigger.target)
    else:
        target["averageValue"] = trigger.target
    if trigger.container:
        described = {"name": trigger.type, "container": trigger.container, "target": target}
        return {"type": "ContainerResource", "containerResource": described}
    return {"type": "Resource", "resource": {"name": trigger.type, "target": target}}


def _external(spec: ScaledObjectSpec, name: str, kind: str, target: str) -> Manifest:
    field = "averageValue" if kind == "AverageValue" else "value"
    return {
        "type": "External",
        "external": {
            "metric": {"name": name, "selector": {"matchLabels": {_OWNER: spec.name}}},
            "target": {"type": kind, field: target},
        },
    }


def _from_float(text: str) -> str:
    value = float(text)
    return _milli(round(value * 1000)) if math.isfinite(value) and value > 0 else "0"


def _milli(milli: int) -> str:
    return f"{milli}m" if milli % 1000 else str(milli // 1000)
