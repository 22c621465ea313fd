"""What is wrong with a request's head, whoever sent it."""

from headway.domain.gateway_settings import RequestSettings
from headway_gateway.errors import BodyTooLarge, GatewayError, InvalidRequest
from headway_gateway.front.request import Request

ONCE = frozenset({b"host", b"authorization", b"content-type", b"content-length"})
"""Headers that may come once: two of them mean two things to two readers."""
MAX_HEADERS = 100
TWICE = b""
"""Under this name a request's headers hold the name of one that came twice."""


def fault_of(request: Request, head_bytes: int, limits: RequestSettings) -> GatewayError | None:
    """Why a whole head is refused, if it is."""
    headers = request.headers
    if TWICE in headers:
        return InvalidRequest(f"the header {headers[TWICE].decode()} comes twice")
    if len(headers) > MAX_HEADERS or head_bytes > limits.max_header_bytes:
        return InvalidRequest("the request head is too large")
    if request.http_version not in ("1.1", "1.0"):
        return InvalidRequest("this server speaks HTTP/1.1 and nothing else")
    if request.http_version == "1.1" and b"host" not in headers:
        return InvalidRequest("the header host is missing")
    if request.http_version == "1.0" and b"transfer-encoding" in headers:
        return InvalidRequest("HTTP/1.0 knows no chunks")
    if request.method == b"CONNECT":
        return InvalidRequest("this server opens no tunnels")
    if not request.path.startswith(b"/"):
        return InvalidRequest("the target is not a path")
    if int(headers.get(b"content-length", b"0")) > limits.max_body_bytes:
        return too_large(limits)
    return None


def too_large(limits: RequestSettings) -> GatewayError:
    """For a body over its bound, stated or sent."""
    return BodyTooLarge(f"the request body is larger than {limits.max_body_bytes} bytes")
