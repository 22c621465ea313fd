"""Pod network. Its network policy agent is on: without it every NetworkPolicy in `dist/` is a wish."""

from headway.charts.controllers.controller import AddOnIdentity, Controller, Values
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks
from headway.domain.environment import EnvironmentSpec


class VpcCniValues(Values):
    """Configuration of the add-on."""

    enable_network_policy: str
    """A string, as the add-on's schema has it."""


def values(_spec: EnvironmentSpec) -> VpcCniValues:
    """Policies are enforced."""
    return VpcCniValues(enable_network_policy="true")


VPC_CNI = Controller(
    name="vpc-cni",
    title="Amazon VPC CNI",
    version="v1.22.3-eksbuild.1",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    values=values,
    identity=AddOnIdentity(service_account="aws-node", policy="AmazonEKS_CNI_Policy"),
    module=__name__,
)
