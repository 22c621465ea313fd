"""The engine's `/metrics` with one series more, which is computed from the engine's own."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headway_model_server.in_engine.metrics import TOKENS, TOKENS_HELP

NEGOTIATED = (b"accept", b"accept-encoding")
"""Headers left out: the plain text format is the one that can be added to, and every Prometheus reads it."""


async def expose(app: ASGIApp, tokens_series: str | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a scrape."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in NEGOTIATED]
    start: Message = {}
    body = bytearray()

    async def gather(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body", False):
            return
        if start["status"] == 200 and tokens_series is not None:
            body.extend(generated_tokens(body.decode(), tokens_series).encode())
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": bytes(body)})

    await app({**scope, "headers": headers}, receive, gather)


def generated_tokens(text: str, series: str) -> str:
    """The sum over the engine's counter, as a family of its own; empty where the engine has no such counter."""
    values = [line.split()[-1] for line in text.splitlines() if line.startswith((f"{series}{{", f"{series} "))]
    if not values:
        return ""
    total = sum(float(value) for value in values)
    return f"# HELP {TOKENS} {TOKENS_HELP}\n# TYPE {TOKENS} counter\n{TOKENS} {total}\n"
