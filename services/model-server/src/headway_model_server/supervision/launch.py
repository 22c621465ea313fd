"""An engine as a process of its own, under a supervisor."""

import asyncio
from dataclasses import dataclass

from headway_model_server.supervision.engine_process import EngineProcess
from headway_model_server.supervision.supervisor import Supervisor


@dataclass(frozen=True)
class Launch:
    """One start of an engine."""

    command: tuple[str, ...]
    """Program and arguments."""
    drain_seconds: float
    """Longest time that requests in work may take to finish after SIGTERM."""
    tokens_series: str
    """The engine's own counter of generated tokens."""


def launch(plan: Launch) -> int:
    """Runs an engine until it is told to stop or ends by itself; the exit code, as `Supervisor.run` has it."""
    supervisor = Supervisor(
        lambda environment: EngineProcess.start(plan.command, environment), plan.drain_seconds, plan.tokens_series
    )
    return asyncio.run(supervisor.run())
