"""CPU and memory of pods, for the autoscalers of gateway and pages."""

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks

METRICS_SERVER = Controller(
    name="metrics-server",
    title="metrics-server",
    version="v0.9.0-eksbuild.5",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    module=__name__,
)
