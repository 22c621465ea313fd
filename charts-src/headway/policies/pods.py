"""Pod templates of every kind of workload, with their containers."""

from collections.abc import Iterator
from functools import cached_property

from headway.policies.manifest import Field, Manifest
from headway.policies.requests import Requests, requests_of

_TEMPLATES: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "Rollout"),
        (("spec", "template"),),
    ),
    "CronJob": (("spec", "jobTemplate", "spec", "template"),),
    "LeaderWorkerSet": (
        ("spec", "leaderWorkerTemplate", "leaderTemplate"),
        ("spec", "leaderWorkerTemplate", "workerTemplate"),
    ),
    "Pod": ((),),
    "Service": (("spec", "template"),),
}
_KNATIVE = "serving.knative.dev"
RUN_TO_END = frozenset({"Job", "CronJob", "Pod"})
"""Kinds whose pods are not replaced one by one by a rollout."""


class Container(Field):
    """One container; all its parts may be missing."""

    __slots__ = ("__dict__", "initial")

    def __init__(self, field: Field, initial: bool) -> None:
        super().__init__(field.manifest, field.value, field.line, field)
        self.initial = initial

    @property
    def name(self) -> str:
        return self.text("name") or ""

    @property
    def image(self) -> str:
        return self.text("image") or ""

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Command and arguments in one row, as the process sees them."""
        return tuple(
            word.scalar() or "" for key in ("command", "args") for word in self.each(key) if word.scalar() is not None
        )

    @cached_property
    def environment(self) -> dict[str, Field]:
        """Environment variables by name; a variable without a literal value has an empty field."""
        return {name: entry.at("value") for entry in self.each("env") if (name := entry.text("name"))}

    def variable(self, name: str) -> str | None:
        """Literal value of an environment variable."""
        found = self.environment.get(name)
        return found.scalar() if found else None


class Pod:
    """A pod template with the workload it belongs to."""

    def __init__(self, owner: Manifest, template: Field) -> None:
        self.owner = owner
        self.template = template
        self.spec = template.at("spec")
        self.labels = template.labels("metadata", "labels")

    @property
    def namespace(self) -> str | None:
        return self.owner.namespace

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Containers that run side by side."""
        return tuple(Container(found, initial=False) for found in self.spec.each("containers"))

    @cached_property
    def init_containers(self) -> tuple[Container, ...]:
        """Containers that run before the others, one after another."""
        return tuple(Container(found, initial=True) for found in self.spec.each("initContainers"))

    @property
    def all_containers(self) -> tuple[Container, ...]:
        """Init containers first."""
        return (*self.init_containers, *self.containers)

    @cached_property
    def requests(self) -> Requests:
        """What it asks of a node."""
        return requests_of(self)

    @cached_property
    def ports(self) -> dict[str, int | None]:
        """Named container ports and their numbers; init containers that keep running included."""
        return {
            name: port.integer("containerPort")
            for container in self.all_containers
            for port in container.each("ports")
            if (name := port.text("name"))
        }

    @cached_property
    def port_numbers(self) -> frozenset[int]:
        """Numbers of all stated container ports."""
        stated = (port.integer("containerPort") for c in self.all_containers for port in c.each("ports"))
        return frozenset(number for number in stated if number is not None)


def pods_of(manifest: Manifest) -> Iterator[Pod]:
    """The pod templates of an object; none for what makes no pods."""
    if manifest.kind == "Service" and manifest.group != _KNATIVE:
        return
    for path in _TEMPLATES.get(manifest.kind, ()):
        template = manifest.at(*path)
        if template.at("spec").each("containers"):
            yield Pod(manifest, template)
