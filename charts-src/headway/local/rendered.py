"""What a rendered folder says, as far as a local run needs it; only YAML is read, so anybody's of this shape will do."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.catalog import Catalog
from headway.local.collector import Pipeline, collector_pipeline, monitor_seconds
from headway.local.faults import CannotRun
from headway.local.machines import Offer, cold_start, offers
from headway.local.probes import Probes, read_probes
from headway.local.promql import NotUnderstood, Query, read_query
from headway.policies.facts import Facts
from headway.policies.index import Index
from headway.policies.manifest import Manifest
from headway.policies.model_server import ModelServer, answering_servers
from headway.policies.pods import Container, Pod
from headway.policies.reading import read_paths
from headway.policies.reading.files import MissingPath
from headway.recipes.cold_start import ColdStart
from headway.scaling import FormulaError, read_formula
from headway.scaling.hpa import NANOSECONDS, ControllerSettings, HpaSpec, Refused, read_hpa
from headway.scaling.keda import Formula, ScaledObjectSpec, hpa_of, read_scaled_object

_PROMISE = re.compile(r"TTFT ([\d.]+) s")


@dataclass(frozen=True)
class Asked:
    """One trigger's question."""

    name: str
    metric: str
    query: Query
    ignores_nothing: bool
    """Whether an empty answer counts as 0 (`ignoreNullValues`), rather than as an error."""


@dataclass(frozen=True, eq=False)
class Law:
    """A ScaledObject and the HPA that KEDA writes for it."""

    keda: ScaledObjectSpec
    hpa: HpaSpec
    triggers: tuple[Asked, ...]
    formula: Formula | None

    @property
    def text(self) -> str:
        """The formula as it is rendered."""
        return self.keda.modifiers.formula if self.keda.modifiers else "each trigger by itself"

    @property
    def target(self) -> float:
        """Value that one replica carries."""
        return float(self.keda.modifiers.target) if self.keda.modifiers else 0.0

    @property
    def patience_seconds(self) -> float:
        """How long nothing must be asked for until replicas go: cooldown or stabilization window, the longer one."""
        down = self.hpa.behavior.down.window_seconds if self.hpa.behavior else None
        window = ControllerSettings().downscale_window / NANOSECONDS if down is None else down
        return float(max(self.keda.cooldown_seconds, window))


@dataclass(frozen=True, eq=False)
class Deployment:
    """One model server's Deployment with all that decides over its replicas."""

    name: str
    model: str
    """Name under which requests ask for it."""
    arguments: tuple[str, ...]
    """The engine's own, as rendered."""
    law: Law
    offers: tuple[Offer, ...]
    """Machines it may land on, the first choice first."""
    cold_starts: Mapping[str, ColdStart]
    """Phases of a start by instance type."""
    pre_stop_seconds: float
    grace_seconds: float
    probes: Probes
    cpu_request_millicores: int
    objective_ttft_seconds: float | None
    recipe: str | None
    """The rendered recipe, which names model and weights to the simulated engine."""


