"""Gateway, pages and the way to them."""

import json

from conftest import RenderedSet


def environment_of(rendered: RenderedSet) -> dict[str, str]:
    container = rendered.one("Deployment", "gateway")["spec"]["template"]["spec"]["containers"][0]
    return {variable["name"]: variable["value"] for variable in container["env"]}


def test_the_gateway_knows_every_model_and_its_service(environment: RenderedSet) -> None:
    upstreams = json.loads(environment.one("ConfigMap", "gateway-upstreams")["data"]["upstreams.json"])
    for upstream in upstreams:
        service = environment.one("Service", upstream["url"].split("//")[1].split(".")[0])
        assert upstream["url"].endswith(f":{service['spec']['ports'][0]['port']}")
    served = {model for upstream in upstreams for model in upstream["models"]}
    assert len(served) == len(environment.of_kind("ScaledObject"))


def test_waits_along_the_path_agree(environment: RenderedSet) -> None:
    attributes = environment.one("IngressClassParams", "headway")["spec"]["loadBalancerAttributes"]
    idle = next(int(a["value"]) for a in attributes if a["key"] == "idle_timeout.timeout_seconds")
    settings = environment_of(environment)
    assert int(settings["HEADWAY_GATEWAY_SERVER_KEEP_ALIVE_SECONDS"]) > idle
    assert 2 * int(settings["HEADWAY_GATEWAY_KEEP_ALIVE_COMMENT_SECONDS"]) <= idle
    assert idle <= 120, "CloudFront's VPC origin gives up after 120 s without a byte"
    silence = [settings[f"HEADWAY_GATEWAY_{name}_SECONDS"] for name in ("HOLD_SILENT", "UNSTREAMED_FIRST_BYTE_TIMEOUT")]
    assert sum(map(int, silence)) == idle, (
        "an answer that is not streamed has all the time the path allows, and no more"
    )


def test_grace_period_covers_the_gateways_drain(environment: RenderedSet) -> None:
    pod = environment.one("Deployment", "gateway")["spec"]["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > pause + int(
        environment_of(environment)["HEADWAY_GATEWAY_DRAIN_SECONDS"]
    )


def test_keys_come_from_the_secret_store_and_git_holds_none(environment: RenderedSet) -> None:
    assert environment.of_kind("Secret") == []
    secret = environment.one("ExternalSecret", "gateway-api-keys")["spec"]
    assert secret["target"] == {"name": "gateway-api-keys", "creationPolicy": "Owner", "deletionPolicy": "Retain"}
    store = environment.one("SecretStore", secret["secretStoreRef"]["name"])
    assert store["metadata"]["namespace"] == "headway-gateway"


def test_only_gateway_and_collector_may_ask_the_api_server(environment: RenderedSet) -> None:
    asking = {
        workload["metadata"]["name"]
        for workload in environment.of_kind("Deployment")
        if workload["spec"]["template"]["spec"]["automountServiceAccountToken"]
    }
    assert asking == {"gateway", "metrics-collector"}


def test_the_load_balancer_is_internal_and_speaks_tls(environment: RenderedSet) -> None:
    params = environment.one("IngressClassParams", "headway")["spec"]
    assert params["scheme"] == "internal"
    assert params["certificateArn"]
    for ingress in environment.of_kind("Ingress"):
        assert ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/listen-ports"] == '[{"HTTPS":443}]'


def test_the_gateways_paths_win_over_the_pages(environment: RenderedSet) -> None:
    order = {
        ingress["metadata"]["name"]: int(ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/group.order"])
        for ingress in environment.of_kind("Ingress")
    }
    assert order["gateway"] < order["frontend"]


def test_no_service_is_a_load_balancer(environment: RenderedSet) -> None:
    assert {service["spec"]["type"] for service in environment.of_kind("Service")} == {"ClusterIP"}
