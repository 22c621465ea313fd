"""Credentials for pods, on 169.254.170.23 of every node: no identity in Terraform means anything without it (trap G1)."""

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks

POD_IDENTITY_AGENT = Controller(
    name="eks-pod-identity-agent",
    title="EKS Pod Identity agent",
    version="v1.3.10-eksbuild.3",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    module=__name__,
)
