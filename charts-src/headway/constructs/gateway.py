"""The gateway: the OpenAI endpoint in front of the model servers, with its settings, identity and budget."""

import json
from pathlib import Path
from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.cpu_autoscaler import CpuAutoscaler, CpuAutoscalerProps
from headway.constructs.gateway_settings import API_KEYS_FILE, JWKS_FILE, MODE_FILE, UPSTREAMS_FILE, settings_in_cluster
from headway.constructs.image import image_reference
from headway.constructs.manifest import resources
from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint, Identity, Pods, Port
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
    reads,
    service,
)
from headway.domain.cluster import Cluster
from headway.domain.environment import Edge, Gateway, Metrics
from headway.domain.gateway_settings import StorageChoices, variables
from headway.domain.noun import Noun
from headway.domain.runtime_image import RuntimeImage
from headway.kinds import (
    LabelSelector,
    Metadata,
    NamespaceSelector,
    ScrapeEndpoint,
    ServiceMonitor,
    ServiceMonitorSpec,
)

HTTP = Port("http", 8000)
ADMIN = Port("admin", 9000)
KEYS_SECRET = "gateway-api-keys"  # noqa: S105  the Secret's name
ANSWERS_PREFIX = "surveys"
QUESTIONS_PREFIX = "questions"
PORT_LABEL = "headway.dev/port"
PRE_STOP_SECONDS = 15
"""Pause before SIGTERM: the load balancer deregisters the target first."""
EXIT_SECONDS = 5


class Upstream(Noun, arbitrary_types_allowed=True):
    """A model server the gateway sends to."""

    endpoint: Endpoint
    """Where it answers."""
    models: tuple[str, ...]
    """Names it serves."""
    contract: str
    """Client contract offered for it."""
    context_tokens: int
    """Longest prompt plus output that it accepts."""


class GatewayProps(Noun, arbitrary_types_allowed=True):
    """The gateway of one environment."""

    namespace: str
    """Where it runs."""
    settings: Gateway
    """What the environment chooses."""
    edge: Edge
    """Timeouts of the path in front of it."""
    metrics: Metrics
    """How it is scraped."""
    cluster: Cluster
    """Where it stores answers."""
    image: RuntimeImage
    """Its program."""
    upstreams: tuple[Upstream, ...]
    """Model servers behind it."""


