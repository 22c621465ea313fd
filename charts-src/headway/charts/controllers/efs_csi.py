"""The compile cache's file system (trap C5); needed where some deployment keeps one."""

from datetime import date

from headway.charts.controllers.controller import AddOnIdentity, Controller
from headway.charts.controllers.eks_add_on import NAMESPACE
from headway.charts.controllers.needs import with_compile_cache

EFS_CSI = Controller(
    name="aws-efs-csi-driver",
    title="EFS CSI driver",
    version="v3.3.0-eksbuild.1",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_max="1.36",
    source="public Terraform of 2026-07-17 for Kubernetes 1.36; not bound to one minor, and 1.35 itself not read",
    as_of=date(2026, 7, 17),
    needed=with_compile_cache,
    identity=AddOnIdentity(service_account="efs-csi-controller-sa", policy="service-role/AmazonEFSCSIDriverPolicy"),
    module=__name__,
)
