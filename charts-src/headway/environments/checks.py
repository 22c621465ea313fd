"""What no single field can know: names that must exist, hardware that must match, promises that contradict.

Each check is a generator of `(path, problem, remedy)`; it runs on the parts that are well-formed, so that a typo in
one pool does not hide a wrong model card elsewhere.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from headway.catalog import Catalog
from headway.domain.backend import Backend
from headway.domain.cluster import Cluster
from headway.domain.environment import Edge, EnvironmentSpec, Frontend, Gateway
from headway.domain.fact import is_unresolved
from headway.domain.fault import Fault, did_you_mean
from headway.domain.gpu_pool import GpuPool
from headway.domain.instance_type import InstanceType
from headway.domain.model_deployment import ModelDeployment
from headway.domain.names import RESERVED, resource_name
from headway.domain.noun import Noun
from headway.environments.engine_checks import backend_findings, engine_findings
from headway.environments.gateway_checks import gateway_findings
from headway.environments.source import Located
from headway.recipes.machine import machines
from headway.scaling import DOCUMENTED_LAWS, LAWS

Path = tuple[str, ...]
Finding = tuple[Path, str, str]
Part = TypeVar("Part", bound=Noun)


@dataclass(frozen=True)
class Parts:
    """The well-formed parts of an environment that may be broken elsewhere."""

    floor: int
    cluster: Cluster | None
    edge: Edge | None
    gateway: Gateway | None
    frontend: Frontend | None
    backends: dict[str, Backend]
    pools: dict[str, GpuPool]
    models: dict[str, ModelDeployment]
    backend_names: tuple[str, ...]
    """Every backend that is named, well-formed or not."""
    pool_names: tuple[str, ...] | None
    """Every pool that is named, well-formed or not; `None` where `pools` itself is not a mapping."""

    @classmethod
    def of(cls, tree: Located) -> "Parts":
        data = tree.plain()
        floor = data.get("floor", EnvironmentSpec.model_fields["floor"].default)
        return cls(
            floor=floor if isinstance(floor, int) else 0,
            cluster=_part(Cluster, data.get("cluster")),
            edge=_part(Edge, data.get("edge")),
            gateway=_part(Gateway, data.get("gateway")),
            frontend=_part(Frontend, data.get("frontend")),
            backends=backends_in(data),
            pools=_parts(GpuPool, data.get("pools")),
            models=_parts(ModelDeployment, data.get("models")),
            backend_names=tuple(data["backends"]) if isinstance(data.get("backends"), dict) else (),
            pool_names=tuple(data["pools"]) if isinstance(data.get("pools"), dict) else None,
        )


def check(parts: Parts, catalog: Catalog, tree: Located) -> list[Fault]:
    """Every fault that needs more than one field, or the catalog, to see."""
    findings = list(backend_findings(parts.backends, catalog))
    catalog = catalog.with_backends(parts.backends)
    findings += [*_cluster(parts, catalog), *_certificate(parts)]
    findings += [*_waits(parts), *_floors(parts), *_names(parts)]
    if parts.gateway:
        findings += gateway_findings(parts.gateway, parts.edge, parts.models)
    for name, pool in parts.pools.items():
        findings += [_below(("pools", name), found) for found in _pool(pool, parts.cluster, catalog)]
    for name, model in parts.models.items():
        findings += [_below(("models", name), found) for found in _model(model, parts, catalog)]
        engines = engine_findings(model, parts.backend_names, parts.pools, catalog)
        findings += [_below(("models", name), found) for found in engines]
    return [_fault(finding, tree) for finding in findings]


def _below(above: Path, finding: Finding) -> Finding:
    path, problem, remedy = finding
    return (*above, *path), problem, remedy


def _fault(finding: Finding, tree: Located) -> Fault:
    path, problem, remedy = finding
    origin = tree.find(path).origin
    return Fault(origin.file, origin.line, ".".join(path), problem, remedy)


def _cluster(parts: Parts, catalog: Catalog) -> Iterator[Finding]:
    cluster = parts.cluster
    if cluster is None:
        return
    in_region = re.compile(re.escape(cluster.region) + r"(-[a-z]+-\d+)?[a-z]")
    for place, zone in enumerate(cluster.zones):
        if cluster.provider == "eks" and not in_region.fullmatch(zone):
            yield (
                ("cluster", "zones", str(place)),
                f"{zone!r} is no zone of {cluster.region}",
                f"name zones such as {cluster.region}a",
            )
    for name, zones in cluster.offerings.items():
        if name not in catalog.instance_types:
            remedy = did_you_mean(name, list(catalog.instance_types))
            yield ("cluster", "offerings", name), f"no instance type {name!r}", remedy
        if unknown := [zone for zone in zones if not in_region.fullmatch(zone)]:
            remedy = f"name zones such as {cluster.region}a"
            yield ("cluster", "offerings", name), f"{', '.join(unknown)} is no zone of {cluster.region}", remedy
    for key in cluster.images:
        if key not in catalog.images:
            yield (
                ("cluster", "images", key),
                f"no image {key!r} in the catalog",
                did_you_mean(key, list(catalog.images)),
            )


def _certificate(parts: Parts) -> Iterator[Finding]:
    """A load balancer takes certificates of its own region only; the one for CloudFront, in us-east-1, is another."""
    if parts.edge is None or parts.cluster is None or is_unresolved(parts.edge.certificate):
        return
    region = parts.edge.certificate.split(":")[3]
    if region != parts.cluster.region:
        yield (
            ("edge", "certificate"),
            f"is of {region} and the load balancer is in {parts.cluster.region}",
            f"state one of {parts.cluster.region}",
        )


def _waits(parts: Parts) -> Iterator[Finding]:
    edge = parts.edge
    if edge and edge.keep_alive_seconds * 2 > edge.idle_timeout_seconds:
        yield (
            ("edge", "keep_alive_seconds"),
            f"is {edge.keep_alive_seconds} s and the load balancer closes after {edge.idle_timeout_seconds} s",
            f"at most {edge.idle_timeout_seconds // 2} s, so that one lost comment does not end a stream",
        )


def _floors(parts: Parts) -> Iterator[Finding]:
    for name, program in (("gateway", parts.gateway), ("frontend", parts.frontend)):
        if program and program.replicas.min < 1:
            yield (name, "replicas", "min"), "is 0, and an HPA on CPU cannot wake what sleeps", "at least 1"


def _names(parts: Parts) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    served: dict[str, str] = {}
    for name, model in parts.models.items():
        rendered = resource_name(name)
        if rendered in owners:
            yield (
                ("models", name),
                f"renders as {rendered!r}, as {owners[rendered]!r} does",
                "rename one of them",
            )
        if rendered in RESERVED:
            yield ("models", name), "is the name of an app of Headway's own", f"call it {name}-model, or by its model"
        owners.setdefault(rendered, name)
        alias = model.served_name or name
        if alias in served:
            yield (
                ("models", name, "served_name"),
                f"{alias!r} is served by {served[alias]!r} too",
                "give each its own",
            )
        served.setdefault(alias, name)


def _pool(pool: GpuPool, cluster: Cluster | None, catalog: Catalog) -> Iterator[Finding]:
    accelerator = catalog.accelerators.get(pool.accelerator)
    if accelerator is None:
        yield (
            ("accelerator",),
            f"no accelerator {pool.accelerator!r}",
            did_you_mean(pool.accelerator, list(catalog.accelerators)),
        )
        return
    if cluster and cluster.provider == "other" and pool.static_node is None:
        yield (
            (),
            "has no static_node in a cluster whose provider is `other`",
            "state static_node: Karpenter provisions on EKS only",
        )
        return
    if pool.static_node is not None:
        return
    if accelerator.vendor == "amd":
        yield (
            ("accelerator",),
            f"EC2 offers no machine with {accelerator.name} that an engine supports",
            "render for a cluster that has them (cluster.provider: other, static_node), or choose an NVIDIA accelerator",
        )
        return
    for place, name in enumerate(pool.instance_types):
        for problem, remedy in _admitted(name, catalog.instance_types.get(name), pool, catalog):
            yield ("instance_types", str(place)), problem, remedy
    if not pool.instance_types and not catalog.instance_types_with(pool.accelerator, pool.gpu_count):
        yield _not_offered(pool, catalog)


def _not_offered(pool: GpuPool, catalog: Catalog) -> Finding:
    counts = [count for count in range(1, 17) if catalog.instance_types_with(pool.accelerator, count)]
    if not counts:
        return ("accelerator",), f"no listed amd64 machine has {pool.accelerator}", "choose another accelerator"
    return (
        ("gpu_count",),
        f"no listed amd64 machine has {pool.gpu_count} × {pool.accelerator}",
        f"offered are {', '.join(map(str, counts))}",
    )


def _admitted(name: str, machine: InstanceType | None, pool: GpuPool, catalog: Catalog) -> Iterator[tuple[str, str]]:
    if machine is None:
        yield f"no instance type {name!r}", did_you_mean(name, list(catalog.instance_types))
    elif not machine.listed:
        yield f"{name} is no longer offered by EC2", "remove it"
    elif machine.architecture != "amd64":
        yield f"{name} is {machine.architecture} and the engines' images are amd64", "remove it"
    elif machine.accelerator != pool.accelerator or machine.gpu_count != pool.gpu_count:
        has = f"{machine.gpu_count} × {machine.accelerator or machine.gpu_name}"
        yield (
            f"{name} has {has}, the pool states {pool.gpu_count} × {pool.accelerator}",
            "move it to a pool of its own",
        )


def _model(model: ModelDeployment, parts: Parts, catalog: Catalog) -> Iterator[Finding]:
    card = catalog.models.get(model.card)
    if card is None:
        yield ("card",), f"no model card {model.card!r}", did_you_mean(model.card, list(catalog.models))
    else:
        for precision in model.checkpoints:
            if precision not in card.weight_bytes:
                known = ", ".join(sorted(card.weight_bytes)) or "none"
                yield (
                    ("checkpoints", precision),
                    f"size of {model.card} as {precision} is not known",
                    f"known are {known}",
                )
        if card.context_tokens and model.context_tokens > card.context_tokens:
            yield (
                ("context_tokens",),
                f"is {model.context_tokens}, {model.card} was made for {card.context_tokens}",
                f"state at most {card.context_tokens}",
            )
    for place, pool in enumerate(model.pools):
        if parts.pool_names is not None and pool not in parts.pool_names:
            yield ("pools", str(place)), f"no pool {pool!r}", did_you_mean(pool, parts.pool_names)
    if model.pin.instance_type and model.pin.instance_type not in catalog.instance_types:
        remedy = did_you_mean(model.pin.instance_type, list(catalog.instance_types))
        yield ("pin", "instance_type"), f"no instance type {model.pin.instance_type!r}", remedy
    else:
        yield from _pinned_machine(model, parts, catalog)
    yield from _scaling(model, parts)


def _pinned_machine(model: ModelDeployment, parts: Parts, catalog: Catalog) -> Iterator[Finding]:
    """A pin to a machine that the deployment's pools do not admit; silent while one of them is broken itself."""
    pinned = model.pin.instance_type
    pools = [parts.pools.get(name) for name in model.pools]
    if pinned is None or any(pool is None or list(_pool(pool, None, catalog)) for pool in pools):
        return
    region = parts.cluster.region if parts.cluster else ""
    known = [machine.name for pool in pools if pool for machine in machines(pool, catalog, region)]
    if pinned not in known:
        yield (
            ("pin", "instance_type"),
            f"no pool of this deployment admits {pinned}",
            f"pin one of {', '.join(known)}, or add a pool that admits it",
        )


