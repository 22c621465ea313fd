"""A namespace with everything it must have: Pod Security, quota, default limits, default deny."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.manifest import quantity
from headway.constructs.part import ManifestChart, Part
from headway.domain.noun import Noun

CONFIRM = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
"""Deleting what holds data waits for a person."""


class NamespaceProps(Noun):
    """One namespace of Headway's own."""

    name: str
    """Its name."""
    kubernetes_version: str
    """Version whose Pod Security rules are pinned."""
    max_pods: int
    """Quota on pods."""
    max_gpus: int = 0
    """Quota on requested GPUs; 0 forbids them."""
    behind_load_balancer: bool = False
    """Whether its pods are targets: they then count as ready only once the load balancer says so."""
    gpu_resource: str = "nvidia.com/gpu"
    """The GPUs' resource name."""


class Namespace(Part):
    """Namespace, ResourceQuota, LimitRange and a NetworkPolicy that denies all traffic both ways."""

    component: ClassVar[str] = "namespace"

    def __init__(self, scope: Part | ManifestChart, id: str, props: NamespaceProps) -> None:
        super().__init__(scope, id, instance=props.name)
        self.name = props.name
        self.add(
            k8s.KubeNamespaceProps(
                metadata=k8s.ObjectMeta(name=props.name, labels=_pod_security(props), annotations=CONFIRM)
            )
        )
        self._limit(props)
        self.add(
            k8s.KubeNetworkPolicyProps(
                metadata=k8s.ObjectMeta(name=f"{props.name}-default-deny", namespace=props.name),
                spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=["Ingress", "Egress"]),
            )
        )

    def _limit(self, props: NamespaceProps) -> None:
        hard = {
            "pods": str(props.max_pods),
            f"requests.{props.gpu_resource}": str(props.max_gpus),
            "services.loadbalancers": "0",
        }
        self.add(
            k8s.KubeResourceQuotaProps(
                metadata=k8s.ObjectMeta(name=f"{props.name}-quota", namespace=props.name),
                spec=k8s.ResourceQuotaSpec(hard={name: quantity(text) for name, text in hard.items()}),
            )
        )
        small = {"cpu": quantity("100m"), "memory": quantity("128Mi"), "ephemeral-storage": quantity("1Gi")}
        self.add(
            k8s.KubeLimitRangeProps(
                metadata=k8s.ObjectMeta(name=f"{props.name}-defaults", namespace=props.name),
                spec=k8s.LimitRangeSpec(
                    limits=[
                        k8s.LimitRangeItem(
                            type="Container",
                            default_request=small,
                            default={"memory": quantity("512Mi"), "ephemeral-storage": quantity("2Gi")},
                        )
                    ]
                ),
            )
        )


def _pod_security(props: NamespaceProps) -> dict[str, str]:
    rules = {}
    for mode in ("enforce", "audit", "warn"):
        rules[f"pod-security.kubernetes.io/{mode}"] = "restricted"
        rules[f"pod-security.kubernetes.io/{mode}-version"] = f"v{props.kubernetes_version}"
    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if props.behind_load_balancer else {}
    return {"kubernetes.io/metadata.name": props.name, **gate, **rules}
