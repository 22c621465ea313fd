"""Service addresses on every node. Its minor is the cluster's minor, always."""

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks

KUBE_PROXY = Controller(
    name="kube-proxy",
    title="kube-proxy",
    version="v1.35.3-eksbuild.17",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    module=__name__,
)