@dataclass(frozen=True, eq=False)
class GatewayPod:
    """The gateway's container."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str]
    """Content of mounted ConfigMaps by path in the container."""
    replicas: str
    """How many there would be, and who decides, in words."""
    grace_seconds: float
    probes: Probes


@dataclass(frozen=True, eq=False)
class Rendered:
    """One environment."""

    name: str
    gateway: GatewayPod
    deployments: tuple[Deployment, ...]
    engines: Pipeline
    """How the collector reads model servers."""
    gateway_scrape_seconds: float


def read_rendered(folder: Path, catalog: Catalog) -> Rendered:
    """Everything below `folder`. Raises `CannotRun` with what is missing or not understood."""
    try:
        harvest = read_paths([str(folder)])
    except MissingPath as error:
        raise CannotRun(str(error), "make synth renders every environment") from error
    index = Index(harvest.manifests, Facts(catalog, environment=folder.name))
    deployments = tuple(_deployment(index, server, catalog) for server in answering_servers(index) if _scales(server))
    if not deployments:
        raise CannotRun(f"{folder} holds no model server", "name a rendered environment: headway up --env dev")
    return Rendered(
        name=folder.name,
        gateway=_gateway(index, folder),
        deployments=tuple(sorted(deployments, key=lambda one: one.name)),
        engines=collector_pipeline(index),
        gateway_scrape_seconds=monitor_seconds(index),
    )


def _scales(server: ModelServer) -> bool:
    return server.pod.owner.kind == "Deployment" and server.engine == "vllm"


def _deployment(index: Index, server: ModelServer, catalog: Catalog) -> Deployment:
    pod, owner = server.pod, server.pod.owner
    found = offers(index, pod)
    if not found:
        raise CannotRun(f"no NodePool launches a machine for {owner.name}", "headway check dist says why")
    container = server.container
    record = index.named("ConfigMap", f"{owner.name}-recipe", owner)
    recipe = record.text("data", "recipe.yaml") if record else None
    promise = _PROMISE.search(recipe or "")
    return Deployment(
        name=owner.name,
        model=server.served_names[0],
        arguments=server.words,
        law=_law(index, owner),
        offers=found,
        cold_starts={offer.machine.name: cold_start(server, offer, catalog, recipe) for offer in found},
        pre_stop_seconds=_pre_stop(container),
        grace_seconds=_grace(pod),
        probes=read_probes(container, "/health"),
        cpu_request_millicores=pod.requests.cpu_millicores,
        objective_ttft_seconds=float(promise[1]) if promise else None,
        recipe=recipe,
    )


def _grace(pod: Pod) -> float:
    return float(pod.spec.integer("terminationGracePeriodSeconds") or 30)


def _pre_stop(container: Container) -> float:
    command = [word.scalar() or "" for word in container.each("lifecycle", "preStop", "exec", "command")]
    return float(command[1]) if len(command) == 2 and command[0] == "sleep" else 0.0


def _law(index: Index, owner: Manifest) -> Law:
    scalers = index.scalers_of(owner)
    for scaler in scalers:
        if scaler.kind == "ScaledObject":
            return _read_law(scaler)
    for hpa in scalers:
        raise CannotRun(
            f"{hpa.file}: an HPA alone scales {owner.name}, by what a simulated engine has not: the use of a machine",
            "a local run follows a rendered ScaledObject, whose queries it can answer; add one",
        )
    raise CannotRun(f"nothing scales {owner.name}", "a local run follows a rendered ScaledObject; add one")


def _read_law(manifest: Manifest) -> Law:
    where = manifest.file
    try:
        keda = read_scaled_object(manifest.value)
        written = hpa_of(manifest.value)
        if written is None:
            raise CannotRun(f"{where}: all scaling is paused", "take the annotation away and render again")
        stated = zip(keda.triggers, manifest.each("spec", "triggers"), strict=True)
        triggers = tuple(
            Asked(
                trigger.name,
                trigger.metric,
                read_query(entry.text("metadata", "query") or ""),
                (entry.scalar("metadata", "ignoreNullValues") or "true") == "true",
            )
            for trigger, entry in stated
        )
        modifiers = keda.modifiers
        formula = read_formula(modifiers.formula, [t.name for t in keda.triggers]).evaluate if modifiers else None
        return Law(keda, read_hpa(written), triggers, formula)
    except (Refused, NotUnderstood, FormulaError) as error:
        raise CannotRun(f"{where}: {error}", "headway check says what a cluster would make of it") from error


def _gateway(index: Index, folder: Path) -> GatewayPod:
    for pod in index.pods:
        for container in pod.containers:
            if pod.owner.kind == "Deployment" and "--upstreams" in container.arguments:
                return GatewayPod(
                    arguments=container.arguments,
                    environment={name: container.variable(name) or "" for name in container.environment},
                    files=dict(_mounted(index, pod, container)),
                    replicas=_replicas(index, pod.owner),
                    grace_seconds=_grace(pod),
                    probes=read_probes(container, "/readyz"),
                )
    raise CannotRun(f"{folder} holds no gateway", "name a rendered environment: headway up --env dev")


def _replicas(index: Index, owner: Manifest) -> str:
    for hpa in index.scalers_of(owner):
        least, most = hpa.integer("spec", "minReplicas") or 1, hpa.integer("spec", "maxReplicas")
        return f"{least} to {most} by {hpa.kind}/{hpa.name}"
    return str(owner.integer("spec", "replicas") or 1)


def _mounted(index: Index, pod: Pod, container: Container) -> Iterator[tuple[str, str]]:
    maps = {volume.text("name"): volume.text("configMap", "name") for volume in pod.spec.each("volumes")}
    for mount in container.each("volumeMounts"):
        named = index.named("ConfigMap", maps.get(mount.text("name")), pod.owner)
        data = named.value.get("data", {}) if named else {}
        for key, content in data.items():
            yield f"{mount.text('mountPath')}/{key}", str(content)


def upstream_entries(gateway: GatewayPod) -> list[dict[str, Any]]:
    """The rendered upstreams, whose addresses are Services of the cluster."""
    for path, content in gateway.files.items():
        if path.endswith("upstreams.json"):
            found: list[dict[str, Any]] = json.loads(content)
            return found
    raise CannotRun("the gateway mounts no upstreams.json", "make synth renders one")
