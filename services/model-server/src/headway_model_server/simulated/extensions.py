"""What the layers of the application tell each other in `scope["extensions"]`."""

TRANSPORT = "headway.transport"
"""The transport that a request came by, under `transport`."""
BODY = "headway.body"
"""What takes the parts of a stream, past the layers that look only at the beginning of an answer."""
