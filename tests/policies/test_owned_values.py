"""Values with two owners."""

from headway.policies import ManifestIndex, check, files_written_twice
from headway.policies.controller_owned import (
    objects_rendered_twice,
    services_named_as_groups,
    values_owned_by_controllers,
)
from policies.builders import a_deployment, an_object


def a_scaled(replicas: int | None) -> list[dict]:
    deployment = a_deployment("web")
    if replicas is not None:
        deployment["spec"]["replicas"] = replicas
    target = {"kind": "Deployment", "name": "web"}
    return [deployment, an_object("ScaledObject", "web", spec={"scaleTargetRef": target})]


def test_replicas_under_a_scaler_are_found() -> None:
    [finding] = values_owned_by_controllers(ManifestIndex(a_scaled(2)))
    assert str(finding) == (
        "Deployment/apps/web: states replicas: 2 and is scaled; leave replicas out [replicas-under-scaler]"
    )
    assert values_owned_by_controllers(ManifestIndex(a_scaled(None))) == []


def test_one_object_twice_is_found() -> None:
    twice = [an_object("ConfigMap", "a"), an_object("ConfigMap", "a"), an_object("ConfigMap", "a", "other")]
    assert [f.object for f in objects_rendered_twice(ManifestIndex(twice))] == ["ConfigMap/apps/a"]


def test_two_namespaces_that_would_share_a_file_are_found() -> None:
    shared = [an_object("ConfigMap", "a"), an_object("ConfigMap", "a", "other")]
    assert [f.object for f in files_written_twice("web", shared)] == ["web/ConfigMap.a"]


def test_findings_come_in_one_order(catalog) -> None:
    from headway.domain.cluster import DaemonSetReserve

    set_of_two = [a_deployment("b", serviceAccountName="x"), a_deployment("a", serviceAccountName="x")]
    agents = DaemonSetReserve()
    assert check(set_of_two, catalog, agents) == check(set_of_two[::-1], catalog, agents)


def test_a_service_with_the_name_of_a_group_is_found() -> None:
    group = an_object("LeaderWorkerSet", "big", spec={"leaderWorkerTemplate": {"size": 2}})
    service = an_object("Service", "big", spec={"selector": {}, "ports": []})
    assert [f.object for f in services_named_as_groups(ManifestIndex([group, service]))] == ["Service/apps/big"]
    assert services_named_as_groups(ManifestIndex([group, an_object("Service", "big-api", spec={})])) == []
