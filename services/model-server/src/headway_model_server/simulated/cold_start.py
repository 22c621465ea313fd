"""Plays what passes between the start of an engine process and its first answer."""

from headway_model_server.simulated.simulation import Simulation

LINES = {
    "load": "Loading weights took {:.2f} seconds",
    "compile": "torch.compile took {:.2f} s in total",
    "ready": "Graph capturing finished in {:.0f} secs",
}
"""What vLLM says when a phase is over."""


async def play(simulation: Simulation) -> None:
    """Waits for each phase, `speed` times as fast, and says so as vLLM does."""
    limits, phases = simulation.replica.limits, simulation.replica.start_phases
    for phase in phases:
        await simulation.clock.sleep(phase.expected_seconds)
        simulation.say(LINES[phase.name].format(phase.expected_seconds))
    tokens = limits.kv_blocks * limits.block_size
    simulation.say(f"GPU KV cache size: {tokens:,} tokens")
    most = tokens / limits.max_model_len
    simulation.say(f"Maximum concurrency for {limits.max_model_len:,} tokens per request: {most:.2f}x")
    warm = sum(phase.expected_seconds for phase in phases if phase.name != "load")
    simulation.say(f"init engine (profile, create kv cache, warmup model) took {warm:.2f} s")
