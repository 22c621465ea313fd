"""A set of manifests by kind, namespace and name, with the pods that workloads make."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from headway.policies.finding import Manifest, name_of

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "LeaderWorkerSet")
Labels = dict[str, str]


@dataclass(frozen=True)
class PodTemplate:
    """A pod template with the workload it belongs to."""

    owner: Manifest
    template: Manifest

    @property
    def namespace(self) -> str:
        return str(self.owner["metadata"].get("namespace", "default"))

    @property
    def labels(self) -> Labels:
        return dict(self.template.get("metadata", {}).get("labels", {}))

    @property
    def spec(self) -> Manifest:
        return dict(self.template["spec"])

    @property
    def containers(self) -> list[Manifest]:
        """Init containers first."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def port_names(self) -> set[str]:
        """Names of all container ports."""
        return {port["name"] for c in self.containers for port in c.get("ports", []) if "name" in port}


class ManifestIndex:
    """Looks up objects of one rendered set."""

    def __init__(self, manifests: Sequence[Manifest]) -> None:
        self.manifests = tuple(manifests)
        self._by_kind: dict[str, list[Manifest]] = {}
        for manifest in manifests:
            self._by_kind.setdefault(manifest["kind"], []).append(manifest)
        self._names = {name_of(manifest) for manifest in manifests}
        self.pods = tuple(pod for manifest in manifests for pod in _pods(manifest))

    def of_kind(self, *kinds: str) -> Iterator[Manifest]:
        """Every object of some kinds."""
        for kind in kinds:
            yield from self._by_kind.get(kind, [])

    def has(self, kind: str, name: str, namespace: str | None = None) -> bool:
        """Whether the set holds an object."""
        return "/".join(part for part in (kind, namespace, name) if part) in self._names

    def selected(self, namespace: str, selector: Labels) -> list[PodTemplate]:
        """Pod templates in a namespace that carry all the selector's labels."""
        wanted = selector.items()
        return [pod for pod in self.pods if pod.namespace == namespace and wanted <= pod.labels.items()]


def _pods(manifest: Manifest) -> Iterator[PodTemplate]:
    if manifest["kind"] not in WORKLOADS:
        return
    spec: dict[str, Any] = manifest["spec"]
    group = spec.get("leaderWorkerTemplate")
    templates = [group.get("leaderTemplate"), group.get("workerTemplate")] if group else [spec["template"]]
    for template in templates:
        if template:
            yield PodTemplate(manifest, template)
