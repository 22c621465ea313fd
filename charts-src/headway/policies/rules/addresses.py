"""Names inside texts: addresses and models in configurations, variables and arguments."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import servers_behind
from headway.policies.rule import Hit, rule

_URL = re.compile(r"https?://([a-z0-9.-]+)(?::(\d+))?[^\s\"'`,;]*")

_MODEL = re.compile(r"\"model\"\s*:\s*\\?\"([^\"\\]+)\\?\"")


@rule(
    "address-unresolved",
    traps=("N10",),
    severity="warning",
    proves="Every in-cluster address in a configuration is a Service of the set, on a port it has.",
    needs="The Service's namespace in the set; addresses in other namespaces are taken on trust.",
    remedy="name a Service and a port that exist",
)
def address_unresolved(index: Index) -> Iterator[Hit]:
    """Addresses inside ConfigMaps, variables and arguments are references like any other, only nobody resolves them before
    the first request fails. A wrong port of a Service that is there is an error; a Service that is not there is a warning,
    and only where the folder has Services at all. Names of single pods exist for a StatefulSet, never for a Deployment."""
    for place in _texts(index):
        for found in _URL.finditer(place.text() or ""):
            yield from _address(index, place, found)


def _texts(index: Index) -> Iterator[Field]:
    for config in index.of_kind("ConfigMap"):
        yield from (value for _, value in config.entries("data"))
    for pod in index.pods:
        for container in pod.all_containers:
            yield from container.environment.values()
            yield from (word for key in ("command", "args") for word in container.each(key))


def _address(index: Index, place: Field, found: re.Match[str]) -> Iterator[Hit]:
    host, port = found[1].rstrip("."), found[2]
    parts = host.split(".")
    if parts[3:4] == ["svc"]:
        yield from _pod_address(index, place, found[0], parts)
    in_cluster = len(parts) == 1 or parts[2:3] == ["svc"] or host.endswith(".svc.cluster.local")
    if not in_cluster or parts[0] in ("localhost", "kubernetes") or re.fullmatch(r"[\d.]+", host):
        return
    namespace = parts[1] if len(parts) > 1 else place.manifest.namespace
    service = index.named("Service", parts[0], place, namespace)
    if service is not None and port and not service.group:
        ports = [entry.scalar("port") for entry in service.each("spec", "ports")]
        headless = service.scalar("spec", "clusterIP") == "None"
        if ports and port not in ports and not headless:
            shown = ", ".join(str(number) for number in ports)
            message = f"{found[0]} dials port {port}, Service {service.name} has {shown}"
            yield Hit(
                place, message, f"use port {ports[0]}", "error" if index.together(service, place.manifest) else None
            )
    elif service is None and len(parts) > 1 and index.facts.closed and _namespace_known(index, namespace):
        yield Hit(place, f"{found[0]} names Service {parts[0]}, which namespace {namespace} of the set lacks")


def _pod_address(index: Index, place: Field, address: str, parts: list[str]) -> Iterator[Hit]:
    """`pod.service.namespace.svc`: only a StatefulSet, or a pod with a hostname, has such a name."""
    service = index.named("Service", parts[1], place, parts[2])
    pods = index.selected(service, service.labels("spec", "selector")) if service else []
    if pods and service and all(pod.owner.kind == "Deployment" and not pod.spec.at("hostname") for pod in pods):
        message = (
            f"{address} names pod {parts[0]}, Service {service.name} selects a Deployment's, which have no such names"
        )
        yield Hit(place, message, f"use http://{service.name}.{parts[2]}.svc, or a StatefulSet with serviceName")


def _namespace_known(index: Index, namespace: str | None) -> bool:
    return any(service.namespace == namespace for service in index.of_kind("Service"))


@rule(
    "model-not-served",
    traps=("N11",),
    severity="error",
    proves="Every model that a client of the set asks a server for is a name it serves.",
    needs="A text that holds both the server's address and the model, and the server's flags.",
    remedy="ask for a served name",
)
def model_not_served(index: Index) -> Iterator[Hit]:
    """vLLM answers 404 for any other name. Without `--served-model-name` the only one is the model argument, with S3 the
    whole URL. Servers that load adapters may serve more names: they are not judged."""
    for place in _texts(index):
        text = place.text() or ""
        asked = _asked_models(text)
        for found in _URL.finditer(text) if asked else ():
            host = urlsplit(found[0]).hostname or ""
            service = index.named("Service", host.split(".")[0], place)
            names = _served(index, service) if service else None
            for model in asked if names else ():
                if names and model not in names:
                    yield Hit(place, f"asks {host} for model {model}, it serves {', '.join(sorted(names))}")


def _asked_models(text: str) -> list[str]:
    found = _MODEL.findall(text)
    try:
        parsed = json.loads(text)
    except ValueError:
        return [name for name in dict.fromkeys(found) if "$" not in name]
    entries = parsed if isinstance(parsed, list) else [parsed]
    models = [m for e in entries if isinstance(e, dict) and isinstance(e.get("models"), list) for m in e["models"]]
    return [name for name in dict.fromkeys([*found, *(m for m in models if isinstance(m, str))]) if "$" not in name]


def _served(index: Index, service: Manifest) -> set[str] | None:
    """Names behind a Service; `None` where one of its pods is not known to be a server."""
    pods, servers = servers_behind(index, service)
    if not servers or len({id(s.pod) for s in servers}) != len(pods) or any("enable-lora" in s.flags for s in servers):
        return None
    names = {name for server in servers for name in server.served_names}
    return names if all(server.served_names for server in servers) and not any("$" in name for name in names) else None
