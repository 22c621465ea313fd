"""What a model server is sent: nothing of a client's head, and the body as it was judged."""

from headway_gateway.relay.call import Call
from headway_gateway.upstream.address import Address


def request_bytes(call: Call, address: Address) -> bytes:
    """A whole request; `Host` is the configured name, the id the gateway's own."""
    admitted = call.admitted
    return (
        b"POST %b HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\naccept-encoding: identity\r\n"
        b"user-agent: headway-gateway\r\nx-request-id: %b\r\n%bcontent-length: %d\r\n\r\n%b"
        % (
            admitted.path,
            address.server_name.encode(),
            call.request_id.encode(),
            call.trace_headers,
            len(admitted.body),
            admitted.body,
        )
    )
