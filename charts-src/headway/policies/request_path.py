"""The path of a request from CloudFront through the load balancer and the gateway to the engine, with its timeouts."""

import re
from dataclasses import dataclass
from functools import cached_property

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import ModelServer, answering_servers
from headway.policies.pods import Container, Pod
from headway.policies.terraform_facts import Origin

ALB = "alb.ingress.kubernetes.io/"
ALB_IDLE_SECONDS = 60
ALB_DEREGISTRATION_SECONDS = 300
"""Defaults of the ALB."""
GATEWAY = "HEADWAY_GATEWAY_"
_CONTROLLER = "ingress.k8s.aws/alb"


@dataclass(frozen=True)
class LoadBalancer:
    """An ALB as one Ingress asks for it."""

    idle_seconds: int
    """Silence after which it closes a connection, on both sides."""
    deregistration_seconds: int
    """How long it lets requests to a target that leaves go on."""
    place: Field
    """Where the idle timeout is stated, else the annotations."""


@dataclass(frozen=True, eq=False)
class GatewayProgram:
    """A container that runs Headway's gateway, with the settings in its environment."""

    pod: Pod
    container: Container
    shared: dict[str, Field]
    """Variables of the ConfigMaps it takes its environment from."""

    def seconds(self, setting: str) -> float | None:
        """A setting such as `IDLE_TIMEOUT_SECONDS`, or `None` where it is not in the files."""
        text = self.place(setting).scalar()
        return float(text) if text and re.fullmatch(r"\d+(\.\d+)?", text) else None

    def place(self, setting: str) -> Field:
        """Where a setting stands; an empty field where it is not stated."""
        name = f"{GATEWAY}{setting}"
        return self.container.environment.get(name) or self.shared.get(name) or Field(self.pod.owner, None, 1)


@dataclass(frozen=True, eq=False)
class RequestPath:
    """One Ingress of an ALB and what answers behind it."""

    ingress: Manifest
    load_balancer: LoadBalancer
    origin: Origin | None
    """CloudFront's side, where the Terraform has one origin that can only be this load balancer."""
    gateways: tuple[GatewayProgram, ...]
    servers: tuple[ModelServer, ...]
    """Engines that the load balancer reaches without a gateway."""

    @cached_property
    def quiet_limits(self) -> tuple[tuple[str, float], ...]:
        """Who gives up on a silent stream, and after how many seconds; those that come before the gateway."""
        limits: list[tuple[str, float]] = [("the load balancer", self.load_balancer.idle_seconds)]
        if self.origin and self.origin.read_seconds is not None:
            limits.insert(0, (self.origin.label, self.origin.read_seconds))
        return tuple(limits)


def backends(index: Index, ingress: Manifest) -> list[Manifest]:
    """Services that an Ingress sends requests to."""
    stated = [p.at("backend") for r in ingress.each("spec", "rules") for p in r.each("http", "paths")]
    stated.append(ingress.at("spec", "defaultBackend"))
    found = (index.named("Service", backend.text("service", "name"), ingress) for backend in stated)
    return [service for service in found if service is not None]


def request_paths(index: Index) -> list[RequestPath]:
    """Every Ingress that an ALB serves; use with `Index.derive`."""
    ingresses = [ingress for ingress in index.of_kind("Ingress") if is_of_alb(index, ingress)]
    groups = {_group(index, ingress) for ingress in ingresses}
    origin = _only_origin(index) if (len(groups) == 1 and None not in groups) or len(ingresses) == 1 else None
    return [_path(index, ingress, origin) for ingress in ingresses]


def gateway_programs(index: Index) -> list[GatewayProgram]:
    """Containers that run Headway's gateway; use with `Index.derive`."""
    found = []
    for pod in index.pods:
        for container in pod.containers:
            shared = _from_config_maps(index, container)
            if any(name.startswith(GATEWAY) for name in (*container.environment, *shared)):
                found.append(GatewayProgram(pod, container, shared))
    return found


def is_of_alb(index: Index, ingress: Manifest) -> bool:
    """Whether the AWS Load Balancer Controller makes an ALB of it: by its class, or by that controller's annotations."""
    name = ingress.text("spec", "ingressClassName")
    chosen = _class(index, ingress)
    if name == "alb" or (chosen and chosen.text("spec", "controller") == _CONTROLLER):
        return True
    return (name is None or chosen is None) and any(key.startswith(ALB) for key, _ in ingress.annotations())


def load_balancer(index: Index, ingress: Manifest) -> LoadBalancer:
    """The ALB's timeouts: of its class's parameters, which win, else of the annotations, else the defaults."""
    annotations = ingress.at("metadata", "annotations")
    stated = annotations.at(f"{ALB}load-balancer-attributes")
    idle, place = _attribute(stated.text(), "idle_timeout.timeout_seconds"), stated if stated else annotations
    for entry in _parameters(index, ingress).each("spec", "loadBalancerAttributes"):
        if entry.text("key") == "idle_timeout.timeout_seconds" and (entry.scalar("value") or "").isdigit():
            idle, place = int(entry.scalar("value") or 0), entry
    targets = annotations.text(f"{ALB}target-group-attributes")
    delay = _attribute(targets, "deregistration_delay.timeout_seconds")
    return LoadBalancer(
        ALB_IDLE_SECONDS if idle is None else idle, ALB_DEREGISTRATION_SECONDS if delay is None else delay, place
    )


def _path(index: Index, ingress: Manifest, origin: Origin | None) -> RequestPath:
    services = backends(index, ingress)
    behind = {id(pod) for s in services for pod in index.selected(s, s.labels("spec", "selector"))}
    gateways = tuple(g for g in index.derive(gateway_programs) if id(g.pod) in behind)
    servers = tuple(server for server in index.derive(answering_servers) if id(server.pod) in behind)
    return RequestPath(ingress, load_balancer(index, ingress), origin, gateways, servers)


def _attribute(text: str | None, name: str) -> int | None:
    found = re.search(rf"(?:^|,)\s*{re.escape(name)}=(\d+)", text or "")
    return int(found[1]) if found else None


def _class(index: Index, ingress: Manifest) -> Manifest | None:
    return index.named("IngressClass", ingress.text("spec", "ingressClassName"), ingress)


def _parameters(index: Index, ingress: Manifest) -> Field:
    chosen = _class(index, ingress)
    named = chosen.text("spec", "parameters", "name") if chosen else None
    found = index.named("IngressClassParams", named, ingress) if named else None
    return found or Field(ingress, None, ingress.line)


def _group(index: Index, ingress: Manifest) -> str | None:
    """The group whose Ingresses share one load balancer; `None` where each has its own."""
    stated = _parameters(index, ingress).text("spec", "group", "name")
    return stated or ingress.text("metadata", "annotations", f"{ALB}group.name")


def _only_origin(index: Index) -> Origin | None:
    """The one origin of CloudFront that is no bucket; `None` where there are several, or none."""
    origins = index.terraform.origins if index.terraform else ()
    private = [origin for origin in origins if origin.is_vpc]
    return private[0] if len(private) == 1 else origins[0] if len(origins) == 1 else None


def _from_config_maps(index: Index, container: Container) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for source in container.each("envFrom"):
        prefix = source.text("prefix") or ""
        shared = index.named("ConfigMap", source.text("configMapRef", "name"), container)
        for key, value in shared.entries("data") if shared else ():
            found[prefix + key] = value
    return found
