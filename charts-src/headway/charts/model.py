"""One model deployment: its server, its scaler and, where asked for, its compile cache."""

from cdk8s import App

from headway.catalog import Catalog
from headway.charts.namespaces import INFERENCE
from headway.constructs.compile_cache import CacheFolder
from headway.constructs.compile_cache_filler import CompileCacheFiller
from headway.constructs.cpu_autoscaler import CpuAutoscaler, CpuAutoscalerProps
from headway.constructs.engine_pod import EnginePodProps
from headway.constructs.gateway import Upstream
from headway.constructs.image import image_reference
from headway.constructs.model_server import ModelServer, ModelServerProps
from headway.constructs.part import ManifestChart
from headway.constructs.queue_scaler import QueueScaler, QueueScalerProps
from headway.constructs.recipe_record import RecipeRecord
from headway.constructs.references import Endpoint
from headway.domain.environment import EnvironmentSpec
from headway.domain.names import resource_name
from headway.scaling import DeploymentPlan

LEAST_POLLING_SECONDS = 5


class ModelChart(ManifestChart):
    """The objects of one model deployment."""

    def __init__(
        self, scope: App, spec: EnvironmentSpec, plan: DeploymentPlan, catalog: Catalog, prometheus: Endpoint
    ) -> None:
        super().__init__(scope, resource_name(plan.name), environment=spec.name)
        self.plan = plan
        pod = self._pod(spec, catalog)
        self.server = ModelServer(self, "ModelServer", ModelServerProps(namespace=INFERENCE, pod=pod))
        self.upstream = Upstream(
            endpoint=self.server.endpoint,
            models=(plan.recipe.arguments.served_name,),
            contract=plan.model.contract,
            context_tokens=plan.model.context_tokens,
        )
        RecipeRecord(self, "Recipe", INFERENCE, plan.recipe)
        if pod.compile_cache:
            CompileCacheFiller(self, "CompileCache", INFERENCE, pod.compile_cache, pod)
        if plan.model.scaling.autoscaler == "keda":
            self._queue_scaler(spec, prometheus)
        else:
            self._cpu_autoscaler()

    def _pod(self, spec: EnvironmentSpec, catalog: Catalog) -> EnginePodProps:
        recipe, name = self.plan.recipe, resource_name(self.plan.name)
        folder = CacheFolder(
            claim=f"{name}-cache",
            image=image_reference(recipe.image, spec.cluster),
            gpu=recipe.chosen.machine.accelerator,
            arguments=recipe.arguments.arguments(),
        )
        return EnginePodProps(
            recipe=recipe,
            cluster=spec.cluster,
            pool=spec.pools[recipe.chosen.pool],
            accelerator=catalog.accelerators[recipe.chosen.machine.accelerator],
            service_account=name,
            compile_cache=folder if self.plan.model.compile_cache else None,
        )

    def _queue_scaler(self, spec: EnvironmentSpec, prometheus: Endpoint) -> None:
        plan, scaling = self.plan, self.plan.model.scaling
        QueueScaler(
            self,
            "Scaler",
            QueueScalerProps(
                name=self.server.instance,
                namespace=INFERENCE,
                target_ref=self.server.scale_target,
                replicas=plan.model.limits.replicas,
                law=plan.law,
                target=plan.target,
                engine=plan.recipe.arguments.engine,
                served_name=plan.recipe.arguments.served_name,
                scaler=spec.cluster.keda.scaler,
                metrics=prometheus,
                polling_seconds=max(LEAST_POLLING_SECONDS, spec.metrics.scrape_interval_seconds),
                lifecycle=plan.recipe.lifecycle,
                scale_up_percent=scaling.scale_up_percent,
                scale_up_period_seconds=scaling.scale_up_period_seconds,
            ),
        )

    def _cpu_autoscaler(self) -> None:
        CpuAutoscaler(
            self,
            "Autoscaler",
            CpuAutoscalerProps(
                name=self.server.instance,
                namespace=INFERENCE,
                replicas=self.plan.model.limits.replicas,
                stabilization_seconds=self.plan.recipe.lifecycle.stabilization_seconds,
            ),
        )
