import time

import pytest
from pydantic import ValidationError

from headway.kinds import LabelSelector, Metadata, ServiceMonitor, ServiceMonitorSpec
from unit.kinds.examples import EXAMPLES, a_node_pool, a_scaled_object, a_scrape_endpoint, named


def test_a_manifest_states_identity_first_and_uses_upstream_spelling() -> None:
    manifest = a_scaled_object().manifest()
    assert list(manifest) == ["apiVersion", "kind", "metadata", "spec"]
    assert manifest["apiVersion"] == "keda.sh/v1alpha1"
    assert manifest["spec"]["scaleTargetRef"]["name"] == "llama"


def test_fields_without_a_value_are_not_written() -> None:
    manifest = a_node_pool(weight=None).manifest()
    assert "weight" not in manifest["spec"]
    assert "namespace" not in manifest["metadata"]


def test_empty_values_that_were_given_are_written() -> None:
    spec = ServiceMonitorSpec(selector=LabelSelector(match_labels={}), endpoints=[a_scrape_endpoint()])
    manifest = ServiceMonitor(metadata=Metadata(name="all", labels={}), spec=spec).manifest()
    assert manifest["metadata"] == {"name": "all", "labels": {}}
    assert manifest["spec"]["selector"] == {"matchLabels": {}}


def test_lists_are_lists_so_that_any_json_reader_takes_them() -> None:
    assert isinstance(a_scaled_object().manifest()["spec"]["triggers"], list)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_a_manifest_reads_back_as_the_same_object(example) -> None:
    body = {key: example.manifest()[key] for key in ("metadata", "spec")}
    assert type(example).model_validate(body) == example


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        a_node_pool(expire_after="720h")


def test_an_object_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a_node_pool().spec.weight = 3


def test_a_cluster_scoped_kind_refuses_a_namespace() -> None:
    with pytest.raises(ValidationError, match="NodePool l4 has namespace models; NodePool is cluster-scoped"):
        a_node_pool(metadata=named("l4", namespace="models"))


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "Upper"},
        {"name": "x", "namespace": "a.b"},
        {"name": "x", "labels": {"app": "-dash"}},
        {"name": "x", "labels": {"app": "x" * 64}},
        {"name": "x", "labels": {"two/slashes/here": "x"}},
        {"name": "x", "annotations": {"headway.dev/count": 3}},
    ],
)
def test_metadata_that_kubernetes_refuses_is_refused(metadata) -> None:
    with pytest.raises(ValidationError):
        Metadata(**metadata)


def test_a_thousand_manifests_take_less_than_a_second() -> None:
    example = a_scaled_object()
    began = time.perf_counter()
    for _ in range(1000):
        example.manifest()
    assert time.perf_counter() - began < 1
