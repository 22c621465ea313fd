"""The audience pages: a static export behind a small unprivileged web server."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.cpu_autoscaler import CpuAutoscaler, CpuAutoscalerProps
from headway.constructs.image import image_reference
from headway.constructs.manifest import resources
from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint, Pods, Port
from headway.constructs.security import restricted_container
from headway.constructs.workload import (
    TMP,
    TMP_VOLUME,
    ProgramProps,
    account,
    container_ports,
    disruption_budget,
    http_probe,
    pause_before_stop,
    program,
    service,
)
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
        self.add(account(self.instance, props.namespace))
        self.add(
            program(
                self,
                ProgramProps(
                    namespace=props.namespace,
                    container=self._container(),
                    volumes=(TMP_VOLUME,),
                    grace_seconds=30,
                ),
            )
        )
        self.add(service(self.endpoint))
        self.add(disruption_budget(self.instance, props.namespace, self.selector))
        CpuAutoscaler(
            self,
            "Autoscaler",
            CpuAutoscalerProps(name=self.instance, namespace=props.namespace, replicas=props.settings.replicas),
        )

    def _container(self) -> k8s.Container:
        limits = {"memory": "128Mi", "ephemeral-storage": "128Mi"}
        probe = http_probe("/healthz", HTTP, 3)
        return k8s.Container(
            name="pages",
            image=image_reference(self._props.image, self._props.cluster),
            image_pull_policy="IfNotPresent",
            ports=container_ports(HTTP),
            liveness_probe=probe,
            readiness_probe=probe,
            lifecycle=pause_before_stop(10),
            resources=resources({"cpu": "50m", **limits}, limits),
            security_context=restricted_container(),
            volume_mounts=[TMP],
        )
