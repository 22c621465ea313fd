"""Names inside the cluster; its replicas follow the number of nodes."""

from headway.charts.controllers.controller import Controller, Values
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks
from headway.domain.environment import EnvironmentSpec


class AutoScaling(Values):
    """The add-on's own autoscaler."""

    enabled: bool
    min_replicas: int
    max_replicas: int


class CoreDnsValues(Values):
    """Configuration of the add-on."""

    auto_scaling: AutoScaling


def values(_spec: EnvironmentSpec) -> CoreDnsValues:
    """Two to ten replicas."""
    return CoreDnsValues(auto_scaling=AutoScaling(enabled=True, min_replicas=2, max_replicas=10))


CORE_DNS = Controller(
    name="coredns",
    title="CoreDNS",
    version="v1.13.2-eksbuild.11",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    values=values,
    module=__name__,
)
