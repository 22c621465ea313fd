"""AWS Load Balancer Controller: the one internal load balancer that CloudFront's VPC origin points at."""

from datetime import date

from headway.charts.controllers.cluster_kinds import CRD, MUTATING, ROLES, VALIDATING
from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import on_eks
from headway.charts.controllers.spelled_alike import ServiceAccount, Switch
from headway.domain.environment import EnvironmentSpec
from headway.kinds import IgnoreDifferences

VERSION = "3.5.0"
SERVICE_ACCOUNT = "aws-load-balancer-controller"
NAMESPACE = "kube-system"


class ClassParams(Values):
    """The chart's own IngressClassParams."""

    create: bool


class DisruptionBudget(Values):
    """How many pods may leave at once."""

    max_unavailable: int


class LoadBalancerControllerValues(Values):
    """Values of eks/aws-load-balancer-controller."""

    cluster_name: str
    region: str
    vpc_tags: dict[str, str]
    """Finds the VPC by tag: with a hop limit of 1 pods cannot ask IMDS, and an id is not ours to know."""
    replica_count: int
    service_account: ServiceAccount
    create_ingress_class_resource: bool
    ingress_class_params: ClassParams
    enable_service_mutator_webhook: bool
    service_monitor: Switch
    pod_disruption_budget: DisruptionBudget
    resources: ContainerResources


def values(spec: EnvironmentSpec) -> LoadBalancerControllerValues:
    """No IngressClass of the chart's own (Headway renders one), and no webhook in the way of every Service."""
    return LoadBalancerControllerValues(
        cluster_name=spec.cluster.name,
        region=spec.cluster.region,
        vpc_tags={"karpenter.sh/discovery": spec.cluster.name},
        replica_count=2,
        service_account=ServiceAccount(name=SERVICE_ACCOUNT),
        create_ingress_class_resource=False,
        ingress_class_params=ClassParams(create=False),
        enable_service_mutator_webhook=False,
        service_monitor=Switch(enabled=True),
        pod_disruption_budget=DisruptionBudget(max_unavailable=1),
        resources=ContainerResources.of("100m", "128Mi", "512Mi"),
    )


def _drawn_anew() -> tuple[IgnoreDifferences, ...]:
    """The chart makes a certificate at each rendering, so without this Argo CD would sync for ever."""
    authorities = (".webhooks[]?.clientConfig.caBundle",)
    return (
        IgnoreDifferences(kind="Secret", name="aws-load-balancer-tls", namespace=NAMESPACE, json_pointers=("/data",)),
        IgnoreDifferences(group=MUTATING.group, kind=MUTATING.kind, jq_path_expressions=authorities),
        IgnoreDifferences(group=VALIDATING.group, kind=VALIDATING.kind, jq_path_expressions=authorities),
    )


LOAD_BALANCER_CONTROLLER = Controller(
    name="aws-load-balancer-controller",
    title="AWS Load Balancer Controller",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="https://aws.github.io/eks-charts", name="aws-load-balancer-controller", version=VERSION),
    namespace=NAMESPACE,
    kubernetes_min="1.22",
    source="aws/eks-charts stable/aws-load-balancer-controller (README states 1.22 or newer and no newest)",
    as_of=date(2026, 8, 11),
    wave=-30,
    kinds=(
        "elbv2.k8s.aws/IngressClassParams",
        "elbv2.k8s.aws/TargetGroupBinding",
        "elbv2.k8s.aws/ALBTargetControlConfig",
        "gateway.k8s.aws/ListenerRuleConfiguration",
        "gateway.k8s.aws/LoadBalancerConfiguration",
        "gateway.k8s.aws/TargetGroupConfiguration",
    ),
    cluster_kinds=(CRD, *ROLES, MUTATING, VALIDATING),
    needed=on_eks,
    values=values,
    ignore_differences=_drawn_anew(),
    module=__name__,
)
