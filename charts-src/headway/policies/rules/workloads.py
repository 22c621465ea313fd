"""Workloads beside each other: budgets, rollouts, overlapping selectors, names inside texts."""

import re
from collections import defaultdict
from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import ModelServer, servers_behind
from headway.policies.node_pools import node_pools
from headway.policies.pods import pods_of
from headway.policies.quantities import quantity
from headway.policies.rule import Hit, rule
from headway.policies.rules.selectors import monitored_services
from headway.policies.scalers import scalers
from headway.policies.selectors import pods_matching


@rule(
    "budget-blocks-evictions",
    traps=("N4",),
    severity="warning",
    proves="Every disruption budget lets a pod go when its workload is at its minimum.",
    needs="The budget, its workload, and the scaler's minimum or the stated replicas.",
    remedy="maxUnavailable: 1",
)
def budget_blocks_evictions(index: Index) -> Iterator[Hit]:
    """At the minimum no eviction is allowed: drift, expiry and consolidation of the node hang, and a drain never ends.
    `maxUnavailable: 0` and `minAvailable: 100%` say so always."""
    for budget in index.of_kind("PodDisruptionBudget"):
        least, most = budget.at("spec", "minAvailable"), budget.at("spec", "maxUnavailable")
        if most.scalar() in ("0", "0%") or least.scalar() == "100%":
            place = most if most else least
            yield Hit(
                place, f"allows no eviction ever: {'maxUnavailable' if most else 'minAvailable'} is {place.scalar()}"
            )
            continue
        needed = least.integer()
        for pod in pods_matching(index, budget, budget.at("spec", "selector")) if needed else ():
            floor, source = _floor(index, pod.owner)
            if needed and floor is not None and 0 < floor <= needed:
                yield Hit(least, f"keeps {needed} of {pod.owner.kind} {pod.owner.name}, whose {source} is {floor}")


def _floor(index: Index, workload: Manifest) -> tuple[int | None, str]:
    for scaler in index.scalers_of(workload):
        stated = scaler.at("spec", "minReplicaCount") or scaler.at("spec", "minReplicas")
        if scaler.kind == "ScaledObject" and not stated:
            return 0, "minReplicaCount"
        return stated.integer() if stated else 1, f"minimum by {scaler.kind} {scaler.name}"
    stated = workload.at("spec", "replicas")
    return stated.integer() if stated else 1, "replicas"


@rule(
    "rollout-needs-spare-gpu",
    traps=("N7",),
    severity="warning",
    proves="A rollout can start its extra pod inside the GPU limit of its pools.",
    needs="The Deployment, and NodePools that all state a limit on GPUs.",
    remedy="strategy.rollingUpdate: {maxSurge: 0, maxUnavailable: 1}, or a higher limit",
)
def rollout_needs_spare_gpu(index: Index) -> Iterator[Hit]:
    """The default of 25 % is one whole extra pod even for one replica: it needs a GPU beside those in use, and at the limit
    it stays Pending while the old one is kept, for ever. Workloads with a scaler are counted at its minimum."""
    pools = index.derive(node_pools)
    for pod in index.pods if pools.pools else ():
        wants, owner = pod.requests, pod.owner
        if not wants.wants_gpu or owner.kind != "Deployment" or owner.text("spec", "strategy", "type") == "Recreate":
            continue
        replicas = _floor(index, owner)[0] or 1
        surge = _surge(owner.at("spec", "strategy", "rollingUpdate", "maxSurge"), replicas)
        limits = [quantity(p.manifest, "spec", "limits", wants.gpu_resource or "") for p, m in pools.open_to(pod) if m]
        stated = [limit for limit in limits if limit is not None]
        if (
            surge
            and limits
            and len(stated) == len(limits)
            and (replicas + surge) * wants.gpus > sum(stated) >= wants.gpus
        ):
            place = owner.at("spec", "strategy")
            asked, room = f"{replicas + surge} pods × {wants.gpus} GPU", int(sum(stated))
            message = f"a rollout runs {asked}, their pools are limited to {room}"
            yield Hit(place if place else owner.at("spec"), message)


