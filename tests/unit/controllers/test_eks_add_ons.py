"""What Terraform is told about add-ons."""

import json

from headway.charts.controllers import addons
from unit.controllers.examples import an_environment, shipped


def test_network_policies_are_enforced() -> None:
    configuration = addons(shipped("prod"))["vpc-cni"]["configuration"]
    assert isinstance(configuration, str)
    assert json.loads(configuration) == {"enableNetworkPolicy": "true"}


def test_an_add_on_that_acts_in_aws_names_account_and_policy() -> None:
    assert addons(shipped("prod"))["aws-ebs-csi-driver"]["identity"] == {
        "service_account": "ebs-csi-controller-sa",
        "policy": "service-role/AmazonEBSCSIDriverPolicy",
    }


def test_an_add_on_without_values_takes_the_authors_defaults() -> None:
    assert addons(shipped("prod"))["kube-proxy"] == {
        "version": "v1.35.3-eksbuild.17",
        "configuration": None,
        "identity": None,
    }


def test_the_agent_that_hands_out_credentials_is_always_there() -> None:
    assert "eks-pod-identity-agent" in addons(shipped("dev"))


def test_add_ons_come_in_the_order_of_their_names() -> None:
    names = list(addons(shipped("prod")))
    assert names == sorted(names)


def test_a_cluster_outside_aws_has_no_add_ons() -> None:
    assert addons(an_environment(provider="other")) == {}


def test_the_data_is_plain_json() -> None:
    data = addons(shipped("prod"))
    assert json.loads(json.dumps(data)) == data
