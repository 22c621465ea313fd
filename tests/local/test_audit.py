"""One change of replicas, said in one line for a stage."""

import pytest

from headway.local.audit import ScalingEvent


def event(before: int, after: int, **other: object) -> ScalingEvent:
    stated: dict[str, object] = {
        "t": 10.0,
        "deployment": "m",
        "by": "HPA",
        "metrics": {"waiting": 3.0},
        "formula": "waiting",
        "value": 3.0,
        "target": 2.0,
        "keda": "ScalerActive",
        "hpa": "was told 3",
        "limits": "",
        "pending_pods": 0,
        "nodes_launched": 1,
        "usd_total": 0.5,
    }
    return ScalingEvent(before=before, after=after, **{**stated, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (event(0, 1, by="KEDA"), "Somebody asks and nothing runs: KEDA wakes the first replica."),
        (event(1, 0, by="KEDA"), "Nobody has asked for a whole cooldown: KEDA lets the last replica go."),
        (event(1, 2), "Load 3, a replica carries 2: HPA sets 2."),
        (event(1, 4, limits="TooManyReplicas"), "Load 3, a replica carries 2: HPA sets 4, the most there may be."),
        (event(1, 3, value=None), "The scaler reads no metrics: HPA sets 3."),
        (event(1, 3, metrics_lost=True), "The scaler reads no metrics: HPA sets 3."),
    ],
)
def test_a_headline_says_what_was_seen_and_who_decided(change: ScalingEvent, line: str) -> None:
    assert change.headline == change.message()["headline"] == line
