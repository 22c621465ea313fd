"""Timeouts that agree along the path of a request: CloudFront, load balancer, gateway, engine."""

from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.model_server import ModelServer, answering_servers
from headway.policies.request_path import GatewayProgram, RequestPath, gateway_programs, request_paths
from headway.policies.rule import Hit, rule


@rule(
    "comments-too-rare",
    traps=("G7",),
    severity="error",
    proves="Whoever keeps a quiet stream alive writes more often than anybody on the path gives up.",
    needs="The Ingress and its class; the gateway's settings or the engine's flags; CloudFront's with --terraform.",
    remedy="a comment every 15 s: HEADWAY_GATEWAY_KEEP_ALIVE_COMMENT_SECONDS, --sse-keep-alive-interval",
)
def comments_too_rare(index: Index) -> Iterator[Hit]:
    """A request that waits in a queue sends nothing; CloudFront answers 504 after 30 s without a byte (120 at most), an ALB
    after 60, and the gateway gives an engine up after its own idle timeout. Comments in the stream reset all of them, if
    they come sooner. Judged are intervals that are stated; CloudFront only where its one origin can only be the load
    balancer of the set."""
    for path in index.derive(request_paths):
        yield from _late_at_edge(path)
    for gateway in index.derive(gateway_programs):
        limit = gateway.seconds("IDLE_TIMEOUT_SECONDS")
        for server in index.derive(answering_servers) if limit else ():
            interval = server.whole_number("sse-keep-alive-interval")
            if interval and limit and interval >= limit and index.together(gateway.pod.owner, server.pod.owner):
                message = f"writes a comment every {interval} s, {gateway.pod.owner.name} gives up after {limit:g} s"
                yield Hit(server.place("--sse-keep-alive-interval"), message, _half(limit))


def _late_at_edge(path: RequestPath) -> Iterator[Hit]:
    for who, limit in path.quiet_limits:
        for gateway in path.gateways:
            interval = gateway.seconds("KEEP_ALIVE_COMMENT_SECONDS")
            if interval and interval >= limit:
                message = f"writes a comment every {interval:g} s, {who} gives up after {limit:g} s"
                yield Hit(gateway.place("KEEP_ALIVE_COMMENT_SECONDS"), message, _half(limit))
        for server in path.servers:
            interval = server.whole_number("sse-keep-alive-interval")
            if interval and interval >= limit:
                message = f"writes a comment every {interval} s, {who} gives up after {limit:g} s"
                yield Hit(server.place("--sse-keep-alive-interval"), message, _half(limit))


def _half(limit: float) -> str:
    return f"at most {max(1, int(limit // 2))} s, so that one late comment ends no stream"


@rule(
    "connection-closed-under-caller",
    traps=("G7",),
    severity="warning",
    proves="Every server on the path keeps an idle connection longer than whoever may use it again.",
    needs="The Ingress and its class; the gateway's settings; CloudFront's with --terraform.",
    remedy="keep-alive of the server above the idle timeout of its caller",
)
def connection_closed_under_caller(index: Index) -> Iterator[Hit]:
    """A caller that keeps a connection longer than the server does sends a request into one that is just being closed: a
    502 at random, at any load. The load balancer keeps connections to the gateway for its idle timeout, and CloudFront
    keeps those to the load balancer for 5 s unless it is told otherwise. Engines right behind a load balancer are judged
    by stream-cut-by-load-balancer."""
    for path in index.derive(request_paths):
        idle, origin = path.load_balancer.idle_seconds, path.origin
        for gateway in path.gateways:
            keeps = gateway.seconds("SERVER_KEEP_ALIVE_SECONDS")
            if keeps is not None and keeps <= idle:
                message = f"closes idle connections after {keeps:g} s, the load balancer keeps them {idle} s"
                remedy = f'HEADWAY_GATEWAY_SERVER_KEEP_ALIVE_SECONDS: "{idle + 10}"'
                yield Hit(gateway.place("SERVER_KEEP_ALIVE_SECONDS"), message, remedy)
        if origin and origin.keep_alive_seconds is not None and origin.keep_alive_seconds >= idle:
            message = f"closes idle connections after {idle} s, {origin.label} keeps them {origin.keep_alive_seconds} s"
            yield Hit(path.load_balancer.place, message, f"origin_keepalive_timeout below {idle}")


@rule(
    "drain-cut-on-path",
    traps=("G7", "V1"),
    severity="warning",
    proves="A stream may end on a pod that leaves: load balancer and gateway wait as long as it may last.",
    needs="The Ingress, and the gateway's settings or the engine's drain.",
    remedy="alb.ingress.kubernetes.io/target-group-attributes: deregistration_delay.timeout_seconds=600",
)
def drain_cut_on_path(index: Index) -> Iterator[Hit]:
    """When a pod leaves, the load balancer lets its running requests go on for the deregistration delay, 300 s unless it is
    told otherwise, and then cuts them, whatever the pod still drains. A gateway that drains for less time than a request
    may last cuts the rest in every rollout."""
    for path in index.derive(request_paths):
        delay, place = path.load_balancer.deregistration_seconds, path.ingress.at("metadata", "annotations")
        for name, drains in _drains(path):
            if drains > delay:
                message = f"cuts streams of a pod that leaves after {delay} s, {name} drains for {drains:g} s"
                yield Hit(place, message, f"deregistration_delay.timeout_seconds={drains:.0f}")
    for gateway in index.derive(gateway_programs):
        drain, total = gateway.seconds("DRAIN_SECONDS"), gateway.seconds("TOTAL_TIMEOUT_SECONDS")
        if drain is not None and total is not None and drain < total:
            message = f"drains for {drain:g} s, a request may last {total:g} s"
            yield Hit(gateway.place("DRAIN_SECONDS"), message, f'HEADWAY_GATEWAY_DRAIN_SECONDS: "{total:g}"')


def _drains(path: RequestPath) -> Iterator[tuple[str, float]]:
    """Who drains behind the load balancer, and for how long a request may take of that."""
    for gateway in path.gateways:
        yield _name(gateway), gateway.seconds("DRAIN_SECONDS") or 0
    for server in path.servers:
        yield _name(server), server.whole_number("shutdown-timeout") or 0


def _name(who: GatewayProgram | ModelServer) -> str:
    return who.pod.owner.name
