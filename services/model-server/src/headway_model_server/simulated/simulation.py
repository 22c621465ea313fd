"""One simulated engine: replica, clock, driver, metrics and faults, put together."""

import hashlib

from headway_model_server.simulated.api.reading import Reader
from headway_model_server.simulated.clock import Clock
from headway_model_server.simulated.driver import Driver
from headway_model_server.simulated.faults.plan import FaultPlan
from headway_model_server.simulated.metrics.exposition import EngineCollector, Exposition
from headway_model_server.simulated.metrics.recorder import Recorder
from headway_model_server.simulated.metrics.snapshot import cache_config, values_of
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.replica.replica import plan_replica
from headway_model_server.simulated.surroundings import Surroundings

VERSION = "0.32.0"
"""The vLLM whose answers were recorded."""


class Simulation:
    """Everything that the HTTP surface and the server share. Raises `errors.StartError`."""

    def __init__(self, options: SimulationOptions, surroundings: Surroundings) -> None:
        self.options = options
        self.say = surroundings.say
        self.replica = plan_replica(options)
        self.clock = Clock(options.speed)
        limits = self.replica.limits
        self.recorder = Recorder(limits.max_model_len)
        self.driver = Driver(limits, self.replica.step_seconds, self.clock, self.recorder.step)
        self.reader = Reader(self.replica.settings.served_names, limits.max_model_len)
        self.faults = FaultPlan(options.seed, options.faults)
        self.fingerprint = f"vllm-{VERSION}-{hashlib.sha256(repr(self.replica.served).encode()).hexdigest()[:8]}"
        self.draining = False
        """Whether new requests get 500, as after SIGTERM."""
        self.exposition = Exposition(
            EngineCollector(
                self.replica.name,
                lambda: values_of(self.driver.engine, self.recorder),
                self.recorder.tallies,
                cache_config(self.replica),
            ),
            surroundings.registry,
        )
        self.apply_faults()

    @property
    def refuses(self) -> bool:
        """Whether new requests are refused because the engine is going down."""
        return self.draining or self.faults.value("drain") is not None

    def apply_faults(self) -> None:
        """Lets faults of the server hold that only need a number."""
        slow = self.faults.value("slow")
        self.driver.slow = slow if slow else 1.0