class GatewayService(Part):
    """Deployment, Services, settings, mode, budget, autoscaler, monitor and the right to watch endpoints."""

    component: ClassVar[str] = "gateway"

    def __init__(self, scope: Part | ManifestChart, id: str, props: GatewayProps) -> None:
        super().__init__(scope, id, instance="gateway")
        self._props = props
        self._settings = settings_in_cluster(props.settings, props.edge, props.cluster)
        pods = Pods.of(props.namespace, self.selector)
        self.endpoint = Endpoint(self.instance, HTTP, pods)
        self.admin = Endpoint(f"{self.instance}-admin", ADMIN, pods)
        self.identity = self._identity()
        self._account()
        self._config()
        self.add(program(self, self._program()))
        for endpoint in (self.endpoint, self.admin):
            self.add(service(endpoint, {PORT_LABEL: endpoint.port.name}))
        self._monitor()
        self.add(disruption_budget(self.instance, props.namespace, self.selector))
        CpuAutoscaler(
            self,
            "Autoscaler",
            CpuAutoscalerProps(name=self.instance, namespace=props.namespace, replicas=props.settings.replicas),
        )

    def _identity(self) -> Identity:
        """Conditional writes need no more than PutObject."""
        bucket = f"arn:aws:s3:::{self._props.cluster.responses_bucket}"
        folders = folders_of(self._settings)
        return Identity(
            self._props.namespace,
            self.instance,
            ("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
            (bucket, *(f"{bucket}/{folder}/*" for folder in folders)),
        )

    def _account(self) -> None:
        """Its account, and the right to watch the model servers' EndpointSlices; nothing else in the API."""
        namespace = self._props.namespace
        self.add(account(self.instance, namespace))
        watch = k8s.PolicyRule(
            api_groups=["discovery.k8s.io"], resources=["endpointslices"], verbs=["get", "list", "watch"]
        )
        subject = k8s.Subject(kind="ServiceAccount", name=self.instance, namespace=namespace)
        for watched in sorted({upstream.endpoint.pods.namespace for upstream in self._props.upstreams}):
            for thing in reads("gateway-watches-endpoints", watched, watch, subject):
                self.add(thing)

    def _named(self, suffix: str) -> k8s.ObjectMeta:
        return k8s.ObjectMeta(name=self.instance + suffix, namespace=self._props.namespace)

    @property
    def _mounted(self) -> tuple[Path, ...]:
        """Files from ConfigMaps; the gateway reads each again when it changes."""
        return (UPSTREAMS_FILE, MODE_FILE, *([JWKS_FILE] if self._props.settings.tokens else []))

    def _config(self) -> None:
        upstreams = [
            {
                "url": upstream.endpoint.url,
                "models": list(upstream.models),
                "contract": upstream.contract,
                "context_tokens": upstream.context_tokens,
            }
            for upstream in self._props.upstreams
        ]
        files = {UPSTREAMS_FILE: json.dumps(upstreams, indent=2) + "\n", MODE_FILE: self._props.settings.mode}
        if self._props.settings.tokens:
            files[JWKS_FILE] = json.dumps(self._props.settings.tokens.jwks(), indent=2) + "\n"
        for path, text in files.items():
            self.add(k8s.KubeConfigMapProps(metadata=self._named(f"-{path.stem}"), data={path.name: text}))

    def _program(self) -> ProgramProps:
        return ProgramProps(
            namespace=self._props.namespace,
            container=self._container(),
            volumes=self._volumes(),
            grace_seconds=self._settings.drain_seconds + PRE_STOP_SECONDS + EXIT_SECONDS,
            asks_api_server_for="watching the endpoints of model servers",
        )

    def _container(self) -> k8s.Container:
        limits = {"memory": "512Mi", "ephemeral-storage": "256Mi"}
        return k8s.Container(
            name="gateway",
            image=image_reference(self._props.image, self._props.cluster),
            image_pull_policy="IfNotPresent",
            args=[
                *("--host", "0.0.0.0"),  # noqa: S104  the pod's own address
                *("--port", str(HTTP.number)),
                *("--admin-port", str(ADMIN.number)),
                *("--upstreams", str(UPSTREAMS_FILE)),
            ],
            env=[k8s.EnvVar(name=name, value=value) for name, value in sorted(self._environment().items())],
            ports=container_ports(HTTP, ADMIN),
            startup_probe=http_probe("/readyz", ADMIN, 30),
            liveness_probe=http_probe("/livez", ADMIN, 6),
            readiness_probe=http_probe("/readyz", ADMIN, 2),
            lifecycle=pause_before_stop(PRE_STOP_SECONDS),
            resources=resources({"cpu": "500m", **limits}, limits),
            security_context=restricted_container(),
            volume_mounts=[
                *(
                    k8s.VolumeMount(name=path.stem, mount_path=str(path.parent), read_only=True)
                    for path in (*self._mounted, API_KEYS_FILE)
                ),
                TMP,
            ],
        )

    def _environment(self) -> dict[str, str]:
        return {"AWS_REGION": self._props.cluster.region, **variables(self._settings)}

    def _volumes(self) -> tuple[k8s.Volume, ...]:
        def config(name: str) -> k8s.Volume:
            return k8s.Volume(name=name, config_map=k8s.ConfigMapVolumeSource(name=f"{self.instance}-{name}"))

        keys = k8s.Volume(name=API_KEYS_FILE.stem, secret=k8s.SecretVolumeSource(secret_name=KEYS_SECRET))
        return *(config(path.stem) for path in self._mounted), keys, TMP_VOLUME

    def _monitor(self) -> None:
        interval = f"{self._props.metrics.scrape_interval_seconds}s"
        self.add(
            ServiceMonitor(
                metadata=Metadata(name=self.instance, namespace=self._props.namespace),
                spec=ServiceMonitorSpec(
                    selector=LabelSelector(match_labels={**self.selector, PORT_LABEL: ADMIN.name}),
                    namespace_selector=NamespaceSelector(match_names=(self._props.namespace,)),
                    endpoints=(
                        ScrapeEndpoint(
                            port=ADMIN.name,
                            path="/metrics",
                            scheme="http",
                            interval=interval,
                            scrape_timeout=interval,
                        ),
                    ),
                ),
            )
        )


def folders_of(settings: StorageChoices) -> tuple[str, ...]:
    """Folders of the responses bucket that it writes to; that of questions only where they are kept."""
    return (ANSWERS_PREFIX, QUESTIONS_PREFIX) if settings.keep_questions else (ANSWERS_PREFIX,)
