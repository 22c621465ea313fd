"""Who may talk to whom: NetworkPolicies made from one table, on top of default deny in every namespace.

Each row of the table becomes the ingress rule of the target and the egress rule of the source; what is not a row cannot
be reached. The table is the one of docs/concepts/reachability.md, which a test compares with the rendered policies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.manifest import int_or_string
from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Pods


@dataclass(frozen=True)
class Ranges:
    """Addresses outside the cluster's own pods: a load balancer's subnets, endpoints of the VPC, S3."""

    name: str
    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One cell of the reachability table. A namespace name stands for all pods of a namespace that is not ours."""

    source: Pods | Ranges | str
    target: Pods | Ranges | str
    ports: tuple[int, ...]
    """Ports; none stands for all."""
    why: str
    protocols: tuple[str, ...] = ("TCP",)


POD_IDENTITY = Ranges("the Pod Identity agent", ("169.254.170.23/32",))
DNS_PORT = 53


class Reachability(Part):
    """One NetworkPolicy: who may reach some pods and whom they may reach, from the rows that name them."""

    component: ClassVar[str] = "reachability"

    def __init__(self, scope: Part | ManifestChart, id: str, pods: Pods, rows: Sequence[Row]) -> None:
        super().__init__(scope, id, instance=_policy_name(pods))
        self._policy(pods, [row for row in rows if row.target == pods], [row for row in rows if row.source == pods])

    def _policy(self, pods: Pods, inward: list[Row], outward: list[Row]) -> None:
        dns = k8s.NetworkPolicyEgressRule(
            to=[_peer("kube-system", {"k8s-app": "kube-dns"})], ports=_ports((DNS_PORT,), ("TCP", "UDP"))
        )
        self.add(
            k8s.KubeNetworkPolicyProps(
                metadata=k8s.ObjectMeta(name=_policy_name(pods), namespace=pods.namespace),
                spec=k8s.NetworkPolicySpec(
                    pod_selector=k8s.LabelSelector(match_labels=pods.labels),
                    policy_types=["Ingress", "Egress"],
                    ingress=[
                        k8s.NetworkPolicyIngressRule(from_=_peers(row.source), ports=_ports(row.ports, row.protocols))
                        for row in inward
                    ],
                    egress=[
                        dns,
                        *(
                            k8s.NetworkPolicyEgressRule(to=_peers(row.target), ports=_ports(row.ports, row.protocols))
                            for row in outward
                        ),
                    ],
                ),
            )
        )


def _policy_name(pods: Pods) -> str:
    return pods.labels.get("app.kubernetes.io/name") or pods.labels.get("app.kubernetes.io/component") or "all"


def _peers(side: Pods | Ranges | str) -> list[k8s.NetworkPolicyPeer]:
    if isinstance(side, Ranges):
        return [k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=cidr)) for cidr in side.cidrs]
    return [_peer(side, None) if isinstance(side, str) else _peer(side.namespace, side.labels)]


def _peer(namespace: str, labels: dict[str, str] | None) -> k8s.NetworkPolicyPeer:
    return k8s.NetworkPolicyPeer(
        namespace_selector=k8s.LabelSelector(match_labels={"kubernetes.io/metadata.name": namespace}),
        pod_selector=k8s.LabelSelector(match_labels=labels) if labels else None,
    )


def _ports(numbers: tuple[int, ...], protocols: tuple[str, ...]) -> list[k8s.NetworkPolicyPort] | None:
    if not numbers:
        return None
    return [
        k8s.NetworkPolicyPort(port=int_or_string(number), protocol=name) for number in numbers for name in protocols
    ]
