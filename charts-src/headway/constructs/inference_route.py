"""An option for clusters with the Gateway API Inference Extension: an InferencePool, and a route by model name to it."""

from typing import ClassVar

from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint
from headway.domain.noun import Noun
from headway.kinds import (
    BackendRef,
    EndpointPickerRef,
    HeaderMatch,
    HTTPRoute,
    HTTPRouteSpec,
    InferencePool,
    InferencePoolSpec,
    Metadata,
    ParentRef,
    PathMatch,
    PoolPort,
    PoolSelector,
    RouteMatch,
    RouteRule,
)

MODEL_HEADER = "x-gateway-model-name"
"""Set by the extension's body-based router from the request's `model`."""
PICKER_PORT = 9002


class InferenceRouteProps(Noun, arbitrary_types_allowed=True):
    """One model behind a Gateway."""

    endpoint: Endpoint
    """Its model servers."""
    served_name: str
    """Name that clients ask for."""
    gateway: str
    """Gateway that the route attaches to."""
    gateway_namespace: str
    """And where that is."""


class InferenceRoute(Part):
    """InferencePool and HTTPRoute of one model deployment."""

    component: ClassVar[str] = "inference-route"

    def __init__(self, scope: Part | ManifestChart, id: str, props: InferenceRouteProps) -> None:
        super().__init__(scope, id, instance=props.endpoint.service)
        metadata = Metadata(name=props.endpoint.service, namespace=props.endpoint.pods.namespace)
        picker = EndpointPickerRef(
            name=f"{props.endpoint.service}-picker",
            port=PoolPort(number=PICKER_PORT),
            failure_mode="FailClose",
        )
        self.add(
            InferencePool(
                metadata=metadata,
                spec=InferencePoolSpec(
                    selector=PoolSelector(match_labels=props.endpoint.pods.labels),
                    target_ports=(PoolPort(number=props.endpoint.port.number),),
                    endpoint_picker_ref=picker,
                ),
            )
        )
        match = RouteMatch(
            path=PathMatch(type="PathPrefix", value="/v1/"),
            headers=(HeaderMatch(name=MODEL_HEADER, value=props.served_name),),
        )
        backend = BackendRef(group="inference.networking.k8s.io", kind="InferencePool", name=props.endpoint.service)
        self.add(
            HTTPRoute(
                metadata=metadata,
                spec=HTTPRouteSpec(
                    parent_refs=(ParentRef(name=props.gateway, namespace=props.gateway_namespace),),
                    rules=(RouteRule(matches=(match,), backend_refs=(backend,)),),
                ),
            )
        )
