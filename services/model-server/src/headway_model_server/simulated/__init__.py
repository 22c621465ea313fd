"""A vLLM engine that only takes the time: for machines without a GPU, and for tests of what stands before an engine."""

from headway_model_server.simulated.errors import ArgumentError, ModelError, StartError
from headway_model_server.simulated.faults.plan import NoSuchFault
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.server import SimulatedEngine, running, serve
from headway_model_server.simulated.thread import running_in_thread

__all__ = [
    "ArgumentError",
    "ModelError",
    "NoSuchFault",
    "SimulatedEngine",
    "SimulationOptions",
    "StartError",
    "running",
    "running_in_thread",
    "serve",
]
