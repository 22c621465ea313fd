"""A ScaledObject from a manifest: KEDA's defaults, and what its CRD and webhook refuse (KEDA 2.20.2)."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_args

from headway.scaling.keda.spec import (
    RESOURCE_TRIGGERS,
    Fallback,
    FallbackBehavior,
    MetricType,
    Modifiers,
    Pause,
    ScaledObjectSpec,
    Trigger,
)
from headway.scaling.manifest_reader import ManifestReader, Refused, shown

_ANNOTATION = "autoscaling.keda.sh/"
_TARGETS = {"prometheus": "threshold", "external": "targetValue", "external-push": "targetValue", "cpu": "value"}
_TARGETS |= {"kedify-otel": "targetValue", "memory": "value"}
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def read_scaled_object(document: Any) -> ScaledObjectSpec:
    """The spec of a keda.sh/v1alpha1 ScaledObject. Raises `Refused` with everything that is wrong."""
    reader = _Reader()
    whole = reader.mapping("", document)
    if whole.get("kind") != "ScaledObject":
        reader.refuse("kind", f"{shown(whole.get('kind'))} is not read", "give a ScaledObject")
        raise Refused(reader.refusals)
    spec = reader.scaled_object(
        reader.mapping("metadata", whole.get("metadata")), reader.mapping("spec", whole.get("spec"))
    )
    if reader.refusals:
        raise Refused(reader.refusals)
    return spec


class _Reader(ManifestReader):
    """Reads the parts of a ScaledObject."""

    def scaled_object(self, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> ScaledObjectSpec:
        advanced = self.mapping("spec.advanced", spec.get("advanced"))
        path = "spec.advanced.horizontalPodAutoscalerConfig"
        config = self.mapping(path, advanced.get("horizontalPodAutoscalerConfig"))
        triggers = self.sequence("spec.triggers", spec.get("triggers"))
        if not triggers:
            self.refuse("spec.triggers", "is missing", "state at least one trigger")
        target = self.mapping("spec.scaleTargetRef", spec.get("scaleTargetRef"))
        self.name("spec.scaleTargetRef.name", target.get("name"))
        made = ScaledObjectSpec(
            name=self.name("metadata.name", metadata.get("name")),
            target_ref=target,
            triggers=tuple(self.trigger(index, one) for index, one in enumerate(triggers)),
            min_replicas=self.whole(spec, "minReplicaCount", 0),
            max_replicas=self.whole(spec, "maxReplicaCount", 100),
            idle_replicas=self.whole(spec, "idleReplicaCount", 0) if spec.get("idleReplicaCount") is not None else None,
            polling_seconds=self.whole(spec, "pollingInterval", 30, least=1),
            cooldown_seconds=self.whole(spec, "cooldownPeriod", 300),
            initial_cooldown_seconds=self.whole(spec, "initialCooldownPeriod", 0),
            modifiers=self.modifiers(advanced.get("scalingModifiers")),
            fallback=self.fallback(spec.get("fallback")),
            behavior=self.mapping(f"{path}.behavior", config["behavior"])
            if config.get("behavior") is not None
            else None,
            hpa_name=str(config.get("name") or ""),
            pause=self.pause(self.mapping("metadata.annotations", metadata.get("annotations"))),
        )
        self.consistency(made)
        return made

    def whole(self, spec: Mapping[str, Any], key: str, otherwise: int, least: int = 0) -> int:
        stated = spec.get(key)
        return otherwise if stated is None else self.integer(f"spec.{key}", stated, least)

    def trigger(self, index: int, value: Any) -> Trigger:
        path = f"spec.triggers[{index}]"
        trigger = self.mapping(path, value)
        kind = self.name(f"{path}.type", trigger.get("type"))
        metadata = self.mapping(f"{path}.metadata", trigger.get("metadata"))
        for key, text in metadata.items():
            if not isinstance(text, str):
                self.refuse(f"{path}.metadata.{key}", f"{shown(text)} is no string", f'write "{text}"')
        usual = "Utilization" if kind in ("cpu", "memory") else "AverageValue"
        stated = (
            trigger.get("metricType") or metadata.get("type") if usual == "Utilization" else trigger.get("metricType")
        )
        key = _TARGETS.get(kind, "")
        target = metadata.get(key)
        metric_type = self.choice(f"{path}.metricType", stated or usual, get_args(MetricType))
        if target is not None:
            self.target(f"{path}.metadata.{key}", kind, metric_type, str(target))
        return Trigger(
            type=kind,
            name=str(trigger.get("name") or ""),
            metric=kind if usual == "Utilization" else f"s{index}-{kind}",
            metric_type=metric_type,
            target=str(target) if target is not None else None,
            activation=self.number(f"{path}.metadata.activationThreshold", metadata.get("activationThreshold", "0")),
            cached=trigger.get("useCachedMetrics") is True,
            container=str(metadata.get("containerName", "")),
        )

    def target(self, path: str, kind: str, metric_type: str, text: str) -> None:
        if kind not in RESOURCE_TRIGGERS:
            self.number(path, text)
        elif metric_type == "AverageValue":
            self.quantity(path, text)
        elif not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
            self.refuse(path, f"{shown(text)} is no percentage", 'write a whole number in quotes, such as "70"')

    def number(self, path: str, text: Any) -> float:
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", str(text), re.ASCII):
            self.refuse(path, f"{shown(text)} is no number", 'write a number in quotes, such as "25"')
            return 1.0
        return float(str(text))

    def modifiers(self, value: Any) -> Modifiers | None:
        path = "spec.advanced.scalingModifiers"
        stated = {key: one for key, one in self.mapping(path, value).items() if one not in (None, "")}
        if not stated:
            return None
        formula, target = self.name(f"{path}.formula", stated.get("formula")), stated.get("target")
        if target is None:
            self.refuse(f"{path}.target", "is missing", "write what one replica carries, as a whole number in quotes")
        elif self.number(f"{path}.target", target) <= 0:
            self.refuse(f"{path}.target", f"{shown(target)} is not positive", 'write a number above 0, such as "25"')
        kind = self.choice(f"{path}.metricType", stated.get("metricType", "AverageValue"), ("AverageValue", "Value"))
        activation = self.number(f"{path}.activationTarget", stated.get("activationTarget", "0"))
        return Modifiers(formula, str(target), activation, kind)

    def fallback(self, value: Any) -> Fallback | None:
        if value is None:
            return None
        path, stated = "spec.fallback", self.mapping("spec.fallback", value)
        return Fallback(
            self.integer(f"{path}.failureThreshold", stated.get("failureThreshold"), 0),
            self.integer(f"{path}.replicas", stated.get("replicas"), 0),
            self.choice(f"{path}.behavior", stated.get("behavior") or "static", get_args(FallbackBehavior)),
        )

    def pause(self, annotations: Mapping[str, Any]) -> Pause:
        def stands(name: str) -> bool:
            """A text that is no truth value counts as true."""
            return annotations.get(_ANNOTATION + name, "false") not in _FALSE

        replicas = annotations.get(f"{_ANNOTATION}paused-replicas")
        count = None
        if replicas is not None:
            if isinstance(replicas, str) and replicas.lstrip("+").isdecimal():
                count = int(replicas)
            else:
                self.refuse(
                    f"metadata.annotations.{_ANNOTATION}paused-replicas", f"{shown(replicas)} is no count", 'write "0"'
                )
        return Pause(
            all=replicas is not None or stands("paused"),
            replicas=count,
            scale_in=stands("paused-scale-in"),
            scale_out=stands("paused-scale-out"),
            force_activation=stands("force-activation"),
        )

    def consistency(self, spec: ScaledObjectSpec) -> None:
        if max(1, spec.min_replicas) > spec.max_replicas:
            problem = (
                f"{spec.max_replicas} is below minReplicaCount {spec.min_replicas}, which the HPA takes as at least 1"
            )
            self.refuse("spec.maxReplicaCount", problem, f"write {max(1, spec.min_replicas)} or more")
        if spec.idle_replicas is not None and spec.idle_replicas >= spec.min_replicas:
            problem = f"{spec.idle_replicas} is not below minReplicaCount {spec.min_replicas}"
            self.refuse("spec.idleReplicaCount", problem, "write 0 under a minimum of 1 or more, or leave it out")
        names = Counter(trigger.name for trigger in spec.triggers if trigger.name)
        for name in sorted(name for name, times in names.items() if times > 1):
            self.refuse("spec.triggers", f"the name {name} is used more than once", "give each trigger its own")
        if spec.fallback and not spec.modifiers and not any(trigger.external for trigger in spec.triggers):
            self.refuse(
                "spec.fallback", "cpu and memory triggers cannot fall back", "remove it, or add another trigger"
            )