def _scaling(model: ModelDeployment, parts: Parts) -> Iterator[Finding]:
    replicas = model.limits.replicas
    if model.scaling.law in DOCUMENTED_LAWS:
        wrong = DOCUMENTED_LAWS[model.scaling.law]
        traps = ", ".join(flaw.trap for flaw in wrong.flaws)
        yield (
            ("scaling", "law"),
            f"{wrong.name} is kept to show what is wrong with it ({traps})",
            f"use {wrong.instead}",
        )
    elif model.scaling.law not in LAWS:
        yield (
            ("scaling", "law"),
            f"no scaling law {model.scaling.law!r}",
            did_you_mean(model.scaling.law, list(LAWS)),
        )
    if replicas.min < parts.floor:
        yield (
            ("limits", "replicas", "min"),
            f"is {replicas.min} and this environment keeps a floor of {parts.floor}",
            f"state at least {parts.floor}",
        )
    if replicas.min == 0 and model.scaling.autoscaler == "cpu":
        yield (
            ("scaling", "autoscaler"),
            "an HPA on CPU cannot wake a deployment from zero",
            "use keda, or min 1",
        )
    if parts.gateway and replicas.min == 0 and parts.gateway.hold_seconds == 0:
        yield (
            ("limits", "replicas", "min"),
            "is 0 and the gateway holds no request that could wake it",
            "raise gateway.hold_seconds",
        )


def backends_in(data: Mapping[str, object]) -> dict[str, Backend]:
    """The well-formed backends of an environment as read."""
    return _parts(Backend, data.get("backends"))


def _part(noun: type[Part], data: object) -> Part | None:
    try:
        return noun.model_validate(data)
    except ValidationError:
        return None


def _parts(noun: type[Part], data: object) -> dict[str, Part]:
    entries = data if isinstance(data, dict) else {}
    return {str(name): part for name, value in entries.items() if (part := _part(noun, value)) is not None}
