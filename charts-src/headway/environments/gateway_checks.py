"""What the gateway's settings must keep to among themselves, with the path in front of it and with the models behind it."""

from collections.abc import Iterator, Mapping

from headway.domain.environment import Edge, Gateway
from headway.domain.model_deployment import ModelDeployment

Finding = tuple[tuple[str, ...], str, str]


def gateway_findings(gateway: Gateway, edge: Edge | None, models: Mapping[str, ModelDeployment]) -> Iterator[Finding]:
    """Every contradiction, as path, problem and remedy."""
    yield from _waits(gateway)
    if edge:
        yield from _silences(gateway, edge)
    yield from _longest_stream(gateway, models)
    yield from _bounds(gateway)
    yield from _clients(gateway)


def _waits(gateway: Gateway) -> Iterator[Finding]:
    """The total holds every other wait of a request."""
    total = gateway.total_timeout_seconds
    for key in ("first_byte_timeout_seconds", "idle_timeout_seconds", "hold_seconds"):
        if (seconds := getattr(gateway, key)) > total:
            problem = f"is {seconds:g} s and total_timeout_seconds is {total:g} s"
            yield ("gateway", key), problem, "lower it, or raise the total"


def _silences(gateway: Gateway, edge: Edge) -> Iterator[Finding]:
    """An answer that is not streamed sends nothing while the model server works, and no comment can fill the silence."""
    held = gateway.hold_silent_seconds + gateway.first_byte_timeout_seconds
    if held > edge.idle_timeout_seconds >= gateway.first_byte_timeout_seconds:
        yield (
            ("gateway", "hold_silent_seconds"),
            f"and first_byte_timeout_seconds are {held:g} s of silence together, and the load balancer closes a silent "
            f"connection after {edge.idle_timeout_seconds} s",
            f"at most {edge.idle_timeout_seconds - gateway.first_byte_timeout_seconds:g} s",
        )
    for key in ("first_byte_timeout_seconds", "idle_timeout_seconds"):
        if (seconds := getattr(gateway, key)) > edge.idle_timeout_seconds:
            yield (
                ("gateway", key),
                f"is {seconds:g} s and the load balancer closes a silent connection after {edge.idle_timeout_seconds} s",
                f"at most {edge.idle_timeout_seconds} s, or a longer edge.idle_timeout_seconds",
            )


def _longest_stream(gateway: Gateway, models: Mapping[str, ModelDeployment]) -> Iterator[Finding]:
    """A gateway that gives up, or stops, sooner than its longest stream cuts it."""
    longest = max(models.items(), key=lambda entry: entry[1].longest_stream_seconds, default=None)
    if longest is None:
        return
    name, seconds = longest[0], longest[1].longest_stream_seconds
    for key in ("drain_seconds", "total_timeout_seconds"):
        if (allowed := getattr(gateway, key)) < seconds:
            yield (
                ("gateway", key),
                f"is {allowed:g} s and streams of {name} may last {seconds} s",
                f"at least {seconds}, or a shorter models.{name}.longest_stream_seconds",
            )


def _bounds(gateway: Gateway) -> Iterator[Finding]:
    """A bound that another one keeps from ever being reached, or a request that none can pass."""
    pairs = (
        ("max_held_requests", "max_requests_in_flight", "held requests count as requests in flight"),
        ("max_requests_in_flight", "max_connections", "each request has a connection"),
        ("max_output_tokens", "token_burst", "such a request can never be paid for"),
    )
    for key, above, because in pairs:
        least, most = getattr(gateway, key), getattr(gateway, above)
        if least > most:
            yield ("gateway", key), f"is {least} and {above} is {most}: {because}", f"at most {most}, or raise {above}"


def _clients(gateway: Gateway) -> Iterator[Finding]:
    """Who draws the winners holds a key of their own."""
    for name in sorted({*gateway.shared_clients} & {*gateway.presenter_clients}):
        problem = f"names {name!r}, whose key shared_clients says that many people hold"
        yield ("gateway", "presenter_clients"), problem, "give whoever draws winners a key of their own"
