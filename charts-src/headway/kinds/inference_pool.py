"""inference.networking.k8s.io InferencePool: replicas that an endpoint picker chooses from."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.ports import PortNumber
from headway.kinds.resource import Labels, ObjectName, Resource, Spec


class PoolSelector(Spec):
    """Pods of the pool; unlike a LabelSelector it has labels only."""

    match_labels: Annotated[Labels, Field(min_length=1, max_length=64)]


class PoolPort(Spec):
    """A port the model server answers on."""

    number: PortNumber


class EndpointPickerRef(Spec):
    """The Service of the endpoint picker."""

    kind: Literal["Service"] = "Service"
    name: ObjectName
    port: PoolPort
    failure_mode: Literal["FailOpen", "FailClose"]
    """Without a picker: any replica, or none."""


class InferencePoolSpec(Spec):
    """Pods, ports and picker."""

    selector: PoolSelector
    target_ports: Annotated[tuple[PoolPort, ...], Field(min_length=1, max_length=8)]
    endpoint_picker_ref: EndpointPickerRef

    @model_validator(mode="after")
    def _ports_are_unique(self) -> Self:
        twice = [n for n, times in Counter(port.number for port in self.target_ports).items() if times > 1]
        if twice:
            raise ValueError(f"targetPorts names {twice} more than once; list each port once")
        return self


class InferencePool(Resource):
    """Replicas of one model, as a backend of an HTTPRoute."""

    api_version = "inference.networking.k8s.io/v1"
    kind = "InferencePool"

    spec: InferencePoolSpec
