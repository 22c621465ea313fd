"""Objects that every workload has: a Deployment of a small program, its Service, its disruption budget, its probes."""

from cdk8s_plus_28 import k8s

from headway.constructs.manifest import int_or_string, quantity
from headway.constructs.part import Labels, Part
from headway.constructs.priority_classes import SERVING_EDGE
from headway.constructs.references import Endpoint, Port
from headway.constructs.scanner_skips import asks_api_server, no_cpu_limit, skipping
from headway.constructs.security import restricted_pod
from headway.domain.noun import Noun
from headway.recipes.lifecycle import PROBE_PERIOD_SECONDS

TMP = k8s.VolumeMount(name="tmp", mount_path="/tmp")  # noqa: S108  a volume
TMP_VOLUME = k8s.Volume(name="tmp", empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity("64Mi")))


class ProgramProps(Noun, arbitrary_types_allowed=True):
    """A stateless program that several replicas of may run."""

    namespace: str
    """Where it runs."""
    container: k8s.Container
    """Its only container."""
    volumes: tuple[k8s.Volume, ...]
    """Its volumes."""
    grace_seconds: int
    """Time from SIGTERM to SIGKILL, preStop included."""
    asks_api_server_for: str | None = None
    """What it asks the Kubernetes API for, with a token of its own; `None` for none."""
    replicas: int | None = None
    """Set only where no scaler owns the count."""
    one_at_a_time: bool = False
    """Whether the old pod must be gone before the new one starts."""
    annotations: dict[str, str] | None = None
    """Annotations of the pods."""


def program(part: Part, props: ProgramProps) -> k8s.KubeDeploymentProps:
    """The Deployment of a part's program: restricted, spread over zones, never short of a replica in a rollout."""
    surge = k8s.RollingUpdateDeployment(max_surge=int_or_string(1), max_unavailable=int_or_string(0))
    rolling = k8s.DeploymentStrategy(type="RollingUpdate", rolling_update=surge)
    skips = [no_cpu_limit("a limit throttles it while the node idles; the CPU it needs is requested")]
    if props.asks_api_server_for:
        skips.append(asks_api_server(props.asks_api_server_for))
    return k8s.KubeDeploymentProps(
        metadata=k8s.ObjectMeta(name=part.instance, namespace=props.namespace, annotations=skipping(*skips)),
        spec=k8s.DeploymentSpec(
            replicas=props.replicas,
            selector=k8s.LabelSelector(match_labels=part.selector),
            progress_deadline_seconds=600,
            revision_history_limit=3,
            strategy=k8s.DeploymentStrategy(type="Recreate") if props.one_at_a_time else rolling,
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels=part.labels, annotations=props.annotations),
                spec=k8s.PodSpec(
                    service_account_name=part.instance,
                    automount_service_account_token=props.asks_api_server_for is not None,
                    enable_service_links=False,
                    priority_class_name=SERVING_EDGE.name,
                    termination_grace_period_seconds=props.grace_seconds,
                    security_context=restricted_pod(),
                    topology_spread_constraints=[_spread_over_zones(part.selector)],
                    containers=[props.container],
                    volumes=list(props.volumes),
                ),
            ),
        ),
    )


def account(name: str, namespace: str) -> k8s.KubeServiceAccountProps:
    """A service account whose token is mounted only where a pod asks for it."""
    return k8s.KubeServiceAccountProps(
        metadata=k8s.ObjectMeta(name=name, namespace=namespace), automount_service_account_token=False
    )


def service(endpoint: Endpoint, labels: Labels | None = None) -> k8s.KubeServiceProps:
    """The Service of an endpoint: one named port, inside the cluster only."""
    port = k8s.ServicePort(
        name=endpoint.port.name,
        port=endpoint.port.number,
        target_port=int_or_string(endpoint.port.name),
        protocol="TCP",
    )
    return k8s.KubeServiceProps(
        metadata=k8s.ObjectMeta(name=endpoint.service, namespace=endpoint.pods.namespace, labels=labels),
        spec=k8s.ServiceSpec(type="ClusterIP", selector=endpoint.pods.labels, ports=[port]),
    )


def disruption_budget(name: str, namespace: str, selector: Labels) -> k8s.KubePodDisruptionBudgetProps:
    """One pod at a time. Never `minAvailable`: at the scaler's minimum it would block every eviction (trap N4)."""
    return k8s.KubePodDisruptionBudgetProps(
        metadata=k8s.ObjectMeta(name=name, namespace=namespace),
        spec=k8s.PodDisruptionBudgetSpec(
            max_unavailable=int_or_string(1), selector=k8s.LabelSelector(match_labels=selector)
        ),
    )


def reads(name: str, namespace: str, rule: k8s.PolicyRule, reader: k8s.Subject) -> tuple[object, object]:
    """A Role in a namespace and its binding to an account of another."""
    metadata = k8s.ObjectMeta(name=name, namespace=namespace)
    reference = k8s.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=name)
    return (
        k8s.KubeRoleProps(metadata=metadata, rules=[rule]),
        k8s.KubeRoleBindingProps(metadata=metadata, role_ref=reference, subjects=[reader]),
    )


def container_ports(*ports: Port) -> list[k8s.ContainerPort]:
    """A container's ports."""
    return [k8s.ContainerPort(name=port.name, container_port=port.number, protocol="TCP") for port in ports]


def http_probe(path: str, port: Port, failures: int, timeout_seconds: int = 2) -> k8s.Probe:
    """A probe in the period that lifecycles are planned with."""
    return k8s.Probe(
        http_get=k8s.HttpGetAction(path=path, port=int_or_string(port.name), scheme="HTTP"),
        period_seconds=PROBE_PERIOD_SECONDS,
        timeout_seconds=timeout_seconds,
        success_threshold=1,
        failure_threshold=failures,
    )


def pause_before_stop(seconds: int) -> k8s.Lifecycle:
    """A preStop sleep, in which callers learn that the pod leaves."""
    return k8s.Lifecycle(pre_stop=k8s.LifecycleHandler(exec=k8s.ExecAction(command=["sleep", str(seconds)])))


def _spread_over_zones(selector: Labels) -> k8s.TopologySpreadConstraint:
    return k8s.TopologySpreadConstraint(
        max_skew=1,
        topology_key="topology.kubernetes.io/zone",
        when_unsatisfiable="ScheduleAnyway",
        label_selector=k8s.LabelSelector(match_labels=selector),
    )
