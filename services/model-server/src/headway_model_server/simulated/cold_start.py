"""Plays what passes between the start of an engine process and its first answer."""

from headway.recipes.cold_start import Phase
from headway_model_server.simulated.clock import Clock
from headway_model_server.simulated.log import say
from headway_model_server.simulated.simulation import Simulation

LINES = {
    "load": "Loading weights took {:.2f} seconds",
    "compile": "torch.compile takes {:.2f} s in total",
    "ready": "Graph capturing finished in {:.0f} secs",
}
"""What vLLM says when a phase is over."""


async def play(simulation: Simulation) -> None:
    """Waits for each phase, `speed` times as fast, and says so as vLLM does."""
    limits = simulation.replica.limits
    for phase in simulation.replica.start_phases:
        await _pass(phase, simulation.clock)
    tokens = limits.kv_blocks * limits.block_size
    say(f"GPU KV cache size: {tokens:,} tokens")
    say(f"Maximum concurrency for {limits.max_model_len:,} tokens per request: {tokens / limits.max_model_len:.2f}x")


async def _pass(phase: Phase, clock: Clock) -> None:
    await clock.sleep(phase.expected_seconds)
    say(LINES[phase.name].format(phase.expected_seconds))
