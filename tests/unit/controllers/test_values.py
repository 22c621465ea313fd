"""What each chart is told."""

from typing import Any

import pytest

from headway.charts.controllers import CONTROLLERS, PROMETHEUS, Controller, identities
from headway.constructs.queue_scaler import OTEL_SCALER
from unit.controllers.examples import an_environment, the

CHARTS = [controller for controller in CONTROLLERS if controller.delivery == "chart"]


def values(name: str) -> dict[str, Any]:
    written = the(name).values_in(an_environment())
    assert written is not None
    return written


def test_kedas_webhook_fails_closed_and_survives_the_loss_of_one_pod() -> None:
    webhooks = values("keda")["webhooks"]
    assert webhooks["failurePolicy"] == "Fail"
    assert webhooks["replicaCount"] >= 2


def test_keda_reads_no_secrets_outside_its_namespace() -> None:
    permissions = values("keda")["permissions"]
    assert [part["restrict"]["secret"] for part in permissions.values()] == [True, True]


def test_every_part_of_keda_is_measured() -> None:
    metrics = values("keda")["prometheus"]
    assert {name: part["serviceMonitor"]["enabled"] for name, part in metrics.items()} == {
        "operator": True,
        "metricServer": True,
        "webhooks": True,
    }


def test_karpenters_queue_bears_the_clusters_name() -> None:
    settings = values("karpenter")["settings"]
    assert (settings["clusterName"], settings["interruptionQueue"]) == ("trains", "trains")


def test_karpenter_states_every_feature_gate() -> None:
    assert set(values("karpenter")["settings"]["featureGates"]) == {
        "nodeRepair",
        "nodeOverlay",
        "reservedCapacity",
        "spotToSpotConsolidation",
        "staticCapacity",
        "capacityBuffer",
    }


@pytest.mark.parametrize("name", ["karpenter", "aws-load-balancer-controller", "external-secrets"])
def test_an_account_with_pod_identity_carries_no_annotation(name: str) -> None:
    assert set(values(name)["serviceAccount"]) == {"name"}


def test_prometheus_takes_remote_writes_and_selects_every_monitor() -> None:
    server = values("prometheus")["prometheus"]["prometheusSpec"]
    assert server["enableRemoteWriteReceiver"] is True
    assert server["replicas"] == 1
    selectors = {key: value for key, value in server.items() if key.endswith("NilUsesHelmValues")}
    assert set(selectors.values()) == {False}
    assert {"serviceMonitorSelectorNilUsesHelmValues", "podMonitorSelectorNilUsesHelmValues"} < set(selectors)
    assert "ruleSelectorNilUsesHelmValues" in selectors


def test_prometheus_keeps_samples_on_the_class_that_the_ebs_add_on_makes_and_elsewhere_on_the_default() -> None:
    def claim(written: dict[str, Any]) -> dict[str, Any]:
        spec: dict[str, Any] = written["prometheus"]["prometheusSpec"]["storageSpec"]["volumeClaimTemplate"]["spec"]
        return spec

    elsewhere = the("prometheus").values_in(an_environment(provider="other"))
    assert elsewhere is not None
    assert claim(values("prometheus"))["storageClassName"] == "ebs-csi-default-sc"
    assert "storageClassName" not in claim(elsewhere)


@pytest.mark.parametrize("part", ["prometheus", "alertmanager", "grafana"])
def test_nothing_of_the_metrics_stack_is_reachable_from_outside(part: str) -> None:
    written = values("prometheus")[part]
    assert written["service"] == {"type": "ClusterIP"}
    assert written["ingress"] == {"enabled": False}


def test_grafanas_password_is_only_named() -> None:
    written = values("prometheus")
    named = written["grafana"]["admin"]["existingSecret"]
    fetched = [m for m in written["extraManifests"] if m["kind"] == "ExternalSecret"]
    assert [m["spec"]["target"]["name"] for m in fetched] == [named]
    assert "adminPassword" not in written["grafana"]


def test_external_secrets_may_read_grafanas_password_and_nothing_else_for_it() -> None:
    (identity,) = identities(an_environment(), CONTROLLERS)
    operator = the("external-secrets")
    assert (identity.namespace, identity.service_account) == (operator.namespace, "external-secrets")
    assert identity.resources == ("arn:aws:secretsmanager:us-east-1:111122223333:secret:headway/prod/grafana-admin-*",)


def test_the_prometheus_endpoint_is_the_service_that_the_chart_makes() -> None:
    assert PROMETHEUS.url == "http://kube-prometheus-stack-prometheus.monitoring.svc:9090"
    assert PROMETHEUS.service == f"{values('prometheus')['fullnameOverride']}-prometheus"
    assert PROMETHEUS.pods.labels["operator.prometheus.io/name"] == PROMETHEUS.service


def test_the_otel_add_on_has_the_name_that_scalers_ask() -> None:
    written = values("otel-add-on")
    assert f"{written['fullnameOverride']}.{the('otel-add-on').namespace}.svc:4318" == OTEL_SCALER


def test_a_lost_metric_is_an_error_in_the_otel_add_on() -> None:
    assert values("otel-add-on")["settings"]["metricStore"]["errIfNotFound"] is True


def test_the_load_balancer_controller_leaves_ingress_classes_and_services_alone() -> None:
    written = values("aws-load-balancer-controller")
    assert written["createIngressClassResource"] is False
    assert written["ingressClassParams"] == {"create": False}
    assert written["enableServiceMutatorWebhook"] is False


def test_leader_worker_set_runs_the_pinned_program() -> None:
    assert values("leader-worker-set")["image"]["manager"]["tag"] == f"v{the('leader-worker-set').version}"


@pytest.mark.parametrize("controller", CHARTS, ids=lambda controller: controller.name)
def test_unstated_facts_flow_through_as_text(controller: Controller) -> None:
    unstated = "headway-unresolved--cluster-name"
    named = str(controller.values_in(an_environment())).count("trains")
    assert str(controller.values_in(an_environment(name=unstated))).count(unstated) == named
