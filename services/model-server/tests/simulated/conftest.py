"""A simulated engine that tests of this folder share, with faults that they may switch."""

from collections.abc import Iterator

import httpx2
import pytest

from headway_model_server.simulated import SimulatedEngine, running_in_thread
from simulated.builders import TIMEOUT_SECONDS, options


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[SimulatedEngine]:
    """One engine for the session."""
    with running_in_thread(options(allow_faults=True)) as engine:
        yield engine


@pytest.fixture
def engine(shared_engine: SimulatedEngine) -> Iterator[SimulatedEngine]:
    """The shared engine without faults; those that a test switches on end with it."""
    yield shared_engine
    shared_engine.simulation.faults.replace({})
    shared_engine.simulation.apply_faults()


@pytest.fixture
def client(engine: SimulatedEngine) -> Iterator[httpx2.Client]:
    """An HTTP client of the engine."""
    with httpx2.Client(base_url=engine.url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        yield client
