"""The whole set of manifests by kind, name and label, across files.

Two questions are asked of a set that may be somebody's whole repository. *Is there any?* looks at everything, nearest
folder first. *Do these two collide?* looks at objects that are applied together: those of one folder, or the whole set
when it is one environment.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from headway.policies.facts import Facts
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import Pod, pods_of
from headway.policies.terraform_facts import TerraformFacts

Labels = Mapping[str, str]
T = TypeVar("T")


class Index:
    """Looks up objects of one set."""

    def __init__(
        self,
        manifests: Iterable[Manifest],
        facts: Facts,
        kustomizations: Iterable[Manifest] = (),
        terraform: TerraformFacts | None = None,
    ) -> None:
        self.manifests = (*manifests, *(terraform.manifests if terraform else ()))
        self.kustomizations = tuple(kustomizations)
        self.facts = facts
        self.terraform = terraform
        self._by_kind: dict[str, list[Manifest]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            self._by_kind[manifest.kind].append(manifest)
            self._by_name[manifest.kind, manifest.name].append(manifest)
        self._selected: dict[tuple[str | None, str, frozenset[tuple[str, str]]], list[Pod]] = {}
        self._derived: dict[Callable[[Index], Any], Any] = {}

    def derive(self, make: "Callable[[Index], T]") -> T:
        """What a function makes of this index, made once however many rules ask."""
        if make not in self._derived:
            self._derived[make] = make(self)
        found: T = self._derived[make]
        return found

    def of_kind(self, *kinds: str) -> Iterator[Manifest]:
        """Every object of some kinds."""
        for kind in kinds:
            yield from self._by_kind.get(kind, ())

    def named(self, kind: str, name: str | None, near: Field, namespace: str | None = None) -> Manifest | None:
        """The object that a reference means: its namespace, else that of the referring object; its folder first."""
        wanted = namespace or near.manifest.namespace
        found = [
            manifest
            for manifest in self._by_name.get((kind, name or ""), ())
            if wanted is None or manifest.namespace is None or manifest.namespace == wanted
        ]
        return next((m for m in found if m.folder == near.manifest.folder), found[0] if found else None)

    def together(self, one: Manifest, other: Manifest) -> bool:
        """Whether two objects are known to be applied to one cluster."""
        return self.facts.closed or one.folder == other.folder

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """Every pod template of the set."""
        return tuple(pod for manifest in self.manifests for pod in pods_of(manifest))

    def stands_beside(self, manifest: Manifest, *kinds: str) -> bool:
        """Whether an object of some kinds is in the same folder; without kinds, one that makes pods."""
        return manifest.folder in self.derive(_folders)[kinds[0] if kinds else ""] or any(
            manifest.folder in self.derive(_folders)[kind] for kind in kinds[1:]
        )

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str], dict[str | None, list[Pod]]]:
        """Pods by label, then by namespace."""
        found: dict[tuple[str, str], dict[str | None, list[Pod]]] = defaultdict(lambda: defaultdict(list))
        for pod in self.pods:
            for pair in pod.labels.items():
                found[pair][pod.namespace].append(pod)
        return found

    @cached_property
    def _pods_by_namespace(self) -> dict[str | None, list[Pod]]:
        found: dict[str | None, list[Pod]] = defaultdict(list)
        for pod in self.pods:
            found[pod.namespace].append(pod)
        return found

    def pods_near(self, by: Manifest) -> list[Pod]:
        """Pods that may stand in an object's namespace."""
        return _in_namespace(self._pods_by_namespace, by.namespace)

    def selected(self, by: Manifest, labels: Labels) -> list[Pod]:
        """Pods that carry all labels, in the selecting object's namespace; those of its folder where there are any."""
        key = (by.namespace, by.folder, frozenset(labels.items()))
        if key not in self._selected:
            self._selected[key] = self._select(by, labels) if labels else []
        return self._selected[key]

    def _select(self, by: Manifest, labels: Labels) -> list[Pod]:
        lists = [_in_namespace(self._pods_by_label.get(pair, {}), by.namespace) for pair in labels.items()]
        wanted = labels.items()
        found = [pod for pod in min(lists, key=len) if wanted <= pod.labels.items()]
        return [pod for pod in found if pod.owner.folder == by.folder] or found

    def services_with(self, by: Manifest, labels: Labels) -> list[Manifest]:
        """Services that carry all labels, as monitors select them; those of the folder where there are any."""
        wanted = labels.items()
        found = [
            service for service in self.of_kind("Service") if wanted <= service.labels("metadata", "labels").items()
        ]
        return [service for service in found if service.folder == by.folder] or found

    @cached_property
    def scaled(self) -> dict[int, list[Manifest]]:
        """Scalers by the identity of the workload they scale."""
        found: dict[int, list[Manifest]] = defaultdict(list)
        for scaler in self.of_kind("ScaledObject", "HorizontalPodAutoscaler"):
            if workload := self.scale_target(scaler):
                found[id(workload)].append(scaler)
        return found

    def scale_target(self, scaler: Manifest) -> Manifest | None:
        """The workload that a scaler scales."""
        target = scaler.at("spec", "scaleTargetRef")
        return self.named(target.text("kind") or "Deployment", target.text("name"), scaler)

    def scalers_of(self, workload: Manifest) -> list[Manifest]:
        """ScaledObjects and HorizontalPodAutoscalers of a workload."""
        return self.scaled.get(id(workload), [])


def _in_namespace(pods: Mapping[str | None, list[Pod]], namespace: str | None) -> list[Pod]:
    """Pods of a namespace and of none; all of them where the namespace is not stated."""
    if namespace is None:
        return [pod for found in pods.values() for pod in found]
    return [*pods.get(namespace, ()), *pods.get(None, ())]


def _folders(index: Index) -> dict[str, set[str]]:
    """Folders by the kinds in them; the empty kind stands for whatever makes pods."""
    found: dict[str, set[str]] = defaultdict(set)
    for manifest in index.manifests:
        found[manifest.kind].add(manifest.folder)
    found[""] = {pod.owner.folder for pod in index.pods}
    return found
