"""The guard in front of the application, for requests that did not pass the native door."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from headway_gateway.front.request import Request, request_number
from headway_gateway.gateway import Gateway

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class GuardedApp:
    """Sets `scope["state"]["client"]`, or answers with the refusal."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if state.get("client") is None:
            gateway: Gateway = scope["app"].state.gateway
            request = as_request(scope)
            refusal = gateway.guard.refusal(request)
            if refusal is not None:
                body = refusal.body()
                headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
                headers += [request_number(), *refusal.headers()]
                await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
                await send({"type": "http.response.body", "body": body})
                return
            state["client"] = request.client
        await self._app(scope, receive, _numbered(send))


def _numbered(send: Send) -> Send:
    """Every answer has a number of our own; the relay's is the one that its model server got too."""

    async def numbered(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if not any(name == b"x-request-id" for name, _ in headers):
                headers.append(request_number())
            message = {**message, "headers": headers}
        await send(message)

    return numbered


def as_request(scope: MutableMapping[str, Any]) -> Request:
    """An ASGI scope as the gateway's own request, without its body."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers[name] = headers[name] + b", " + value if name in headers else value
    peer = scope.get("client")
    state = scope.get("state") or {}
    return Request(
        method=scope["method"].encode(),
        path=scope.get("raw_path") or scope["path"].encode(),
        query=scope["query_string"],
        headers=headers,
        peer=peer[0] if peer else "",
        client=state.get("client"),
    )
