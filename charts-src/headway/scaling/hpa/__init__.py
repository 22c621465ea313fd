"""The HorizontalPodAutoscaler's controller as a pure function: state in, time in, state out."""

from headway.scaling.hpa.controller import Decision, decide
from headway.scaling.hpa.observation import NANOSECONDS, Container, Measured, Observation, Pod, identical_pods
from headway.scaling.hpa.reading import read_hpa
from headway.scaling.hpa.replica_count import ControllerSettings
from headway.scaling.hpa.spec import Behavior, HpaSpec, Metric, Policy, Rules
from headway.scaling.hpa.state import Condition, Conditions, Recommendation, ScaleEvent, State
from headway.scaling.manifest_reader import Refusal, Refused
from headway.scaling.quantity import Quantity, parse, stored

__all__ = [
    "NANOSECONDS",
    "Behavior",
    "Condition",
    "Conditions",
    "Container",
    "ControllerSettings",
    "Decision",
    "HpaSpec",
    "Measured",
    "Metric",
    "Observation",
    "Pod",
    "Policy",
    "Quantity",
    "Recommendation",
    "Refusal",
    "Refused",
    "Rules",
    "ScaleEvent",
    "State",
    "decide",
    "identical_pods",
    "parse",
    "read_hpa",
    "stored",
]
