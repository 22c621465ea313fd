"""Argo CD's side: one Application an app, the projects that bound them, and the root that follows a branch."""

from dataclasses import dataclass

from headway.charts.namespaces import FRONTEND, GATEWAY, INFERENCE, METRICS
from headway.constructs.manifest import API_VERSIONS, CLUSTER_SCOPED
from headway.constructs.part import CONSTRUCT, UNRESOLVED
from headway.domain.environment import EnvironmentSpec
from headway.domain.fact import markers_in
from headway.kinds import (
    EVERY_KIND,
    IN_CLUSTER,
    Application,
    ApplicationSource,
    ApplicationSpec,
    AppProject,
    AppProjectSpec,
    AutomatedSync,
    Backoff,
    ClusterResourceKind,
    Destination,
    Directory,
    Metadata,
    NamespaceResourceKind,
    OrphanedResources,
    ProjectDestination,
    Retry,
    SyncPolicy,
)

NAMESPACE = "argocd"
NAMESPACES = (FRONTEND, GATEWAY, INFERENCE, METRICS)
PROJECT = "headway"
ROOT_PROJECT = "headway-root"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
SOURCE = "charts-src/headway/charts/argo_cd.py"
RETRY = Retry(limit=10, backoff=Backoff(duration="5s", factor=2, max_duration="3m"), refresh=True)
"""`refresh` lets a corrected revision through while a refused one is being retried (trap G11)."""
LABELS = {"app.kubernetes.io/part-of": "headway", "app.kubernetes.io/managed-by": "headway"}


@dataclass(frozen=True)
class App:
    """One folder of `dist/<env>/` as Argo CD applies it."""

    name: str
    wave: int
    """Order among apps; lower waits for nothing, higher for the health of lower."""
    namespace: str
    """One of its namespaces: every object states its own, but a project refuses an Application without one."""


def application(app: App, spec: EnvironmentSpec) -> Application:
    """The Application that applies `dist/<env>/<app>` from the environment's branch."""
    return Application(
        metadata=_metadata(app.name, "application", spec, {"argocd.argoproj.io/sync-wave": str(app.wave)}),
        spec=ApplicationSpec(
            project=PROJECT,
            source=_folder(spec, f"dist/{spec.name}/{app.name}"),
            destination=Destination(server=IN_CLUSTER, namespace=app.namespace),
            sync_policy=_sync(spec),
            revision_history_limit=10,
        ),
    )


def root(spec: EnvironmentSpec) -> Application:
    """The Application of `apps/<env>`, applied by hand once; from then on the branch decides."""
    return Application(
        metadata=_metadata("headway", "root", spec, {}),
        spec=ApplicationSpec(
            project=ROOT_PROJECT,
            source=_folder(spec, f"apps/{spec.name}"),
            destination=Destination(server=IN_CLUSTER, namespace=NAMESPACE),
            sync_policy=_sync(spec),
            revision_history_limit=10,
        ),
    )


def project(spec: EnvironmentSpec) -> AppProject:
    """The project of all apps: Headway's namespaces and the kinds it can render, from exactly this repository.

    Kinds that an environment does not render today are in it too: the project is applied by hand, and what leaves
    `dist/` must still be allowed to be deleted.
    """
    return AppProject(
        metadata=_metadata(PROJECT, "project", spec, {}),
        spec=AppProjectSpec(
            description=f"Inference in {spec.name}: what dist/{spec.name} holds, nothing else.",
            source_repos=(spec.gitops.repository,),
            destinations=tuple(ProjectDestination(server=IN_CLUSTER, namespace=name) for name in NAMESPACES),
            cluster_resource_whitelist=tuple(ClusterResourceKind(group=g, kind=k) for g, k in _kinds(True)),
            namespace_resource_whitelist=tuple(NamespaceResourceKind(group=g, kind=k) for g, k in _kinds(False)),
            orphaned_resources=OrphanedResources(warn=True),
        ),
    )


def root_project(spec: EnvironmentSpec) -> AppProject:
    """The project of the root: Applications in Argo CD's own namespace, nothing else."""
    return AppProject(
        metadata=_metadata(ROOT_PROJECT, "project", spec, {}),
        spec=AppProjectSpec(
            description=f"Applications of {spec.name}, from apps/{spec.name}.",
            source_repos=(spec.gitops.repository,),
            destinations=(ProjectDestination(server=IN_CLUSTER, namespace=NAMESPACE),),
            cluster_resource_whitelist=(),
            namespace_resource_whitelist=(NamespaceResourceKind(group="argoproj.io", kind="Application"),),
        ),
    )


def _kinds(cluster_scoped: bool) -> list[tuple[str, str]]:
    """Group and kind of everything that constructs can write, by scope."""
    built_in = {
        (version.rpartition("/")[0], kind.removesuffix("V2"))
        for kind, version in API_VERSIONS.items()
        if (kind in CLUSTER_SCOPED) == cluster_scoped
    }
    custom = {
        (kind.api_version.rpartition("/")[0], kind.kind)
        for kind in EVERY_KIND
        if kind.cluster_scoped == cluster_scoped and not kind.api_version.startswith("argoproj.io/")
    }
    return sorted(built_in | custom)


def _folder(spec: EnvironmentSpec, path: str) -> ApplicationSource:
    return ApplicationSource(
        repo_url=spec.gitops.repository,
        target_revision=f"env/{spec.name}",
        path=path,
        directory=Directory(recurse=False),
    )


def _sync(spec: EnvironmentSpec) -> SyncPolicy:
    return SyncPolicy(
        automated=AutomatedSync(
            enabled=True, prune=spec.gitops.prune, self_heal=spec.gitops.self_heal, allow_empty=False
        ),
        sync_options=("ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true"),
        retry=RETRY,
    )


def _metadata(name: str, component: str, spec: EnvironmentSpec, annotations: dict[str, str]) -> Metadata:
    lacking = markers_in(spec.gitops.repository)
    unresolved = {UNRESOLVED: " ".join(lacking)} if lacking else {}
    return Metadata(
        name=name,
        namespace=NAMESPACE,
        labels={"app.kubernetes.io/name": name, "app.kubernetes.io/component": component, **LABELS},
        annotations={CONSTRUCT: SOURCE, **annotations, **unresolved},
        finalizers=(FINALIZER,) if component != "project" else None,
    )
