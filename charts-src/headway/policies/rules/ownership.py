"""Values with two owners."""

from collections import defaultdict
from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.manifest import Manifest
from headway.policies.rule import Hit, rule


@rule(
    "replicas-under-scaler",
    traps=("S12",),
    severity="error",
    proves="No workload that a scaler scales states its own replicas.",
    needs="The workload and its ScaledObject or HorizontalPodAutoscaler.",
    remedy="leave spec.replicas out of the workload",
)
def replicas_under_scaler(index: Index) -> Iterator[Hit]:
    """Each sync writes the number back and the scaler changes it again: the fleet falls to the number in Git at every
    merge, or the application stays out of sync for ever. Where an Argo CD Application of the set ignores differences in
    `/spec/replicas`, or Terraform ignores changes of it, the fight does not happen and the rule is silent."""
    if _replicas_ignored(index):
        return
    for workload in (m for kind in ("Deployment", "StatefulSet", "LeaderWorkerSet") for m in index.of_kind(kind)):
        replicas = workload.at("spec", "replicas")
        for scaler in index.scalers_of(workload) if replicas else ():
            message = f"states replicas: {replicas.scalar()} and is scaled by {scaler.kind} {scaler.name}"
            yield Hit(replicas, message)


def _replicas_ignored(index: Index) -> bool:
    if index.terraform and index.terraform.ignores_replicas:
        return True
    applications = [*index.of_kind("Application"), *index.of_kind("ApplicationSet")]
    return any(
        "/spec/replicas" in (pointer.text() or "")
        for application in applications
        for path in (("spec",), ("spec", "template", "spec"))
        for entry in application.each(*path, "ignoreDifferences")
        for pointer in (*entry.each("jsonPointers"), *entry.each("jqPathExpressions"))
    )


@rule(
    "object-twice",
    traps=("N6",),
    severity="error",
    proves="No object is written twice with different contents.",
    needs="Both objects in one folder, or in one environment.",
    remedy="keep one, or give each a name of its own",
)
def object_twice(index: Index) -> Iterator[Hit]:
    """The last one applied wins, and which that is depends on the order of files. Objects in different folders are taken
    for alternatives, overlays or examples, unless the set is one environment; in different files of one folder that no
    kustomization joins they may be, which makes it a warning. Equal copies are silent."""
    found: dict[tuple[str, str, str | None, str], list[Manifest]] = defaultdict(list)
    for manifest in index.manifests:
        if manifest.name:
            found[manifest.group, manifest.kind, manifest.namespace, manifest.name].append(manifest)
    for same in found.values():
        for position, later in enumerate(same[1:], start=1):
            first = next((m for m in same[:position] if index.together(m, later)), None)
            if first is not None and first.value != later.value:
                sure = index.facts.closed or first.file == later.file or index.derive(_kustomized)[later.folder]
                message = f"is stated twice with different contents, first in {first.file}:{first.line}"
                yield Hit(later, message, severity=None if sure else "warning")


def _kustomized(index: Index) -> dict[str, bool]:
    """Folders whose kustomization joins at least two files."""
    found: dict[str, bool] = defaultdict(bool)
    for kustomization in index.kustomizations:
        found[kustomization.folder] |= len(kustomization.each("resources")) > 1
    return found


@rule(
    "service-named-as-group",
    severity="error",
    proves="No Service takes the name under which LeaderWorkerSet makes its members' headless Service.",
    needs="The Service and the LeaderWorkerSet.",
    remedy="give the Service another name",
)
def service_named_as_group(index: Index) -> Iterator[Hit]:
    """LeaderWorkerSet finds a Service of its own name and makes none: the leader's address does not resolve and the
    members of a group never meet."""
    for service in index.of_kind("Service"):
        if index.named("LeaderWorkerSet", service.name, service) and service.scalar("spec", "clusterIP") != "None":
            yield Hit(
                service.at("metadata", "name"),
                "has the name of a LeaderWorkerSet, whose controller then makes no headless Service: members never meet",
            )
