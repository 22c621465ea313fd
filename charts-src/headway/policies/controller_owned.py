"""Values with two owners: a replica count under a scaler (trap S12), one object or one file written twice (N6)."""

from collections import Counter
from collections.abc import Sequence

from headway.policies.finding import Finding, Manifest, name_of
from headway.policies.manifest_index import ManifestIndex


def values_owned_by_controllers(index: ManifestIndex) -> list[Finding]:
    """One finding for each scaled workload that states its replicas."""
    scaled = {
        (target.get("kind", "Deployment"), m["metadata"]["namespace"], target["name"])
        for m in index.of_kind("ScaledObject", "HorizontalPodAutoscaler")
        for target in [m["spec"]["scaleTargetRef"]]
    }
    return [
        Finding(
            "replicas-under-scaler", ("S12",), "error", name_of(m),
            f"states replicas: {m['spec']['replicas']} and is scaled", "leave replicas out",
        )
        for m in index.manifests
        if (m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"]) in scaled and "replicas" in m["spec"]
    ]  # fmt: skip


def services_named_as_groups(index: ManifestIndex) -> list[Finding]:
    """One finding for each Service that takes the name under which LeaderWorkerSet makes its members' headless Service."""
    return [
        Finding(
            "service-named-as-group", (), "error", name_of(m),
            "has the name of a LeaderWorkerSet, whose controller then makes no headless Service: members never meet",
            "give the Service another name",
        )
        for m in index.of_kind("Service")
        if index.has("LeaderWorkerSet", m["metadata"]["name"], m["metadata"].get("namespace"))
    ]  # fmt: skip


def files_written_twice(app: str, manifests: Sequence[Manifest]) -> list[Finding]:
    """One finding for each file of an app that two objects of different namespaces would share."""
    counts = Counter(f"{m['kind']}.{m['metadata']['name']}" for m in manifests)
    return [
        Finding(
            "file-twice",
            (),
            "error",
            f"{app}/{name}",
            f"{count} objects would be written to it",
            "give each a name of its own",
        )
        for name, count in sorted(counts.items())
        if count > 1
    ]


def objects_rendered_twice(index: ManifestIndex) -> list[Finding]:
    """One finding for each object that appears more than once; the last writer would win."""
    counts = Counter(name_of(m) for m in index.manifests)
    return [
        Finding("object-twice", ("N6",), "error", name, f"is rendered {count} times", "keep one")
        for name, count in sorted(counts.items())
        if count > 1
    ]
