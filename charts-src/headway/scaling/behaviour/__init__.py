"""How scalers behave on a simple workload, in virtual time."""

from headway.scaling.behaviour.run import Point, Run, compare, simulate
from headway.scaling.behaviour.scalers import CPU_REQUESTS, CpuScaler, LawScaler, Scaler, cpu_hpa, scaled_object
from headway.scaling.behaviour.workload import SCENARIOS, Scenario, Workload

__all__ = [
    "CPU_REQUESTS",
    "SCENARIOS",
    "CpuScaler",
    "LawScaler",
    "Point",
    "Run",
    "Scaler",
    "Scenario",
    "Workload",
    "compare",
    "cpu_hpa",
    "scaled_object",
    "simulate",
]
