"""Lawful environments to ask about controllers."""

from functools import cache
from typing import Any

from headway.catalog import load_catalog
from headway.charts.controllers import CONTROLLERS, Controller
from headway.domain.environment import EnvironmentSpec
from headway.environments import load_environment


@cache
def shipped(name: str) -> EnvironmentSpec:
    """An environment as it is shipped."""
    return load_environment(name, load_catalog()).spec


def an_environment(environment: str = "prod", /, **cluster: Any) -> EnvironmentSpec:
    """A shipped environment with some facts of its cluster stated."""
    spec = shipped(environment)
    facts = {"name": "trains", "account_id": "111122223333", **cluster}
    return spec.model_copy(update={"cluster": spec.cluster.model_copy(update=facts)})


def the(name: str) -> Controller:
    """The controller of that name."""
    return next(controller for controller in CONTROLLERS if controller.name == name)
