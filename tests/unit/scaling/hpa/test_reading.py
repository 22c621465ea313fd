"""HPAs are read as an API server reads them: defaults, refusals, all at once."""

import pytest

from headway.scaling.hpa import HpaSpec, Metric, Policy, Refused, read_hpa

EXTERNAL = {
    "type": "External",
    "external": {"metric": {"name": "load"}, "target": {"type": "AverageValue", "averageValue": "1500m"}},
}


def refused(**spec) -> dict[str, str]:
    """Problem by path."""
    with pytest.raises(Refused) as error:
        read_hpa({"maxReplicas": 5, "metrics": [EXTERNAL], **spec})
    return {refusal.path: refusal.problem for refusal in error.value.refusals}


def test_a_bare_spec_gets_the_defaults() -> None:
    assert read_hpa({"maxReplicas": 3}) == HpaSpec(1, 3, (Metric("Resource", "cpu", "Utilization", 80),), None)


def test_a_whole_object_and_its_spec_are_the_same() -> None:
    spec = {"maxReplicas": 5, "minReplicas": 2, "metrics": [EXTERNAL]}
    whole = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}
    assert read_hpa(whole) == read_hpa(spec)
    assert read_hpa(spec).metrics == (Metric("External", "load", "AverageValue", 1500),)


def test_one_stated_field_of_behavior_brings_the_defaults_of_all_others() -> None:
    found = read_hpa({"maxReplicas": 5, "metrics": [EXTERNAL], "behavior": {"scaleDown": {"selectPolicy": "Min"}}})
    assert found.behavior is not None
    assert found.behavior.up.policies == (Policy("Pods", 4, 15), Policy("Percent", 100, 15))
    assert (found.behavior.up.window_seconds, found.behavior.down.window_seconds) == (0, None)
    assert found.behavior.down.policies == (Policy("Percent", 100, 15),)


def test_behavior_null_is_no_behavior_and_an_empty_one_is() -> None:
    assert read_hpa({"maxReplicas": 5, "behavior": None}).behavior is None
    assert read_hpa({"maxReplicas": 5, "behavior": {}}).behavior is not None


def test_everything_wrong_is_said_at_once() -> None:
    found = refused(
        maxReplicas="5",
        minReplicas=-1,
        behavior={
            "scaleUp": {
                "policies": [{"type": "pods", "value": 0, "periodSeconds": 3600}],
                "stabilizationWindowSeconds": 7200,
                "tolerance": "-1",
            },
            "scaleDown": {"selectPolicy": "disabled", "policies": []},
        },
        metrics=[{"type": "External", "external": {"metric": {}, "target": {"type": "Value", "averageValue": "0"}}}, 7],
    )
    assert set(found) >= {
        "maxReplicas",
        "minReplicas",
        "behavior.scaleUp.policies[0].type",
        "behavior.scaleUp.policies[0].value",
        "behavior.scaleUp.policies[0].periodSeconds",
        "behavior.scaleUp.stabilizationWindowSeconds",
        "behavior.scaleUp.tolerance",
        "behavior.scaleDown.selectPolicy",
        "behavior.scaleDown.policies",
        "metrics[0].external.metric.name",
        "metrics[0].external.target.averageValue",
        "metrics[1].type",
    }


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"minReplicas": 6}, "maxReplicas"),
        ({"minReplicas": True}, "minReplicas"),
        ({"metrics": None, "minReplicas": 0}, "minReplicas"),
        ({"metrics": {}}, "metrics"),
        ({"metrics": [{"type": "Pods"}]}, "metrics[0].pods"),
        ({"metrics": [{**EXTERNAL, "pods": {"metric": {"name": "x"}}}]}, "metrics[0].pods"),
    ],
)
def test_what_does_not_fit_together_is_refused(spec, path: str) -> None:
    assert path in refused(**spec)


def test_an_older_version_is_refused() -> None:
    with pytest.raises(Refused, match="autoscaling/v2"):
        read_hpa({"apiVersion": "autoscaling/v1", "spec": {"maxReplicas": 3}})