def _surge(stated: Field, replicas: int) -> int:
    text = stated.scalar() if stated else "25%"
    if text and re.fullmatch(r"\d+%", text):
        return -(-replicas * int(text[:-1]) // 100)
    return int(text) if text and text.isdigit() else 0


@rule(
    "selectors-overlap",
    traps=("N16",),
    severity="error",
    proves="No workload's selector matches the pods of another.",
    needs="Both workloads in one folder or environment, and in one namespace.",
    remedy="give each a label of its own in its selector",
)
def selectors_overlap(index: Index) -> Iterator[Hit]:
    """Deployments that select each other's pods fight over them: one scales the other's pods away, and status counts are
    wrong. A Service that selects the pods of two model servers with different models sends each request to either.
    Workloads in different files of a folder may be alternatives: then it is a warning."""
    owners = [m for kind in ("Deployment", "StatefulSet") for m in index.of_kind(kind)]
    for owner in owners:
        labels = owner.labels("spec", "selector", "matchLabels")
        for pod in index.selected(owner, labels):
            if (
                pod.owner is not owner
                and pod.owner.kind in ("Deployment", "StatefulSet")
                and _one_set(index, owner, pod.owner)
            ):
                shown = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
                sure = index.facts.closed or owner.file == pod.owner.file
                message = f"selects {shown}, which pods of {pod.owner.label} carry too"
                yield Hit(owner.at("spec", "selector"), message, severity=None if sure else "warning")
                break
    by_selection: dict[int, dict[str, dict[tuple[str, ...], str]]] = defaultdict(dict)
    for service in index.of_kind("Service"):
        pods, servers = servers_behind(index, service)
        if not servers:
            continue
        known = by_selection[id(pods)]
        if service.folder not in known:
            known[service.folder] = _served_by(index, service, servers)
        yield from _mixed_models(index, service, known[service.folder], servers)


def _one_set(index: Index, one: Manifest, other: Manifest) -> bool:
    """Whether two different objects are applied together and in one namespace; the same one twice is another fault."""
    same_name = one.kind == other.kind and one.name == other.name
    return not same_name and one.namespace == other.namespace and index.together(one, other)


def _served_by(index: Index, service: Manifest, servers: list[ModelServer]) -> dict[tuple[str, ...], str]:
    """Names that the servers beside a Service answer to, each with a workload that does."""
    return {
        server.served_names: server.pod.owner.name
        for server in servers
        if server.answers and server.served_names and index.together(service, server.pod.owner)
    }


def _mixed_models(
    index: Index, service: Manifest, served: dict[tuple[str, ...], str], servers: list[ModelServer]
) -> Iterator[Hit]:
    if len(served) > 1:
        shown = "; ".join(f"{owner} serves {', '.join(names)}" for names, owner in sorted(served.items()))
        sure = index.facts.closed or len({service.file, *(server.pod.owner.file for server in servers)}) == 1
        message = f"selects servers of different models: {shown}"
        yield Hit(service.at("spec", "selector"), message, severity=None if sure else "warning")


@rule(
    "scraped-twice",
    traps=("N16", "G2"),
    severity="warning",
    proves="No pod is scraped twice into the same sums.",
    needs="Monitors, Services and pods of one folder or environment.",
    remedy="select one of the Services, by a label that only it has",
)
def scraped_twice(index: Index) -> Iterator[Hit]:
    """Two Services under one monitor, or two monitors of one pod, give every series twice: sums double, and a scaler asks
    for twice the replicas. Services that a Rollout splits its pods between select different ones while it runs: they count
    as one."""
    split = index.derive(_split_by_rollouts)
    for monitor in index.of_kind("ServiceMonitor"):
        services = [
            s
            for s in monitored_services(index, monitor)
            if index.together(s, monitor) and (s.namespace, s.name) not in split
        ]
        ports = {name for endpoint in monitor.each("spec", "endpoints") if (name := endpoint.text("port"))}
        by_pod: dict[int, list[str]] = defaultdict(list)
        for service in services:
            if ports & {port.text("name") for port in service.each("spec", "ports")}:
                for pod in index.selected(service, service.labels("spec", "selector")):
                    by_pod[id(pod)].append(service.name)
        twice = next((names for names in by_pod.values() if len(set(names)) > 1), None)
        if twice:
            yield Hit(
                monitor.at("spec", "selector"), f"selects Services {' and '.join(sorted(set(twice)))} of the same pods"
            )


def _split_by_rollouts(index: Index) -> set[tuple[str | None, str]]:
    """Canary and preview Services of Rollouts, whose selector the controller narrows to the new pods."""
    return {
        (rollout.namespace, name)
        for rollout in index.of_kind("Rollout")
        for strategy, key in (("canary", "canaryService"), ("blueGreen", "previewService"))
        if (name := rollout.text("spec", "strategy", strategy, key))
    }


@rule(
    "metric-not-scraped",
    traps=("N9",),
    severity="warning",
    proves="The model server whose metrics a scaler asks for is scraped by something.",
    needs="The scaler, its workload, and at least one monitor or collector beside them.",
    remedy="a PodMonitor that selects the pods of the workload",
)
def metric_not_scraped(index: Index) -> Iterator[Hit]:
    """The query then has no answer, which reads as 0 for ever. Scrape annotations and any collector's configuration that
    mentions Kubernetes discovery count as scraping. Judged only where the same folder, or the environment, has monitors:
    otherwise scraping may be somewhere else."""
    collectors = any(
        "kubernetes_sd_config" in str(m.value)
        for m in index.of_kind("ConfigMap", "OpenTelemetryCollector", "ScrapeConfig")
    )
    for scaler in index.derive(scalers) if not collectors else ():
        asks = [t for t in scaler.triggers if t.type == "prometheus" and t.asks_engine]
        monitors = [m for m in index.of_kind("ServiceMonitor", "PodMonitor") if index.together(m, scaler.manifest)]
        if not asks or not scaler.servers or not monitors:
            continue
        if not any(_is_scraped(index, server.pod.owner, monitors) for server in scaler.servers):
            metric = asks[0].metrics[0]
            yield Hit(
                asks[0].query,
                f"asks for {metric}, and no monitor of the set selects {scaler.servers[0].pod.owner.label}",
            )


def _is_scraped(index: Index, owner: Manifest, monitors: list[Manifest]) -> bool:
    if any("prometheus.io/scrape" in pod.template.labels("metadata", "annotations") for pod in pods_of(owner)):
        return True
    for monitor in monitors:
        if monitor.kind == "PodMonitor":
            found = pods_matching(index, monitor, monitor.at("spec", "selector"))
        else:
            services = monitored_services(index, monitor)
            found = [pod for s in services for pod in index.selected(s, s.labels("spec", "selector"))]
        if any(pod.owner is owner for pod in found):
            return True
    return False
