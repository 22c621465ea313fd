"""How Argo CD gets the charts: one Application a controller, in a project that allows these charts and nothing else."""

import json
from collections.abc import Sequence

from headway.charts.argo_cd import LABELS, NAMESPACE, RETRY
from headway.charts.controllers.controller import Chart, Controller
from headway.constructs.part import CONSTRUCT, UNRESOLVED
from headway.domain.environment import EnvironmentSpec
from headway.domain.fact import markers_in
from headway.kinds import (
    IN_CLUSTER,
    Application,
    ApplicationSource,
    ApplicationSpec,
    AppProject,
    AppProjectSpec,
    AutomatedSync,
    ClusterResourceKind,
    Destination,
    Helm,
    Metadata,
    NamespaceMetadata,
    ProjectDestination,
    SyncPolicy,
)

PROJECT = "headway-controllers"
SHARED_NAMESPACES = ("kube-system", "kube-node-lease")
"""Namespaces that every cluster has; Argo CD neither makes nor labels them."""


def application(controller: Controller, spec: EnvironmentSpec) -> Application:
    """The Application of one chart. It has no finalizer: deleting it must not delete CRDs, and every object of them."""
    values = controller.values_in(spec)
    wave = {"argocd.argoproj.io/sync-wave": str(controller.wave)}
    lacking = markers_in(json.dumps(values))
    unresolved = {UNRESOLVED: " ".join(lacking)} if lacking else {}
    return Application(
        metadata=_metadata(controller.name, "controller", {CONSTRUCT: controller.file, **wave, **unresolved}),
        spec=ApplicationSpec(
            project=PROJECT,
            source=_source(_chart(controller), values),
            destination=Destination(server=IN_CLUSTER, namespace=controller.namespace),
            sync_policy=_sync(controller, spec),
            ignore_differences=controller.ignore_differences or None,
            revision_history_limit=10,
        ),
    )


def controllers_project(spec: EnvironmentSpec, controllers: Sequence[Controller]) -> AppProject:
    """The project of the charts: exactly their repositories, their namespaces and their cluster-scoped kinds.

    Orphans are not warned of: in `kube-system` everything that the add-ons made would be one.
    """
    charts = [controller for controller in controllers if controller.delivery == "chart"]
    namespaces = {name for controller in charts for name in (controller.namespace, *controller.also_writes_to)}
    return AppProject(
        metadata=_metadata(PROJECT, "project", {CONSTRUCT: f"charts-src/{__name__.replace('.', '/')}.py"}),
        spec=AppProjectSpec(
            description=f"Controllers that dist/{spec.name} relies on, as pinned upstream charts.",
            source_repos=tuple(sorted({_chart(controller).repository for controller in charts})),
            destinations=tuple(ProjectDestination(server=IN_CLUSTER, namespace=name) for name in sorted(namespaces)),
            cluster_resource_whitelist=_cluster_kinds(charts, namespaces),
        ),
    )


def _cluster_kinds(charts: Sequence[Controller], namespaces: set[str]) -> tuple[ClusterResourceKind, ...]:
    own = sorted(namespaces - set(SHARED_NAMESPACES))
    made = [ClusterResourceKind(group="", kind="Namespace", name=name) for name in own]
    kinds = {kind for controller in charts for kind in controller.cluster_kinds}
    return (*made, *sorted(kinds, key=lambda kind: (kind.group, kind.kind)))


def _chart(controller: Controller) -> Chart:
    if controller.chart is None:
        raise ValueError(f"{controller.name} comes by {controller.delivery}, not as a chart; it has no Application")
    return controller.chart


def _source(chart: Chart, values: dict[str, object] | None) -> ApplicationSource:
    return ApplicationSource(
        repo_url=chart.repository,
        chart=chart.name,
        target_revision=chart.version,
        helm=Helm(release_name=chart.name, values_object=values),
    )


def _sync(controller: Controller, spec: EnvironmentSpec) -> SyncPolicy:
    own_namespace = controller.namespace not in SHARED_NAMESPACES
    options = ["ServerSideApply=true", "PruneLast=true"]
    if own_namespace:
        options.insert(0, "CreateNamespace=true")
    if controller.ignore_differences:
        options.append("RespectIgnoreDifferences=true")
    return SyncPolicy(
        automated=AutomatedSync(
            enabled=True, prune=spec.gitops.prune, self_heal=spec.gitops.self_heal, allow_empty=False
        ),
        sync_options=tuple(options),
        retry=RETRY,
        managed_namespace_metadata=_namespace(controller, spec) if own_namespace else None,
    )


def _namespace(controller: Controller, spec: EnvironmentSpec) -> NamespaceMetadata | None:
    if controller.pod_security is None:
        return None
    labels = {"app.kubernetes.io/part-of": "headway"}
    for mode in ("enforce", "audit", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = controller.pod_security
        labels[f"pod-security.kubernetes.io/{mode}-version"] = f"v{spec.cluster.kubernetes_version}"
    return NamespaceMetadata(labels=labels)


def _metadata(name: str, component: str, annotations: dict[str, str]) -> Metadata:
    return Metadata(
        name=name,
        namespace=NAMESPACE,
        labels={"app.kubernetes.io/name": name, "app.kubernetes.io/component": component, **LABELS},
        annotations=annotations,
    )
