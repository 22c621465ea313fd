"""A request that offers another protocol (`Upgrade: h2c`, `websocket`), read as one that does not.

RFC 9110 (7.8) lets a server overlook the offer, and clients that make it go on in HTTP/1.1: Java's does so with every
request, `curl --http2` too. llhttp takes each offer for accepted: it ends such a request at its head and leaves the body.
So the head is read again without the offer, by a parser that has seen nothing else, and judged there as any other head.
"""

from headway_gateway.front.request import Request


def without_offer(request: Request) -> bytes:
    """A head that llhttp has accepted, once more and without `Upgrade`; where its body ends is not said anew."""
    target = request.path + b"?" + request.query if request.query else request.path
    lines = [b"%b %b HTTP/%b" % (request.method, target, request.http_version.encode())]
    lines += [b"%b: %b" % header for header in request.headers.items() if header[0] != b"upgrade"]
    return b"\r\n".join((*lines, b"", b""))
