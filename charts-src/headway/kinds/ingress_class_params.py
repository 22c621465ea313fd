"""elbv2.k8s.aws IngressClassParams: what every load balancer of an IngressClass has in common."""

from typing import Annotated, Literal

from pydantic import Field

from headway.kinds.label_selector import LabelSelector
from headway.kinds.resource import Resource, Spec

SubnetId = Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")]


class IngressGroup(Spec):
    """Ingresses that share one load balancer."""

    name: Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]


class Subnets(Spec):
    """Subnets of the load balancer, by id or by tags."""

    ids: Annotated[tuple[SubnetId, ...], Field(min_length=1)] | None = None
    tags: dict[str, tuple[str, ...]] | None = None
    """Tag and the values it may have."""


class LoadBalancerAttribute(Spec):
    """A setting by AWS' own name (`idle_timeout.timeout_seconds`); the value is a string."""

    key: Annotated[str, Field(min_length=1)]
    value: str


class LoadBalancerTag(Spec):
    """An AWS tag."""

    key: Annotated[str, Field(min_length=1)]
    value: str


class IngressClassParamsSpec(Spec):
    """Settings that win over annotations of an Ingress."""

    namespace_selector: LabelSelector | None = None
    """Namespaces whose Ingresses may use the class."""
    load_balancer_name: Annotated[str, Field(max_length=32)] | None = None
    group: IngressGroup | None = None
    scheme: Literal["internal", "internet-facing"]
    """`internal` behind a CloudFront VPC origin."""
    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    target_type: Literal["ip", "instance"]
    """`ip` reaches pods without a node port; readiness gates need it."""
    subnets: Subnets | None = None
    inbound_cidrs: Annotated[tuple[str, ...] | None, Field(alias="inboundCIDRs")] = None
    """Who may connect; state this or prefix lists, or everybody who can route to it may."""
    prefix_lists_ids: Annotated[tuple[str, ...] | None, Field(alias="prefixListsIDs")] = None
    """Who may connect, as managed prefix lists (CloudFront's)."""
    certificate_arn: tuple[str, ...] | None = None
    """ACM certificates; the first is the default."""
    ssl_policy: str | None = None
    """Security policy of the listener (`ELBSecurityPolicy-TLS13-1-2-2021-06`)."""
    ssl_redirect_port: Annotated[str, Field(pattern=r"^[0-9]{1,5}$")] | None = None
    """Port that plain HTTP is sent to, as a string."""
    load_balancer_attributes: tuple[LoadBalancerAttribute, ...] | None = None
    tags: tuple[LoadBalancerTag, ...] | None = None
    wafv2_acl_arn: str | None = None
    """Web ACL of AWS WAF."""


class IngressClassParams(Resource):
    """Settings of an IngressClass."""

    api_version = "elbv2.k8s.aws/v1beta1"
    kind = "IngressClassParams"
    cluster_scoped = True

    spec: IngressClassParamsSpec
