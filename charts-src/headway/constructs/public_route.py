"""A way in from the internet: an Ingress of the one internal load balancer that CloudFront's VPC origin points at."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint
from headway.domain.cluster import Cluster
from headway.domain.environment import Edge
from headway.domain.noun import Noun
from headway.kinds import (
    IngressClassParams,
    IngressClassParamsSpec,
    IngressGroup,
    LoadBalancerAttribute,
    Metadata,
    Subnets,
)

CLASS = "headway"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


class LoadBalancer(Part):
    """The class of the one load balancer: internal, TLS, timeouts that agree with gateway and CloudFront (trap G7).

    CloudFront's VPC origin reaches it from network interfaces inside the VPC, and finds it by its fixed name.
    """

    component: ClassVar[str] = "load-balancer"

    def __init__(self, scope: Part | ManifestChart, id: str, edge: Edge, cluster: Cluster) -> None:
        super().__init__(scope, id, instance=CLASS)
        attributes = {
            "deletion_protection.enabled": "true",
            "idle_timeout.timeout_seconds": str(edge.idle_timeout_seconds),
            "routing.http.drop_invalid_header_fields.enabled": "true",
        }
        self.add(
            IngressClassParams(
                metadata=Metadata(name=CLASS),
                spec=IngressClassParamsSpec(
                    group=IngressGroup(name=CLASS),
                    load_balancer_name=f"{CLASS}-{self.chart.environment}"[:32],
                    scheme="internal",
                    ip_address_type="ipv4",
                    target_type="ip",
                    subnets=Subnets(tags={"karpenter.sh/discovery": (cluster.name,)}),
                    inbound_cidrs=(cluster.vpc_cidr,),
                    certificate_arn=(edge.certificate,),
                    ssl_policy=TLS_POLICY,
                    load_balancer_attributes=tuple(
                        LoadBalancerAttribute(key=key, value=value) for key, value in sorted(attributes.items())
                    ),
                ),
            )
        )
        self.add(
            k8s.KubeIngressClassProps(
                metadata=k8s.ObjectMeta(name=CLASS),
                spec=k8s.IngressClassSpec(
                    controller="ingress.k8s.aws/alb",
                    parameters=k8s.IngressClassParametersReference(
                        api_group="elbv2.k8s.aws", kind="IngressClassParams", name=CLASS
                    ),
                ),
            )
        )


class PublicRouteProps(Noun, arbitrary_types_allowed=True):
    """Paths of the public name that one Service answers."""

    edge: Edge
    """The public name."""
    endpoint: Endpoint
    """The Service."""
    paths: tuple[str, ...]
    """Path prefixes."""
    health_path: str
    """Path on the same port that answers 200 while a target is well."""
    order: int
    """Rank among the group's rules; lower is tried first."""
    drain_seconds: int
    """How long a target that leaves may finish its streams."""


class PublicRoute(Part):
    """One Ingress in the load balancer's group."""

    component: ClassVar[str] = "route"

    def __init__(self, scope: Part | ManifestChart, id: str, props: PublicRouteProps) -> None:
        super().__init__(scope, id, instance=props.endpoint.service)
        backend = k8s.IngressBackend(
            service=k8s.IngressServiceBackend(
                name=props.endpoint.service, port=k8s.ServiceBackendPort(name=props.endpoint.port.name)
            )
        )
        target_group = {
            "deregistration_delay.timeout_seconds": str(props.drain_seconds),
            "load_balancing.algorithm.type": "least_outstanding_requests",
        }
        annotations = {
            "group.order": str(props.order),
            "healthcheck-path": props.health_path,
            "listen-ports": '[{"HTTPS":443}]',
            "target-group-attributes": ",".join(f"{key}={value}" for key, value in target_group.items()),
        }
        self.add(
            k8s.KubeIngressProps(
                metadata=k8s.ObjectMeta(
                    name=props.endpoint.service,
                    namespace=props.endpoint.pods.namespace,
                    annotations={f"alb.ingress.kubernetes.io/{key}": value for key, value in annotations.items()},
                ),
                spec=k8s.IngressSpec(
                    ingress_class_name=CLASS,
                    tls=[k8s.IngressTls(hosts=[props.edge.host_name])],
                    rules=[
                        k8s.IngressRule(
                            host=props.edge.host_name,
                            http=k8s.HttpIngressRuleValue(
                                paths=[
                                    k8s.HttpIngressPath(path=path, path_type="Prefix", backend=backend)
                                    for path in props.paths
                                ]
                            ),
                        )
                    ],
                ),
            )
        )
