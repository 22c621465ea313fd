"""What a simulated engine finds around it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from starlette.types import ASGIApp

from headway_model_server.simulated.log import say


def registry_of_a_process() -> CollectorRegistry:
    """One that holds what every Python process shows, as the default one does."""
    registry = CollectorRegistry()
    GCCollector(registry)
    PlatformCollector(registry)
    ProcessCollector(registry=registry)
    return registry


@dataclass(frozen=True)
class Surroundings:
    """An engine that nothing else is around, unless stated."""

    registry: CollectorRegistry = field(default_factory=registry_of_a_process)
    """Where its metrics are registered; its `/metrics` prints all of it."""
    middleware: Callable[[ASGIApp], ASGIApp] | None = None
    """The outermost layer of its application, as vLLM takes one by `--middleware`."""
    say: Callable[[str], None] = say
    """Takes its log, line by line."""
