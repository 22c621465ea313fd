"""Argo CD's side: what each Application applies, and what its project lets it apply."""

import pytest

from conftest import RenderedSet
from headway.environments import environment_names


@pytest.fixture(params=environment_names())
def name(request) -> str:
    return str(request.param)


@pytest.fixture
def apps(repository, name: str) -> RenderedSet:
    return RenderedSet(repository / "apps" / name)


@pytest.fixture
def bootstrap(repository, name: str) -> RenderedSet:
    return RenderedSet(repository / "argocd" / name)


def own(apps: RenderedSet) -> list[dict]:
    return [app for app in apps.of_kind("Application") if app["spec"]["project"] == "headway"]


def test_every_folder_of_dist_has_one_application(repository, apps: RenderedSet, name: str) -> None:
    folders = {f"dist/{name}/{path.name}" for path in (repository / "dist" / name).iterdir()}
    assert {app["spec"]["source"]["path"] for app in own(apps)} == folders


def test_applications_follow_the_environments_branch(apps: RenderedSet, name: str) -> None:
    assert {app["spec"]["source"]["targetRevision"] for app in own(apps)} == {f"env/{name}"}


def test_retries_take_a_corrected_revision(apps: RenderedSet, bootstrap: RenderedSet) -> None:
    for app in [*apps.of_kind("Application"), *bootstrap.of_kind("Application")]:
        assert app["spec"]["syncPolicy"]["retry"]["refresh"] is True, app["metadata"]["name"]
        assert "ServerSideApply=true" in app["spec"]["syncPolicy"]["syncOptions"]


def test_controllers_come_before_what_needs_them(apps: RenderedSet) -> None:
    def wave(app: dict) -> int:
        return int(app["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])

    controllers = [wave(app) for app in apps.of_kind("Application") if app["spec"]["project"] == "headway-controllers"]
    assert controllers
    assert max(controllers) < min(wave(app) for app in own(apps))


def test_the_project_allows_what_headway_can_write(repository, bootstrap: RenderedSet, name: str) -> None:
    project = bootstrap.one("AppProject", "headway")["spec"]
    rendered = RenderedSet(repository / "dist" / name).objects.values()
    kinds = {(m["apiVersion"].rpartition("/")[0], m["kind"], "namespace" in m["metadata"]) for m in rendered}
    allowed = {(k["group"], k["kind"], True) for k in project["namespaceResourceWhitelist"]}
    allowed |= {(k["group"], k["kind"], False) for k in project["clusterResourceWhitelist"]}
    assert kinds <= allowed
    assert not {kind for _, kind, _ in allowed} & {
        "Secret",
        "ClusterRole",
        "ClusterRoleBinding",
        "DaemonSet",
        "Application",
    }
    assert {d["namespace"] for d in project["destinations"]} == {
        m["metadata"]["namespace"] for m in rendered if "namespace" in m["metadata"]
    }


def test_every_application_may_go_where_it_goes(apps: RenderedSet, bootstrap: RenderedSet) -> None:
    for app in [*apps.of_kind("Application"), *bootstrap.of_kind("Application")]:
        project = bootstrap.one("AppProject", app["spec"]["project"])["spec"]
        destination = app["spec"]["destination"]
        assert destination in [{"server": d["server"], "namespace": d["namespace"]} for d in project["destinations"]]
        assert app["spec"]["source"]["repoURL"] in project["sourceRepos"], app["metadata"]["name"]


def test_the_root_follows_the_folder_of_applications(bootstrap: RenderedSet, name: str) -> None:
    source = bootstrap.one("Application", "headway")["spec"]["source"]
    assert source["path"] == f"apps/{name}"
    assert source["targetRevision"] == f"env/{name}"


def test_every_app_name_is_reserved(apps: RenderedSet, name: str, catalog) -> None:
    from headway.charts.controllers import CONTROLLERS
    from headway.domain.names import RESERVED, resource_name
    from headway.environments import load_environment

    models = {resource_name(model) for model in load_environment(name, catalog).spec.models}
    rendered = {app["metadata"]["name"] for app in apps.of_kind("Application")}
    assert rendered - models <= RESERVED
    assert {controller.name for controller in CONTROLLERS if controller.delivery == "chart"} <= RESERVED


def test_models_come_after_everything_else(apps: RenderedSet) -> None:
    wave = "argocd.argoproj.io/sync-wave"
    waves = {app["metadata"]["name"]: int(app["metadata"]["annotations"][wave]) for app in own(apps)}
    before = ("foundation", "nodes", "metrics", "gateway", "frontend")
    first = min(number for app, number in waves.items() if app not in before)
    assert first > max(waves[app] for app in before)
