"""A service account that acts in AWS is one fact: the pod names it, and Terraform gives it a role (trap G1)."""

import json

from conftest import RenderedSet

CONTROLLERS = ("external-secrets", "kube-system", "keda", "monitoring")


def roles(repository, environment: RenderedSet) -> dict[tuple[str, str], dict]:
    path = repository / "terraform" / "environments" / environment.folder.name / "headway.auto.tfvars.json"
    inputs = json.loads(path.read_text())["pod_identities"]
    return {(role["namespace"], role["service_account"]): role for role in inputs.values()}


def test_every_role_has_its_service_account(repository, environment: RenderedSet) -> None:
    accounts = {(m["metadata"]["namespace"], m["metadata"]["name"]) for m in environment.of_kind("ServiceAccount")}
    ours = {account for account in roles(repository, environment) if account[0] not in CONTROLLERS}
    assert len(ours) >= 4
    assert ours <= accounts


def test_every_pod_that_streams_weights_has_a_role_for_its_own_prefix(repository, environment: RenderedSet) -> None:
    for workload in environment.of_kind("Deployment"):
        pod = workload["spec"]["template"]["spec"]
        weights = [a for a in pod["containers"][0].get("args", []) if a.startswith("s3://")]
        if weights:
            role = roles(repository, environment)[workload["metadata"]["namespace"], pod["serviceAccountName"]]
            assert f"arn:aws:s3:::{weights[0].removeprefix('s3://')}/*" in role["resources"]


def test_no_role_has_a_wildcard_action_or_bucket(repository, environment: RenderedSet) -> None:
    for role in roles(repository, environment).values():
        assert not [action for action in role["actions"] if "*" in action]
        assert "*" not in role["resources"]
        assert not [arn for arn in role["resources"] if arn.startswith("arn:aws:s3:::*")]


def test_service_accounts_carry_no_role_annotation(environment: RenderedSet) -> None:
    for account in environment.of_kind("ServiceAccount"):
        assert not [key for key in account["metadata"]["annotations"] if "eks.amazonaws.com" in key]
