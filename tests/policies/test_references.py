"""A name that leads nowhere is found before it is applied, whatever kind of name it is."""

import pytest

from headway.policies import ManifestIndex
from headway.policies.references import unresolved_references
from policies.builders import a_deployment, a_gpu_pod, a_node_pool, a_service, an_object


def messages(*manifests: dict) -> list[str]:
    return [finding.message for finding in unresolved_references(ManifestIndex(manifests))]


def volume(**source: dict) -> dict:
    return {"name": "data", **source}


@pytest.mark.parametrize(
    ("pod", "missing"),
    [
        ({"serviceAccountName": "ghost"}, "ServiceAccount ghost"),
        ({"priorityClassName": "ghost"}, "PriorityClass ghost"),
        ({"volumes": [volume(configMap={"name": "ghost"})]}, "ConfigMap ghost"),
        ({"volumes": [volume(secret={"secretName": "ghost"})]}, "Secret ghost"),
        ({"volumes": [volume(persistentVolumeClaim={"claimName": "ghost"})]}, "PersistentVolumeClaim ghost"),
    ],
)
def test_what_a_pod_names_must_be_in_the_set(pod: dict, missing: str) -> None:
    assert messages(a_deployment(**pod)) == [f"refers to {missing}, which is not in the set"]


def test_a_reference_in_another_namespace_does_not_count() -> None:
    elsewhere = an_object("ConfigMap", "settings", "elsewhere")
    pod = a_deployment(volumes=[volume(configMap={"name": "settings"})])
    assert messages(pod, elsewhere) == ["refers to ConfigMap settings, which is not in the set"]
    assert messages(pod, an_object("ConfigMap", "settings")) == []


def test_a_secret_that_an_external_secret_will_make_counts() -> None:
    made = an_object("ExternalSecret", "keys", spec={"secretStoreRef": {"kind": "SecretStore", "name": "aws"}})
    store = an_object("SecretStore", "aws")
    assert messages(a_deployment(volumes=[volume(secret={"secretName": "keys"})]), made, store) == []


def test_priority_classes_of_the_cluster_itself_are_external() -> None:
    assert messages(a_deployment(priorityClassName="system-cluster-critical")) == []


@pytest.mark.parametrize("kind", ["ScaledObject", "HorizontalPodAutoscaler"])
def test_a_scaler_of_nothing_is_found(kind: str) -> None:
    scaler = an_object(kind, "web", spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}})
    assert messages(scaler) == ["refers to Deployment web, which is not in the set"]
    assert messages(scaler, a_deployment("web")) == []


def test_a_service_that_selects_no_pod_is_found() -> None:
    [message] = messages(a_deployment(), a_service(selector={"app": "wbe"}))
    assert "selects {'app': 'wbe'}, which no pod of the set carries" in message


def test_a_service_port_that_no_container_names_is_found() -> None:
    assert messages(a_deployment(), a_service(target="metrics")) == ["targets port metrics, its pods name ['http']"]


def test_a_monitor_of_a_port_the_service_lacks_is_found() -> None:
    service = a_service()
    service["metadata"]["labels"] = {"app": "web"}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "endpoints": [{"port": "admin"}]}
    found = messages(a_deployment(), service, an_object("ServiceMonitor", "web", spec=spec))
    assert found == ["scrapes port admin, its Services name ['http']"]


def test_a_role_binding_to_a_missing_account_is_found() -> None:
    subject = {"kind": "ServiceAccount", "name": "ghost", "namespace": "apps"}
    binding = an_object("RoleBinding", "reads", roleRef={"kind": "Role", "name": "reads"}, subjects=[subject])
    assert messages(an_object("Role", "reads"), binding) == ["refers to ServiceAccount ghost, which is not in the set"]


def test_an_ingress_to_a_missing_service_is_found() -> None:
    backend = {"service": {"name": "ghost", "port": {"name": "http"}}}
    rules = [{"http": {"paths": [{"path": "/", "backend": backend}]}}]
    ingress = an_object("Ingress", "web", spec={"ingressClassName": "alb", "rules": rules})
    found = messages(ingress, an_object("IngressClass", "alb", None, spec={"parameters": {"kind": "X", "name": "x"}}))
    assert "sends / to Service ghost, which is not in the set" in found


def test_a_pool_that_nobody_provides_is_found() -> None:
    node_class = an_object("EC2NodeClass", "l4", None)
    assert messages(a_gpu_pod("l4"), a_node_pool("l4", "g6.xlarge"), node_class) == []
    [message] = messages(a_gpu_pod("l5"), a_node_pool("l4", "g6.xlarge"), node_class)
    assert message == "wants nodes with {'headway.dev/pool': 'l5'}, which no NodePool labels"
