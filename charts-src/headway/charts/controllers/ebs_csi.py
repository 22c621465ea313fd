"""Volumes for Prometheus. EKS has had no default StorageClass since 1.30, so the add-on is told to make one."""

from headway.charts.controllers.controller import AddOnIdentity, Controller, Values
from headway.charts.controllers.eks_add_on import AS_OF, KUBERNETES, NAMESPACE, SOURCE
from headway.charts.controllers.needs import on_eks
from headway.domain.environment import EnvironmentSpec

STORAGE_CLASS = "ebs-csi-default-sc"
"""Name that the add-on gives the class it makes."""


class DefaultStorageClass(Values):
    """The class that claims without a name get."""

    enabled: bool


class EbsCsiValues(Values):
    """Configuration of the add-on."""

    default_storage_class: DefaultStorageClass


def values(_spec: EnvironmentSpec) -> EbsCsiValues:
    """With a default class."""
    return EbsCsiValues(default_storage_class=DefaultStorageClass(enabled=True))


EBS_CSI = Controller(
    name="aws-ebs-csi-driver",
    title="EBS CSI driver",
    version="v1.63.1-eksbuild.1",
    delivery="eks-addon",
    namespace=NAMESPACE,
    kubernetes_min=KUBERNETES,
    kubernetes_max=KUBERNETES,
    source=SOURCE,
    as_of=AS_OF,
    needed=on_eks,
    values=values,
    identity=AddOnIdentity(service_account="ebs-csi-controller-sa", policy="service-role/AmazonEBSCSIDriverPolicy"),
    module=__name__,
)
