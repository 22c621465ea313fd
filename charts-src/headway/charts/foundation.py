"""The foundation: namespaces with their limits, priority classes, storage for compile caches."""

from cdk8s import App

from headway.charts.namespaces import FRONTEND, GATEWAY, INFERENCE, METRICS
from headway.constructs.namespace import Namespace, NamespaceProps
from headway.constructs.part import ManifestChart
from headway.constructs.priority_classes import PriorityClasses
from headway.constructs.storage_class import CompileCacheStorage
from headway.domain.environment import EnvironmentSpec
from headway.scaling import DeploymentPlan

PODS = {GATEWAY: 100, FRONTEND: 50, METRICS: 20}


class FoundationChart(ManifestChart):
    """What everything else stands on; synced first."""

    def __init__(self, scope: App, spec: EnvironmentSpec, plans: tuple[DeploymentPlan, ...], gpu_resource: str) -> None:
        super().__init__(scope, "foundation", environment=spec.name)
        version = spec.cluster.kubernetes_version
        for name, pods in PODS.items():
            behind = name in (GATEWAY, FRONTEND)
            props = NamespaceProps(name=name, kubernetes_version=version, max_pods=pods, behind_load_balancer=behind)
            Namespace(self, name, props)
        replicas = sum(plan.model.limits.replicas.max + plan.recipe.surge_replicas for plan in plans)
        gpus = sum(
            (plan.model.limits.replicas.max + plan.recipe.surge_replicas) * plan.recipe.gpus_per_replica
            for plan in plans
        )
        fillers = [plan for plan in plans if plan.model.compile_cache]
        Namespace(
            self,
            INFERENCE,
            NamespaceProps(
                name=INFERENCE,
                kubernetes_version=version,
                max_pods=4 * replicas + len(fillers),
                max_gpus=gpus + sum(plan.recipe.gpus_per_replica for plan in fillers),
                gpu_resource=gpu_resource,
            ),
        )
        PriorityClasses(self, "Priorities")
        if fillers:
            CompileCacheStorage(self, "CompileCacheStorage", spec.cluster.compile_cache_file_system)
