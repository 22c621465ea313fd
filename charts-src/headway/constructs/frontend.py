"""The audience pages: a static export behind a small unprivileged web server."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.cpu_autoscaler import CpuAutoscaler, CpuAutoscalerProps
from headway.constructs.gateway import spread_over_zones
from headway.constructs.image import image_reference
from headway.constructs.manifest import int_or_string, quantity, resources
from headway.constructs.part import ManifestChart, Part
from headway.constructs.priority_classes import SERVING_EDGE
from headway.constructs.references import Endpoint, Pods, Port
from headway.constructs.security import restricted_container, restricted_pod
from headway.domain.cluster import Cluster
from headway.domain.environment import Frontend
from headway.domain.noun import Noun
from headway.domain.runtime_image import RuntimeImage

HTTP = Port("http", 8080)


class FrontendProps(Noun):
    """The pages of one environment."""

    namespace: str
    """Where they run."""
    settings: Frontend
    """Bounds."""
    cluster: Cluster
    """Whose registry holds the image."""
    image: RuntimeImage
    """Pages and web server."""


class FrontendPages(Part):
    """Deployment, Service, budget and autoscaler of the pages. They hold no state and call no one."""

    component: ClassVar[str] = "frontend"

    def __init__(self, scope: Part | ManifestChart, id: str, props: FrontendProps) -> None:
        super().__init__(scope, id, instance="frontend")
        self._props = props
        self.endpoint = Endpoint(self.instance, HTTP, Pods.of(props.namespace, self.selector))
        self.add(k8s.KubeServiceAccountProps(metadata=self._meta(), automount_service_account_token=False))
        self._deployment()
        port = k8s.ServicePort(name=HTTP.name, port=HTTP.number, target_port=int_or_string(HTTP.name), protocol="TCP")
        self.add(
            k8s.KubeServiceProps(
                metadata=self._meta(),
                spec=k8s.ServiceSpec(type="ClusterIP", selector=self.selector, ports=[port]),
            )
        )
        self.add(
            k8s.KubePodDisruptionBudgetProps(
                metadata=self._meta(),
                spec=k8s.PodDisruptionBudgetSpec(
                    max_unavailable=int_or_string(1), selector=k8s.LabelSelector(match_labels=self.selector)
                ),
            )
        )
        CpuAutoscaler(
            self,
            "Autoscaler",
            CpuAutoscalerProps(name=self.instance, namespace=props.namespace, replicas=props.settings.replicas),
        )

    def _meta(self) -> k8s.ObjectMeta:
        return k8s.ObjectMeta(name=self.instance, namespace=self._props.namespace)

    def _deployment(self) -> None:
        self.add(
            k8s.KubeDeploymentProps(
                metadata=self._meta(),
                spec=k8s.DeploymentSpec(
                    selector=k8s.LabelSelector(match_labels=self.selector),
                    revision_history_limit=3,
                    strategy=k8s.DeploymentStrategy(
                        type="RollingUpdate",
                        rolling_update=k8s.RollingUpdateDeployment(
                            max_surge=int_or_string(1), max_unavailable=int_or_string(0)
                        ),
                    ),
                    template=k8s.PodTemplateSpec(
                        metadata=k8s.ObjectMeta(labels=self.labels),
                        spec=k8s.PodSpec(
                            service_account_name=self.instance,
                            automount_service_account_token=False,
                            enable_service_links=False,
                            priority_class_name=SERVING_EDGE.name,
                            termination_grace_period_seconds=30,
                            security_context=restricted_pod(),
                            topology_spread_constraints=[spread_over_zones(self.selector)],
                            containers=[self._container()],
                            volumes=[
                                k8s.Volume(
                                    name="tmp",
                                    empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity("64Mi")),
                                )
                            ],
                        ),
                    ),
                ),
            )
        )

    def _container(self) -> k8s.Container:
        limits = {"memory": "128Mi", "ephemeral-storage": "128Mi"}
        probe = k8s.Probe(
            http_get=k8s.HttpGetAction(path="/healthz", port=int_or_string(HTTP.name), scheme="HTTP"),
            period_seconds=5,
            timeout_seconds=2,
            success_threshold=1,
            failure_threshold=3,
        )
        return k8s.Container(
            name="pages",
            image=image_reference(self._props.image, self._props.cluster),
            image_pull_policy="IfNotPresent",
            ports=[k8s.ContainerPort(name=HTTP.name, container_port=HTTP.number, protocol="TCP")],
            liveness_probe=probe,
            readiness_probe=probe,
            lifecycle=k8s.Lifecycle(pre_stop=k8s.LifecycleHandler(exec=k8s.ExecAction(command=["sleep", "10"]))),
            resources=resources({"cpu": "50m", **limits}, limits),
            security_context=restricted_container(),
            volume_mounts=[k8s.VolumeMount(name="tmp", mount_path="/tmp")],  # noqa: S108
        )
