"""Karpenter: machines for pods that have none. Its role reaches it by Pod Identity, so its account carries no annotation."""

from datetime import date

from pydantic import Field

from headway.charts.controllers.cluster_kinds import CRD, ROLES
from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import on_eks
from headway.charts.controllers.spelled_alike import ServiceAccount, Switch
from headway.domain.environment import EnvironmentSpec

VERSION = "1.14.1"
SERVICE_ACCOUNT = "karpenter"


class FeatureGates(Values):
    """Every gate by name, so that an upgrade that changes a default changes nothing here."""

    node_repair: bool = False
    node_overlay: bool = False
    reserved_capacity: bool = True
    spot_to_spot_consolidation: bool = False
    static_capacity: bool = False
    capacity_buffer: bool = False


class Settings(Values):
    """Karpenter's own settings."""

    cluster_name: str
    interruption_queue: str
    """SQS queue that carries spot notices; without it a node is lost without warning (trap C7)."""
    isolated_vpc: bool = Field(alias="isolatedVPC")
    feature_gates: FeatureGates


class Program(Values):
    """The controller's container."""

    resources: ContainerResources


class KarpenterValues(Values):
    """Values of karpenter/karpenter."""

    replicas: int
    settings: Settings
    service_account: ServiceAccount
    service_monitor: Switch
    controller: Program


def values(spec: EnvironmentSpec) -> KarpenterValues:
    """Settings that come from the cluster; the queue bears the cluster's name."""
    return KarpenterValues(
        replicas=2,
        settings=Settings(
            cluster_name=spec.cluster.name,
            interruption_queue=spec.cluster.name,
            isolated_vpc=False,
            feature_gates=FeatureGates(),
        ),
        service_account=ServiceAccount(name=SERVICE_ACCOUNT),
        service_monitor=Switch(enabled=True),
        controller=Program(resources=ContainerResources.of("1", "1Gi", "1Gi")),
    )


KARPENTER = Controller(
    name="karpenter",
    title="Karpenter",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="public.ecr.aws/karpenter", name="karpenter", version=VERSION),
    namespace="kube-system",
    also_writes_to=("kube-node-lease",),
    kubernetes_min="1.29",
    kubernetes_max="1.36",
    source="karpenter.sh/docs/upgrading/compatibility (1.35 needs 1.9 or newer, 1.36 needs 1.13; 1.37 is not listed)",
    as_of=date(2026, 11, 20),
    wave=-30,
    kinds=(
        "karpenter.sh/NodePool",
        "karpenter.sh/NodeClaim",
        "karpenter.sh/NodeOverlay",
        "karpenter.k8s.aws/EC2NodeClass",
        "autoscaling.x-k8s.io/CapacityBuffer",
    ),
    cluster_kinds=(CRD, *ROLES),
    needed=on_eks,
    values=values,
    module=__name__,
)
