"""gateway.networking.k8s.io HTTPRoute: requests of a Gateway to a pool or a Service."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.durations import GatewayDuration
from headway.kinds.ports import PortNumber
from headway.kinds.resource import NamespaceName, ObjectName, Resource, Spec

HostName = Annotated[
    str,
    Field(
        max_length=253,
        pattern=r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    ),
]


class ParentRef(Spec):
    """The Gateway that the route hangs on."""

    group: Literal["gateway.networking.k8s.io"] = "gateway.networking.k8s.io"
    kind: Literal["Gateway"] = "Gateway"
    name: ObjectName
    namespace: NamespaceName | None = None
    section_name: ObjectName | None = None
    """One listener of it; left out takes all."""


class PathMatch(Spec):
    """A path."""

    type: Literal["Exact", "PathPrefix"]
    value: Annotated[str, Field(max_length=1024, pattern=r"^/")]


class HeaderMatch(Spec):
    """A header with an exact value."""

    type: Literal["Exact"] = "Exact"
    name: Annotated[str, Field(max_length=256, pattern=r"^[A-Za-z0-9!#$%&'*+\-.^_|~]+$")]
    value: Annotated[str, Field(min_length=1, max_length=4096)]


class RouteMatch(Spec):
    """Requests for which all of it holds."""

    path: PathMatch
    headers: Annotated[tuple[HeaderMatch, ...], Field(max_length=16)] | None = None
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] | None = None


class BackendRef(Spec):
    """Where requests go. The empty group is the core group, which has Services."""

    group: Literal["", "inference.networking.k8s.io"]
    kind: Literal["Service", "InferencePool"]
    name: ObjectName
    port: PortNumber | None = None
    """Needed for a Service; a pool states its own."""
    weight: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Share among the backends of the rule."""

    @model_validator(mode="after")
    def _group_has_the_kind(self) -> Self:
        if (self.group == "") != (self.kind == "Service"):
            raise ValueError(f"backend {self.kind} {self.name} has group {self.group!r}, which has no such kind")
        return self

    @model_validator(mode="after")
    def _service_has_a_port(self) -> Self:
        if self.kind == "Service" and self.port is None:
            raise ValueError(f"backend Service {self.name} has no port; give its number")
        return self


class RouteTimeouts(Spec):
    """Limits on a request; `0s` turns one off, as a long stream needs."""

    request: GatewayDuration | None = None
    """From the first byte in to the last byte out."""
    backend_request: GatewayDuration | None = None
    """One attempt; must not exceed `request`."""


class RouteRule(Spec):
    """Some requests to some backends."""

    matches: Annotated[tuple[RouteMatch, ...], Field(min_length=1, max_length=64)]
    backend_refs: Annotated[tuple[BackendRef, ...], Field(min_length=1, max_length=16)]
    timeouts: RouteTimeouts | None = None


class HTTPRouteSpec(Spec):
    """Gateways, host names and rules."""

    parent_refs: Annotated[tuple[ParentRef, ...], Field(min_length=1, max_length=32)]
    hostnames: Annotated[tuple[HostName, ...], Field(max_length=16)] | None = None
    rules: Annotated[tuple[RouteRule, ...], Field(min_length=1, max_length=16)]


class HTTPRoute(Resource):
    """Requests of a Gateway to backends."""

    api_version = "gateway.networking.k8s.io/v1"
    kind = "HTTPRoute"

    spec: HTTPRouteSpec
