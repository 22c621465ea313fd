"""Which controllers exist, and which an environment needs."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from headway.charts.controllers import CONTROLLERS, Chart, Controller, controllers_for
from headway.domain.cluster import Keda
from headway.domain.environment import EnvironmentSpec
from unit.controllers.examples import an_environment, shipped, the

REPOSITORY = Path(__file__).parents[3]
every_controller = pytest.mark.parametrize("controller", CONTROLLERS, ids=lambda controller: controller.name)


def names(spec: EnvironmentSpec, grouped: bool = False) -> set[str]:
    return {controller.name for controller in controllers_for(spec, grouped)}


def a_controller(**fields: Any) -> Controller:
    lawful = {
        "name": "signals",
        "title": "Signals",
        "version": "1.2.3",
        "delivery": "chart",
        "chart": Chart(repository="https://charts.example.org", name="signals", version="1.2.3"),
        "namespace": "signals",
        "source": "example",
        "as_of": date(2026, 11, 1),
        "wave": -10,
        "needed": lambda _spec, _grouped: True,
        "module": __name__,
    }
    return Controller.model_validate({**lawful, **fields})


def test_no_two_controllers_share_a_name_or_a_custom_kind() -> None:
    assert len({controller.name for controller in CONTROLLERS}) == len(CONTROLLERS)
    kinds = [kind for controller in CONTROLLERS for kind in controller.kinds]
    assert sorted(set(kinds)) == sorted(kinds)


@every_controller
def test_a_controller_names_the_file_that_states_it(controller: Controller) -> None:
    assert (REPOSITORY / controller.file).is_file()


@every_controller
def test_a_version_is_exact(controller: Controller) -> None:
    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-eksbuild\.\d+)?", controller.version)


@every_controller
def test_a_fact_has_its_source_and_date(controller: Controller) -> None:
    assert controller.source
    assert date(2026, 1, 1) < controller.as_of


@pytest.mark.parametrize("version", ["1.x", "~1.2", "latest", "1.2"])
def test_a_chart_takes_no_range(version: str) -> None:
    with pytest.raises(ValidationError):
        Chart(repository="https://charts.example.org", name="signals", version=version)


def test_an_oci_repository_is_spelled_without_a_scheme() -> None:
    with pytest.raises(ValidationError):
        Chart(repository="oci://public.ecr.aws/karpenter", name="karpenter", version="1.14.1")


def test_a_chart_needs_its_chart_and_an_add_on_has_none() -> None:
    with pytest.raises(ValidationError, match="a chart goes with delivery chart"):
        a_controller(chart=None)
    with pytest.raises(ValidationError, match="a chart goes with delivery chart"):
        a_controller(delivery="eks-addon")


def test_a_chart_comes_before_what_it_serves() -> None:
    with pytest.raises(ValidationError, match="make it negative"):
        a_controller(wave=0)


def test_secrets_come_before_prometheus_and_monitors_after_it() -> None:
    waves = {controller.name: controller.wave for controller in CONTROLLERS}
    assert waves["external-secrets"] < waves["prometheus"] < min(waves["keda"], waves["karpenter"])


def test_every_custom_kind_that_headway_renders_has_a_controller() -> None:
    brought = {kind for controller in CONTROLLERS for kind in controller.kinds}
    assert {
        "keda.sh/ScaledObject",
        "karpenter.sh/NodePool",
        "karpenter.k8s.aws/EC2NodeClass",
        "monitoring.coreos.com/PodMonitor",
        "monitoring.coreos.com/PrometheusRule",
        "external-secrets.io/ExternalSecret",
        "external-secrets.io/SecretStore",
        "leaderworkerset.x-k8s.io/LeaderWorkerSet",
        "elbv2.k8s.aws/IngressClassParams",
    } <= brought


def test_leader_worker_set_is_needed_only_where_a_deployment_spans_machines() -> None:
    spec = an_environment()
    assert names(spec, grouped=True) - names(spec) == {"leader-worker-set"}


def test_efs_is_needed_only_where_a_compile_cache_is_kept() -> None:
    assert "aws-efs-csi-driver" in names(shipped("prod"))
    assert "aws-efs-csi-driver" not in names(shipped("dev"))


def test_the_otel_add_on_is_needed_only_where_keda_asks_it() -> None:
    assert "otel-add-on" not in names(an_environment())
    assert "otel-add-on" in names(an_environment(keda=Keda(scaler="otel")))


def test_kedifys_own_keda_is_not_joined_by_the_upstream_one() -> None:
    needed = names(an_environment(keda=Keda(scaler="kedify-otel")))
    assert "otel-add-on" in needed
    assert "keda" not in needed


def test_a_cluster_outside_aws_needs_nothing_of_aws() -> None:
    assert names(an_environment(provider="other")) == {"external-secrets", "prometheus", "keda"}


def test_a_controllers_need_does_not_depend_on_facts_that_nobody_has_stated() -> None:
    assert names(shipped("prod")) == names(an_environment())


def test_bottlerocket_brings_the_device_plugin_itself() -> None:
    assert the("nvidia-device-plugin").delivery == "node-image"
