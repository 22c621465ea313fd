"""The path of a request and of a scrape: load balancers, browsers and collectors in front of engines."""

from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.model_server import answering_servers
from headway.policies.request_path import request_paths
from headway.policies.rule import Hit, rule

KEEP_ALIVE_SECONDS = 5
"""Default of vLLM's HTTP keep-alive."""


@rule(
    "stream-cut-by-load-balancer",
    traps=("G7",),
    severity="warning",
    proves="No load balancer in front of an engine closes a stream that is only waiting, or a connection the engine closed.",
    needs="An Ingress of the AWS controller, its Service and the server behind it.",
    remedy="--sse-keep-alive-interval 15, VLLM_HTTP_TIMEOUT_KEEP_ALIVE above the load balancer's idle timeout",
)
def stream_cut_by_load_balancer(index: Index) -> Iterator[Hit]:
    """An ALB closes a connection after 60 s without a byte: a request that is queued longer ends with 504, unless comments
    keep the stream alive. And the engine closes idle connections after 5 s while the ALB still uses them: clients see
    502 at random. Engines behind a gateway of the set are the gateway's business."""
    for path in index.derive(request_paths):
        idle, place = path.load_balancer.idle_seconds, path.ingress.at("metadata", "annotations")
        for server in path.servers:
            if server.engine == "vllm" and not server.whole_number("sse-keep-alive-interval"):
                message = f"closes a silent stream after {idle} s, and {server.pod.owner.name} sends no keep-alive"
                yield Hit(place, message, "--sse-keep-alive-interval 15 in the engine")
            keep = server.container.variable("VLLM_HTTP_TIMEOUT_KEEP_ALIVE")
            seconds = int(keep) if keep and keep.isdigit() else KEEP_ALIVE_SECONDS
            if server.engine == "vllm" and seconds <= idle:
                message = f"keeps connections {idle} s, {server.pod.owner.name} closes them after {seconds} s"
                yield Hit(place, message, f'VLLM_HTTP_TIMEOUT_KEEP_ALIVE: "{idle + 15}" in the engine')


@rule(
    "cors-open-with-credentials",
    traps=("G5",),
    severity="error",
    proves="No gateway lets every site act with its visitors' credentials.",
    needs="The Ingress of ingress-nginx, or a VirtualService.",
    remedy='name the origins, or nginx.ingress.kubernetes.io/cors-allow-credentials: "false"',
)
def cors_open_with_credentials(index: Index) -> Iterator[Hit]:
    """ingress-nginx allows credentials by default, and `*` as origin is answered with whatever site asks: any page that a
    user visits can call the API in the user's name."""
    for ingress in index.of_kind("Ingress"):
        annotations, prefix = ingress.at("metadata", "annotations"), "nginx.ingress.kubernetes.io/"
        origin = annotations.at(f"{prefix}cors-allow-origin")
        enabled = annotations.scalar(f"{prefix}enable-cors") == "true"
        if (
            enabled
            and (origin.text() or "*") == "*"
            and annotations.scalar(f"{prefix}cors-allow-credentials") != "false"
        ):
            place = origin if origin else annotations.at(f"{prefix}enable-cors")
            yield Hit(place, "allows every origin, with credentials")


@rule(
    "metrics-port-serves-nothing",
    traps=("V4", "G2"),
    severity="error",
    proves="Every scrape of a model server goes to the port it listens on.",
    needs="The server alone in its pod, its flags, and the scrape annotations, Service or container port.",
    remedy="scrape the API's own port",
)
def metrics_port_serves_nothing(index: Index) -> Iterator[Hit]:
    """vLLM and SGLang serve /metrics on the API's port. A second port named `metrics` is a name for a port where nobody
    listens: the scrape fails, and scalers read zero. Pods with a sidecar may have the port there and are not judged."""
    for server in index.derive(answering_servers):
        if len(server.pod.all_containers) > 1 or server.port is None:
            continue
        annotation = server.pod.template.at("metadata", "annotations", "prometheus.io/port")
        if (
            annotation.scalar()
            and (annotation.scalar() or "").isdigit()
            and int(annotation.scalar() or 0) != server.port
        ):
            yield Hit(annotation, f"is scraped on port {annotation.scalar()}, the server listens on {server.port}")
        for port in server.container.each("ports"):
            number, name = port.integer("containerPort"), port.text("name") or ""
            if "metrics" in name and number is not None and number != server.port:
                yield Hit(port, f"port {number} ({name}) serves nothing, metrics are on {server.port}")
