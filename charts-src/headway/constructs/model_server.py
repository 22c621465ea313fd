"""A model server: an engine behind a Service, as a Deployment or, when one machine is not enough, a LeaderWorkerSet.

Neither carries a replica count: the scaler owns it (trap S12).
"""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.engine_pod import EnginePodProps, engine_pod, serving_port
from headway.constructs.manifest import int_or_string, plain
from headway.constructs.part import Labels, ManifestChart, Part
from headway.constructs.references import Endpoint, Identity, Pods
from headway.constructs.scanner_skips import no_cpu_limit, skipping
from headway.constructs.workload import account, disruption_budget, service
from headway.domain.names import resource_name
from headway.domain.noun import Noun
from headway.kinds import (
    GroupNetwork,
    GroupRollingUpdate,
    GroupRollout,
    LeaderWorkerSet,
    LeaderWorkerSetSpec,
    LeaderWorkerTemplate,
    Metadata,
    ScaleTargetRef,
)

ROLE = "headway.dev/role"
_NO_CPU_LIMIT = no_cpu_limit(
    "a limit throttles loading and tokenizing while the GPU waits; the CPU it needs is requested"
)


class ModelServerProps(Noun, arbitrary_types_allowed=True):
    """One deployment's server."""

    namespace: str
    """Where it runs."""
    pod: EnginePodProps
    """What its pods are made from."""


class ModelServer(Part):
    """Workload, Service, ServiceAccount and disruption budget of one model deployment."""

    component: ClassVar[str] = "model-server"

    def __init__(self, scope: Part | ManifestChart, id: str, props: ModelServerProps) -> None:
        super().__init__(scope, id, instance=resource_name(props.pod.recipe.deployment))
        self._props = props
        self._grouped = props.pod.recipe.chosen.nodes > 1
        recipe, cluster = props.pod.recipe, props.pod.cluster
        port = serving_port(recipe.arguments.engine)
        self.endpoint = Endpoint(self._service_name, port, Pods.of(props.namespace, self._serving))
        self.identity = Identity(
            props.namespace,
            props.pod.service_account,
            ("s3:GetObject", "s3:ListBucket"),
            (
                f"arn:aws:s3:::{cluster.models_bucket}",
                f"arn:aws:s3:::{cluster.models_bucket}/{recipe.checkpoint}/*",
            ),
        )
        self.scale_target = (
            ScaleTargetRef(api_version="leaderworkerset.x-k8s.io/v1", kind="LeaderWorkerSet", name=self.instance)
            if self._grouped
            else ScaleTargetRef(name=self.instance)
        )
        self.add(account(props.pod.service_account, props.namespace))
        self._group() if self._grouped else self._deployment()
        self.add(service(self.endpoint))
        self.add(disruption_budget(self.instance, props.namespace, self._serving))

    @property
    def pods(self) -> Pods:
        """Every pod of the deployment, workers included."""
        return Pods.of(self._props.namespace, self.selector)

    @property
    def _service_name(self) -> str:
        """A group's own name belongs to the headless Service that LeaderWorkerSet makes for its members' addresses."""
        return f"{self.instance}-api" if self._grouped else self.instance

    @property
    def _serving(self) -> Labels:
        return {**self.selector, ROLE: "leader"} if self._grouped else self.selector

    def _deployment(self) -> None:
        lifecycle, surge = self._props.pod.recipe.lifecycle, self._props.pod.recipe.surge_replicas
        self.add(
            k8s.KubeDeploymentProps(
                metadata=k8s.ObjectMeta(
                    name=self.instance, namespace=self._props.namespace, annotations=skipping(_NO_CPU_LIMIT)
                ),
                spec=k8s.DeploymentSpec(
                    selector=k8s.LabelSelector(match_labels=self.selector),
                    progress_deadline_seconds=lifecycle.progress_deadline_seconds,
                    revision_history_limit=3,
                    strategy=k8s.DeploymentStrategy(
                        type="RollingUpdate",
                        rolling_update=k8s.RollingUpdateDeployment(
                            max_surge=int_or_string(surge), max_unavailable=int_or_string(1 - surge)
                        ),
                    ),
                    template=engine_pod(self._props.pod, self.labels),
                ),
            )
        )

    def _group(self) -> None:
        leader = plain(engine_pod(self._props.pod, {**self.labels, ROLE: "leader"}, "leader"))
        worker = plain(engine_pod(self._props.pod, {**self.labels, ROLE: "worker"}, "worker"))
        self.add(
            LeaderWorkerSet(
                metadata=Metadata(name=self.instance, namespace=self._props.namespace),
                spec=LeaderWorkerSetSpec(
                    leader_worker_template=LeaderWorkerTemplate(
                        size=self._props.pod.recipe.chosen.nodes,
                        restart_policy="RecreateGroupOnPodRestart",
                        leader_template=leader,
                        worker_template=worker,
                    ),
                    rollout_strategy=GroupRollout(
                        rolling_update_configuration=GroupRollingUpdate(max_unavailable=1, max_surge=0)
                    ),
                    startup_policy="LeaderCreated",
                    network_config=GroupNetwork(subdomain_policy="Shared"),
                ),
            )
        )
