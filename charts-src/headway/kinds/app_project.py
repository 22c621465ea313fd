"""argoproj.io AppProject: what Applications of one project may touch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.durations import GoDuration
from headway.kinds.resource import Resource, Spec


class ProjectDestination(Spec):
    """A cluster and namespace that Applications may use; `*` is a wildcard."""

    server: str
    namespace: str


class ClusterResourceKind(Spec):
    """A cluster-scoped kind; `*` is a wildcard, the core group is empty."""

    group: str
    kind: str
    name: str | None = None
    """Only objects of this name, which may be a glob."""


class NamespaceResourceKind(Spec):
    """A namespaced kind; `*` is a wildcard, the core group is empty."""

    group: str
    kind: str


class OrphanedResources(Spec):
    """What to say about objects that no Application owns."""

    warn: bool


class SyncWindow(Spec):
    """A time in which syncs are allowed or denied."""

    kind: Literal["allow", "deny"]
    schedule: Annotated[str, Field(pattern=r"^\S+ \S+ \S+ \S+ \S+$")]
    """When it begins: a cron line."""
    duration: GoDuration
    applications: tuple[str, ...] | None = None
    """Applications it holds for, as globs."""
    namespaces: tuple[str, ...] | None = None
    clusters: tuple[str, ...] | None = None
    manual_sync: bool | None = None
    """Whether a person may sync all the same."""
    time_zone: str | None = None
    """IANA name; Argo CD takes UTC."""

    @model_validator(mode="after")
    def _holds_for_something(self) -> Self:
        if not (self.applications or self.namespaces or self.clusters):
            raise ValueError("sync window names no applications, namespaces or clusters; it would do nothing")
        return self


class ProjectRole(Spec):
    """Rights of people in the project."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_]*[A-Za-z0-9])?$")]
    description: str | None = None
    policies: tuple[str, ...]
    """Casbin lines (`p, proj:models:reader, applications, get, models/*, allow`)."""
    groups: tuple[str, ...] | None = None
    """Groups of the identity provider."""


class AppProjectSpec(Spec):
    """Sources, destinations and kinds that are allowed. What is not listed is refused."""

    description: Annotated[str, Field(max_length=255)]
    source_repos: tuple[str, ...]
    destinations: tuple[ProjectDestination, ...]
    cluster_resource_whitelist: tuple[ClusterResourceKind, ...] | None = None
    """Left out: no cluster-scoped kind at all."""
    namespace_resource_whitelist: tuple[NamespaceResourceKind, ...] | None = None
    """Left out: every namespaced kind."""
    orphaned_resources: OrphanedResources | None = None
    sync_windows: tuple[SyncWindow, ...] | None = None
    roles: tuple[ProjectRole, ...] | None = None
    permit_only_project_scoped_clusters: bool | None = None


class AppProject(Resource):
    """The fence around a group of Applications."""

    api_version = "argoproj.io/v1alpha1"
    kind = "AppProject"

    spec: AppProjectSpec
