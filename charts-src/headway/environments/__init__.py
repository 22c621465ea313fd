"""Environment files: read, merged with provenance, validated, explained."""

from headway.domain.fault import Fault, did_you_mean
from headway.environments.explain import Explained, explain
from headway.environments.faults import EnvironmentFaults
from headway.environments.loader import Environment, environment_names, load_environment
from headway.environments.plan import plan

__all__ = [
    "Environment",
    "EnvironmentFaults",
    "Explained",
    "Fault",
    "did_you_mean",
    "environment_names",
    "explain",
    "load_environment",
    "plan",
]
