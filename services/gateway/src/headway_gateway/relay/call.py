"""One admitted request on its way: what is known of it, and what must be released at its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from headway_gateway.admission.admitted import Admitted
from headway_gateway.errors import GatewayError
from headway_gateway.front.exchange import Exchange, Headers
from headway_gateway.identity.limits import Usage as ClientUsage
from headway_gateway.metrics import ModelMetrics
from headway_gateway.relay.attempt import Attempt
from headway_gateway.replicas.directory import Model
from headway_gateway.upstream.connection import AnswerHead

CLIENT_LEFT = 499
"""Status of a call whose client did not wait for the answer."""
Shape = Callable[[AnswerHead, bytes], tuple[int, bytes]]
"""Turns a model server's whole answer into what this client's contract says: status and body."""


def as_it_is(head: AnswerHead, body: bytes) -> tuple[int, bytes]:
    """OpenAI's contract: what the model server said."""
    return head.status, body


@dataclass(slots=True, eq=False)
class Call:
    """A request that is being served."""

    exchange: Exchange
    admitted: Admitted
    model: Model
    metrics: ModelMetrics
    usage: ClientUsage
    request_id: str
    headers: Headers
    """Go with every answer to it."""
    deadline: float
    """Loop time at which the whole answer must be over."""
    shape: Shape = as_it_is
    open_stream: Callable[[], None] = lambda: None
    """Sends status and headers of a stream, if they are not out."""
    task: "asyncio.Task[object] | None" = None
    error: GatewayError | None = None
    """What the client was told in place of an answer, or of its rest."""
    cut: GatewayError | None = None
    """Set before the task is cancelled when it is not the client that ends it."""
    status: int = 0
    replica: str = ""
    """Where the last attempt went."""
    reused_connection: bool = False
    """Whether it went over a connection that had served before."""
    unreached_seconds: float = 0.0
    """Spent on connections that did not come about."""
    repeated: bool = False
    """Whether a model server had it, failed, and another was asked."""
    trial: bool = False
    """Whether it finds out if an ejected replica is back."""
    trace_headers: bytes = b""
    """Header lines that carry the trace to the model server."""
    attempt: Attempt | None = None
    """The last one."""

    @property
    def left(self) -> bool:
        """Whether its client did not wait for the answer."""
        return self.status == CLIENT_LEFT
