"""What is decided about a request before anything of it is kept: who asks, and whether this server is theirs to ask.

Decided on the raw path and on headers that may come once, never on a decoded path or a rebuilt URL. Without a known
client every path but the public ones gives 401, so that nobody learns from outside which paths exist.
"""

from headway_gateway.errors import BodyTooLarge, Draining, GatewayError, InvalidRequest
from headway_gateway.front.request import Request
from headway_gateway.identity.authenticator import Authenticator

PUBLIC = frozenset({b"/config"})
WELL_FORMED_HOST = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")


class Guard:
    """Recognises clients; `draining` refuses new work."""

    def __init__(
        self,
        authenticator: Authenticator,
        allowed_hosts: tuple[str, ...],
        retry_after_seconds: int,
        preflights: bool = False,
    ) -> None:
        self._authenticator = authenticator
        self._preflights = preflights
        self._hosts = frozenset(host.lower().encode() for host in allowed_hosts)
        self._retry_after_seconds = retry_after_seconds
        self.draining = False

    def refusal(self, request: Request) -> GatewayError | None:
        """Why the request is refused by its head alone; else its client is known (None on public paths)."""
        if self.draining:
            return Draining("this server is going; ask again", retry_after_seconds=min(1, self._retry_after_seconds))
        host = request.headers.get(b"host", b"")
        if not WELL_FORMED_HOST.issuperset(host) or (
            self._hosts and host.rsplit(b":", 1)[0].lower() not in self._hosts
        ):
            return InvalidRequest("the header host does not name this server")
        if request.path in PUBLIC or (self._preflights and _is_preflight(request)):
            return BodyTooLarge("a request that needs no key has no body") if request.states_body else None
        try:
            request.client = self._authenticator.client(request.headers, request.peer)
        except GatewayError as error:
            return error
        return None


def _is_preflight(request: Request) -> bool:
    """A browser's question before a call of another origin; it carries no key, and is answered before any route."""
    return request.method == b"OPTIONS" and {b"origin", b"access-control-request-method"} <= request.headers.keys()
