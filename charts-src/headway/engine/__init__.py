"""The engine: continuous batching, KV blocks and a queue as one step function, for the simulated server and the twin."""

from headway.engine.batching import Engine, Refused
from headway.engine.counters import Counters
from headway.engine.limits import ImpossibleLimits, Limits
from headway.engine.request import FinishReason, Request, Sequence
from headway.engine.sizing import REQUEST_SECONDS, NoRoom, Served, engine_for, limits_for, step_seconds_for
from headway.engine.step import Step, StepSeconds

__all__ = [
    "REQUEST_SECONDS",
    "Counters",
    "Engine",
    "FinishReason",
    "ImpossibleLimits",
    "Limits",
    "NoRoom",
    "Refused",
    "Request",
    "Sequence",
    "Served",
    "Step",
    "StepSeconds",
    "engine_for",
    "limits_for",
    "step_seconds_for",
]
