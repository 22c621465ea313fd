"""KEDA's operator and metrics server as pure functions: state in, time in, state out."""

from headway.scaling.keda.hpa import hpa_of
from headway.scaling.keda.operator import Answer, Poll, answer, poll
from headway.scaling.keda.reading import read_scaled_object
from headway.scaling.keda.spec import COMPOSITE, Fallback, Modifiers, Pause, ScaledObjectSpec, Trigger
from headway.scaling.keda.state import KedaState, Reading, Seen
from headway.scaling.keda.values import Formula

__all__ = [
    "COMPOSITE",
    "Answer",
    "Fallback",
    "Formula",
    "KedaState",
    "Modifiers",
    "Pause",
    "Poll",
    "Reading",
    "ScaledObjectSpec",
    "Seen",
    "Trigger",
    "answer",
    "hpa_of",
    "poll",
    "read_scaled_object",
]
