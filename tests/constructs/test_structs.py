"""The one door to cdk8s: names, quantities, and the types that are not checked at run time."""

import pytest
from cdk8s_plus_28 import k8s

from headway.constructs.manifest import (
    check_structs_at_run_time,
    int_or_string,
    manifest,
    plain,
    quantity,
)
from headway.synth import synth


def test_fields_get_the_apis_own_spelling() -> None:
    spec = k8s.ServiceSpec(cluster_ip="None", external_i_ps=["192.0.2.1"])
    assert plain(spec) == {"clusterIP": "None", "externalIPs": ["192.0.2.1"]}
    assert plain(k8s.PodSpec(containers=[], host_ipc=False, host_pid=False)) == {
        "containers": [],
        "hostIPC": False,
        "hostPID": False,
    }


def test_reserved_words_lose_their_underscore() -> None:
    assert plain(k8s.IpBlock(cidr="10.0.0.0/8", except_=["10.1.0.0/16"])) == {
        "cidr": "10.0.0.0/8",
        "except": ["10.1.0.0/16"],
    }
    assert plain(k8s.NetworkPolicyIngressRule(from_=[])) == {"from": []}


def test_quantities_and_ports_are_plain_values() -> None:
    assert plain([quantity("4Gi"), int_or_string(8000), int_or_string("http")]) == ["4Gi", 8000, "http"]


def test_unset_fields_are_left_out_and_empty_ones_stay() -> None:
    spec = k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=None, ingress=[])
    assert plain(spec) == {"podSelector": {}, "ingress": []}


def test_an_object_that_is_not_written_anywhere_else_is_refused() -> None:
    with pytest.raises(TypeError, match="ObjectMeta is no Kubernetes object that Headway writes"):
        manifest(k8s.ObjectMeta(name="x"))


def test_run_time_checks_can_be_turned_on_and_off() -> None:
    wrong = {"name": 5}
    check_structs_at_run_time(enabled=True)
    try:
        with pytest.raises(TypeError):
            k8s.ObjectMeta(**wrong)
    finally:
        check_structs_at_run_time(enabled=False)
    assert plain(k8s.ObjectMeta(**wrong)) == {"name": 5}


def test_every_struct_of_the_shipped_environments_is_well_typed(tmp_path) -> None:
    check_structs_at_run_time(enabled=True)
    try:
        synth(["prod"], tmp_path)
    finally:
        check_structs_at_run_time(enabled=False)
    assert (tmp_path / "dist" / "prod" / "gateway" / "Deployment.gateway.yaml").exists()
