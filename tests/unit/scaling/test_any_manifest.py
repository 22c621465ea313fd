"""Whatever stands in a manifest, it is read or refused."""

import contextlib
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.scaling.hpa import Refused, read_hpa
from headway.scaling.keda import hpa_of, read_scaled_object
from headway.scaling.replay import HistoryFaults, read_histories, replay
from unit.scaling.keda.builders import a_scaled_object, a_trigger

HPA_KEYS = re.findall(
    r"\w+",
    "spec minReplicas maxReplicas metrics type external resource containerResource object pods metric name target container"
    " averageValue value averageUtilization behavior scaleUp scaleDown policies periodSeconds selectPolicy tolerance"
    " stabilizationWindowSeconds",
)
SCALED_OBJECT_KEYS = ("triggers", "advanced", "fallback", "scaleTargetRef", "minReplicaCount", "idleReplicaCount")
SYNC_KEYS = ("t", "spec_replicas", "status_replicas", "pods_ready", "metric", "metrics", "pods", "hpa", "restart")
WORDS = st.sampled_from(
    ["External", "Resource", "AverageValue", "Value", "Max", "Pods", "cpu", "25", "700m", "", "-1", "x"]
)
SCALARS = st.none() | st.booleans() | st.integers(-2, 2**33) | st.floats(allow_nan=True) | WORDS


def trees(keys: list[str]):
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner),
        max_leaves=25,
    )


@settings(max_examples=300)
@given(trees(HPA_KEYS))
def test_an_hpa_is_read_or_refused(tree) -> None:
    for document in (tree, {"maxReplicas": 3, "behavior": tree}, {"maxReplicas": 3, "metrics": [tree]}):
        with contextlib.suppress(Refused):
            assert read_hpa(document).max_replicas > 0


@settings(max_examples=300)
@given(
    st.sampled_from(SCALED_OBJECT_KEYS),
    trees(
        [
            *HPA_KEYS,
            "formula",
            "activationTarget",
            "metricType",
            "threshold",
            "metadata",
            "scalingModifiers",
            "replicas",
        ]
    ),
)
def test_a_scaled_object_is_read_or_refused(key: str, tree) -> None:
    trigger = {**a_trigger(), "metadata": tree if isinstance(tree, dict) else {"threshold": tree}}
    for document in (tree, a_scaled_object(**{key: tree}), a_scaled_object(advanced=None, triggers=[trigger])):
        with contextlib.suppress(Refused):
            assert read_scaled_object(document).triggers
            hpa_of(document)


@settings(max_examples=300)
@given(
    st.sampled_from(SYNC_KEYS),
    trees([*HPA_KEYS, "phase", "ready", "containers", "requests", "usage", "measured", "custom", "m"]),
)
def test_a_history_is_replayed_or_refused(key: str, tree) -> None:
    sync = {"t": 15, "spec_replicas": 2, "status_replicas": 2, "pods_ready": 2, "metric": "100", key: tree}
    external = {"metric": {"name": "m"}, "target": {"type": "Value", "value": "25"}}
    hpa = {"maxReplicas": 5, "metrics": [{"type": "External", "external": external}]}
    line = json.dumps({"id": "a", "hpa": hpa, "syncs": [sync]})
    with contextlib.suppress(HistoryFaults):
        [history] = read_histories([line], "histories")
        assert len(replay(history)["replicas"]) == 1
