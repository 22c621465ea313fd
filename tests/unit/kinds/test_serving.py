"""LeaderWorkerSet, InferencePool, HTTPRoute, ExternalSecret, IngressClassParams."""

import pytest
from pydantic import ValidationError

from headway.kinds import BackendRef, LeaderWorkerTemplate, PoolPort
from unit.kinds.examples import (
    POD_TEMPLATE,
    a_leader_worker_set,
    a_secret_store,
    an_external_secret,
    an_inference_pool,
    an_ingress_class_params,
)


def test_a_leader_worker_set_cannot_state_replicas_because_a_scaler_owns_them() -> None:
    with pytest.raises(ValidationError, match="replicas"):
        a_leader_worker_set(replicas=2)
    assert "replicas" not in a_leader_worker_set().manifest()["spec"]


def test_a_pod_template_is_written_as_it_was_given() -> None:
    template = a_leader_worker_set().manifest()["spec"]["leaderWorkerTemplate"]
    assert template["workerTemplate"] == POD_TEMPLATE


def test_a_pod_spec_in_place_of_a_pod_template_is_refused() -> None:
    with pytest.raises(ValidationError, match="workerTemplate has no spec"):
        LeaderWorkerTemplate(size=2, restart_policy="None", worker_template=POD_TEMPLATE["spec"])


def test_a_pool_lists_each_port_once() -> None:
    with pytest.raises(ValidationError, match="list each port once"):
        an_inference_pool(target_ports=[PoolPort(number=8000), PoolPort(number=8000)])


def test_a_service_backend_needs_a_port_and_a_pool_does_not() -> None:
    with pytest.raises(ValidationError, match="backend Service gateway has no port"):
        BackendRef(group="", kind="Service", name="gateway")
    assert BackendRef(group="inference.networking.k8s.io", kind="InferencePool", name="llama").port is None


def test_a_backend_kind_must_be_in_its_group() -> None:
    with pytest.raises(ValidationError, match="has no such kind"):
        BackendRef(group="", kind="InferencePool", name="llama")


def test_an_external_secret_reads_something() -> None:
    with pytest.raises(ValidationError, match="the Secret would be empty"):
        an_external_secret(data=None)


def test_a_store_without_auth_uses_pod_identity() -> None:
    assert a_secret_store().manifest()["spec"]["provider"]["aws"] == {
        "service": "SecretsManager",
        "region": "eu-central-1",
    }


def test_load_balancer_attributes_are_strings() -> None:
    spec = an_ingress_class_params().manifest()["spec"]
    assert spec["loadBalancerAttributes"] == [{"key": "idle_timeout.timeout_seconds", "value": "600"}]
    assert spec["inboundCIDRs"] == ["10.0.0.0/16"]
