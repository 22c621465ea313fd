"""The HPA function gives what the real controller gave, at every sync of every recorded history."""

import pytest

from headway.scaling.hpa import limits, replica_count
from headway.scaling.machine_numbers import ceil_to_int32
from unit.scaling.hpa.recorded import differences, ours, recorded

REASONS = {
    "FailedGetScale", "FailedUpdateScale", "ReadyForNewScale", "ScaleDownStabilized", "ScaleUpStabilized",
    "SucceededGetScale", "SucceededRescale", "FailedGetContainerResourceMetric", "FailedGetExternalMetric",
    "FailedGetObjectMetric", "FailedGetPodsMetric", "FailedGetResourceMetric", "InvalidSelector", "ScalingDisabled",
    "ValidMetricFound", "DesiredWithinRange", "ScaleDownLimit", "ScaleUpLimit", "TooFewReplicas", "TooManyReplicas",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["narrow", "wide"])
def test_every_sync_comes_out_as_in_the_real_controller(kind: str) -> None:
    for history, real in recorded(kind):
        assert ours(history) == real, history.id


def test_the_recorded_histories_meet_every_reason() -> None:
    given = {
        reason for kind in ("narrow", "wide") for _, real in recorded(kind) for sync in real for reason in sync[1:]
    }
    assert given - {None} == REASONS


def test_the_recorded_histories_are_many() -> None:
    syncs = {kind: sum(len(real) for _, real in recorded(kind)) for kind in ("narrow", "wide")}
    assert len(recorded("narrow")) == 400
    assert len(recorded("wide")) == 150
    assert syncs["narrow"] > 8000
    assert syncs["wide"] > 1000


@pytest.mark.parametrize(
    ("place", "name", "wrong"),
    [
        (limits, "AT_LEAST", 5.0),
        (limits, "DOUBLE", 3.0),
        (limits, "to_int32", lambda value: -(-int(value) // 1) + (value != int(value))),
        (limits, "_with_event", lambda past, *_: past),
        (limits, "_window", lambda rules, _: (rules.window_seconds or 0) * 10**9),
        (replica_count, "capped_ceil", lambda value: ceil_to_int32(value - 1)),
        (replica_count, "_sum_never_negative", sum),
        (replica_count, "_cpu_is_warming", lambda *_: False),
        (replica_count, "_cpu_is_warming", lambda pod, *_: not pod.ready),
    ],
)
def test_the_recorded_histories_notice_a_wrong_rule(monkeypatch, place: object, name: str, wrong: object) -> None:
    monkeypatch.setattr(place, name, wrong)
    assert differences("narrow") + differences("wide") > 0
