"""Replays recorded histories through the pure controller."""

from typing import Any

from headway.scaling.hpa import State, decide
from headway.scaling.replay.history import History


def replay(history: History) -> dict[str, Any]:
    """`replicas`: what the controller leaves at each sync. `reasons`: reason by condition type, null before the first."""
    spec, state = history.spec, State()
    replicas, reasons = [], []
    for step in history.steps:
        spec = step.changed or spec
        decision = decide(spec, state.restarted() if step.restarted else state, step.seen, history.settings)
        state = decision.state
        replicas.append(decision.replicas)
        reasons.append(decision.reasons)
    return {"id": history.id, "replicas": replicas, "reasons": reasons}
