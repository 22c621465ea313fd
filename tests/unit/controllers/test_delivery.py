"""How charts reach the cluster: Applications and their project."""

import pytest

from headway.charts.controllers import CONTROLLERS, Controller, application, controllers_project
from headway.constructs.part import CONSTRUCT, UNRESOLVED
from unit.controllers.examples import an_environment, shipped, the

CHARTS = [controller for controller in CONTROLLERS if controller.delivery == "chart"]
every_chart = pytest.mark.parametrize("controller", CHARTS, ids=lambda controller: controller.name)
CLUSTER = "https://kubernetes.default.svc"


@every_chart
def test_an_application_pins_its_chart(controller: Controller) -> None:
    source = application(controller, an_environment()).spec.source
    assert source is not None
    assert controller.chart is not None
    assert (source.repo_url, source.chart, source.target_revision) == (
        controller.chart.repository,
        controller.chart.name,
        controller.chart.version,
    )


@every_chart
def test_an_application_says_where_it_was_written_and_when_it_comes(controller: Controller) -> None:
    annotations = application(controller, an_environment()).metadata.annotations
    assert annotations == {CONSTRUCT: controller.file, "argocd.argoproj.io/sync-wave": str(controller.wave)}


@every_chart
def test_a_corrected_revision_gets_past_a_refused_one(controller: Controller) -> None:
    policy = application(controller, an_environment()).spec.sync_policy
    assert policy is not None
    assert policy.retry is not None
    assert policy.retry.refresh is True
    assert policy.retry.limit > 0
    assert policy.retry.backoff is not None


@every_chart
def test_deleting_an_application_leaves_custom_kinds_and_their_objects(controller: Controller) -> None:
    assert application(controller, an_environment()).metadata.finalizers is None


def test_pruning_and_healing_follow_the_environment() -> None:
    spec = an_environment()
    spec = spec.model_copy(update={"gitops": spec.gitops.model_copy(update={"prune": False, "self_heal": False})})
    policy = application(the("keda"), spec).spec.sync_policy
    assert policy is not None
    assert policy.automated is not None
    assert (policy.automated.prune, policy.automated.self_heal) == (False, False)


def test_a_namespace_of_its_own_is_made_with_its_pod_security_level() -> None:
    policy = application(the("keda"), an_environment()).spec.sync_policy
    assert policy is not None
    assert "CreateNamespace=true" in (policy.sync_options or ())
    assert policy.managed_namespace_metadata is not None
    labels = policy.managed_namespace_metadata.labels or {}
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.35"


def test_kube_system_is_neither_made_nor_labelled() -> None:
    policy = application(the("karpenter"), an_environment()).spec.sync_policy
    assert policy is not None
    assert "CreateNamespace=true" not in (policy.sync_options or ())
    assert policy.managed_namespace_metadata is None


def test_a_certificate_drawn_at_each_rendering_does_not_keep_a_sync_going() -> None:
    spec = application(the("aws-load-balancer-controller"), an_environment()).spec
    assert spec.sync_policy is not None
    assert "RespectIgnoreDifferences=true" in (spec.sync_policy.sync_options or ())
    assert {each.kind for each in spec.ignore_differences or ()} == {
        "Secret",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    }


def test_an_unstated_fact_is_named_on_the_application() -> None:
    annotations = application(the("karpenter"), shipped("prod")).metadata.annotations or {}
    assert annotations[UNRESOLVED] == "headway-unresolved--cluster-name"


def test_an_add_on_has_no_application() -> None:
    with pytest.raises(ValueError, match="comes by eks-addon, not as a chart"):
        application(the("kube-proxy"), an_environment())


def test_the_project_allows_every_application_it_is_made_for() -> None:
    spec = an_environment()
    project = controllers_project(spec, CONTROLLERS)
    places = {(destination.server, destination.namespace) for destination in project.spec.destinations}
    for controller in CHARTS:
        made = application(controller, spec).spec
        assert made.project == project.metadata.name
        assert made.source is not None
        assert made.source.repo_url in project.spec.source_repos
        assert (made.destination.server, made.destination.namespace) in places


def test_the_project_has_no_wildcard() -> None:
    project = controllers_project(an_environment(), CONTROLLERS)
    assert "*" not in str(project.manifest())


def test_the_project_allows_namespaces_by_name_only() -> None:
    allowed = controllers_project(an_environment(), CONTROLLERS).spec.cluster_resource_whitelist or ()
    named = {kind.name for kind in allowed if kind.kind == "Namespace"}
    assert named == {"external-secrets", "keda", "lws-system", "monitoring"}


def test_a_repository_that_no_chart_comes_from_is_not_allowed() -> None:
    project = controllers_project(an_environment(), [the("keda"), the("kube-proxy")])
    assert project.spec.source_repos == ("https://kedacore.github.io/charts",)
    assert [destination.namespace for destination in project.spec.destinations] == ["keda", "kube-system"]
