"""Whether controllers and the cluster's Kubernetes go together."""

import pytest

from headway.charts.controllers import CONTROLLERS, controllers_for, unsupported
from unit.controllers.examples import an_environment, shipped, the


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_shipped_environment_is_supported(name: str) -> None:
    spec = shipped(name)
    assert unsupported(spec, controllers_for(spec, grouped=True)) == []


def test_a_kubernetes_that_keda_is_not_tested_with_is_named_with_both_values_and_a_way_out() -> None:
    (message,) = unsupported(an_environment(kubernetes_version="1.36"), [the("keda")])
    assert message.startswith("KEDA 2.20.2 is tested with Kubernetes 1.33 to 1.35, the cluster states 1.36; ")
    assert "cluster.kubernetes_version" in message
    assert "charts-src/headway/charts/controllers/keda.py" in message


def test_a_kubernetes_too_old_is_refused_too() -> None:
    (message,) = unsupported(an_environment(kubernetes_version="1.32"), [the("leader-worker-set")])
    assert "1.33 to 1.36" in message


def test_a_controller_without_a_newest_version_takes_any_newer() -> None:
    assert unsupported(an_environment(kubernetes_version="1.40"), [the("prometheus")]) == []
    (message,) = unsupported(an_environment(kubernetes_version="1.24"), [the("prometheus")])
    assert "1.25 and newer" in message


def test_a_controller_without_an_oldest_version_takes_any_older() -> None:
    assert unsupported(an_environment(kubernetes_version="1.30"), [the("aws-efs-csi-driver")]) == []
    (message,) = unsupported(an_environment(kubernetes_version="1.37"), [the("aws-efs-csi-driver")])
    assert "up to 1.36" in message


def test_add_on_builds_hold_for_one_minor() -> None:
    (message,) = unsupported(an_environment(kubernetes_version="1.36"), [the("kube-proxy")])
    assert "tested with Kubernetes 1.35, the cluster states 1.36" in message


def test_each_controller_speaks_once() -> None:
    messages = unsupported(an_environment(kubernetes_version="1.99"), CONTROLLERS)
    assert len(messages) == len({message.partition(" is tested")[0] for message in messages})
