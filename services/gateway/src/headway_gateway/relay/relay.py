"""From an admitted request to the last byte of its answer.

    admit ─▶ choose a replica ─▶ attempt ─▶ pass on ─▶ release
               │   ▲                │
               ▼   │                ▼ failed before the first byte
             hold (no replica)    attempt again elsewhere: once, and wherever nothing was sent

A client that leaves cancels the task; whatever the task holds is released on the way out. Errors of any kind reach
`tell`, which writes them as a status while nothing has been written and as the stream's last event afterwards.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.admission.admitted import Admitted
from headway_gateway.errors import (
    Draining,
    GatewayError,
    ModelNotFound,
    NoReplica,
    Overloaded,
    Unavailable,
    UpstreamFailed,
    UpstreamMalformed,
)
from headway_gateway.front.exchange import Exchange, Headers, answer
from headway_gateway.front.request import Request
from headway_gateway.front.sweep import Sweep
from headway_gateway.identity.client import Client
from headway_gateway.identity.limits import Limits
from headway_gateway.metrics import Metrics
from headway_gateway.relay.attempt import Attempt
from headway_gateway.relay.call import CLIENT_LEFT, Call, Shape, as_it_is
from headway_gateway.relay.delivery import deliver, open_stream, tell
from headway_gateway.relay.hold import Holds
from headway_gateway.relay.request_bytes import request_bytes
from headway_gateway.relay.retry_budget import RETRY_COUNT_HEADER, RetryBudget
from headway_gateway.relay.settlement import settle
from headway_gateway.relay.verdict import is_back, judged
from headway_gateway.replicas.directory import Directory
from headway_gateway.replicas.replica import Replica
from headway_gateway.tracing import Tracer

log = structlog.get_logger()
Admit = Callable[[bytes, Client], Admitted]
Note = Callable[[str, str, str], None]
"""Gets the request id, model and question of every admitted request; must not wait."""
GOES_ON = 1.5
"""Times that a connection may take: one request waits no longer in all for those that do not come about. A replica that
refuses it takes none of that; of those that are silent it meets two."""
EXPOSED = (b"access-control-expose-headers", b"x-request-id, retry-after")
NO_MODEL = "none"


class Relay:
    """Serves calls with the replicas of a directory."""

    def __init__(
        self,
        settings: GatewaySettings,
        directory: Directory,
        limits: Limits,
        metrics: Metrics,
        sweep: Sweep,
        note: Note,
    ) -> None:
        self._settings = settings
        self._directory = directory
        self._limits = limits
        self._metrics = metrics
        self._sweep = sweep
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._retries = RetryBudget()
        self._holds = Holds(settings, settings.workers)
        self._calls: set[Call] = set()
        self.tracer: Tracer | None = None
        self._origins = frozenset(origin.encode() for origin in settings.allowed_origins)

    @property
    def in_flight(self) -> int:
        """Calls admitted and not yet answered in full."""
        return len(self._calls)

    def cut_all(self, error: GatewayError) -> None:
        """End every open call with this error: the process is going."""
        for call in tuple(self._calls):
            call.cut = error
            if call.task is not None:
                call.task.cancel()

    async def serve(self, exchange: Exchange, admit: Admit, shape: Shape = as_it_is) -> Admitted | None:
        """Answer one request, whatever happens. Returns what was admitted, None if nothing was."""
        request_id = os.urandom(16).hex()
        headers = [(b"x-request-id", request_id.encode()), *self.origin_headers(exchange.request)]
        try:
            call = self._admitted(exchange, admit, shape, request_id, headers)
        except GatewayError as error:
            self.refuse(exchange, error, headers)
            return None
        try:
            await self._pursue(call)
        except GatewayError as error:
            # A traceback holds frames, which hold the error: the collector would have to find every failed call.
            tell(call, error.with_traceback(None), self._retries)
        except asyncio.CancelledError:
            if call.cut is None:
                if call.attempt is None or not call.attempt.said_all:  # the SDK closes at `[DONE]`: that is no leaving
                    call.status = CLIENT_LEFT
                raise
            tell(call, call.cut, self._retries)
        finally:
            self._release(call)
        return call.admitted

    def refuse(self, exchange: Exchange, error: GatewayError, headers: Headers) -> None:
        """Answer a request that is not served; nothing was written before."""
        self._metrics.of(NO_MODEL).failed(error.code)
        self._metrics.of(NO_MODEL).answered(error.status)
        answer(exchange, error.status, error.body(), (*headers, *error.headers()))

    def origin_headers(self, request: Request) -> Headers:
        """Let a page of an allowed origin read the answer, and the headers it needs to ask again."""
        origin = request.headers.get(b"origin")
        if origin is None or origin not in self._origins:
            return ()
        return ((b"access-control-allow-origin", origin), (b"vary", b"Origin"), EXPOSED)

    def _admitted(self, exchange: Exchange, admit: Admit, shape: Shape, request_id: str, headers: Headers) -> Call:
        request = exchange.request
        if request.client is None:
            raise Overloaded("the request has no client", retry_after_seconds=1)
        if not self._directory.known:
            raise Unavailable(
                "which models are served here is not known yet", retry_after_seconds=self._settings.retry_after_seconds
            )
        if len(self._calls) >= self._settings.max_requests_in_flight:
            raise Overloaded(
                "this server has as many requests in work as it may",
                retry_after_seconds=self._settings.retry_after_seconds,
            )
        now = self._loop.time()
        usage = self._limits.request(request.client.limited_as, now)  # also of one that is refused for what it says
        admitted = admit(request.body, request.client)
        request.body = b""
        model = self._directory.models.get(admitted.model)
        if model is None:
            raise ModelNotFound(
                "no model of that name is served here; GET /v1/models lists those that are", param="model"
            )
        self._limits.answer(usage, admitted.tokens, now)
        self._retries.earn(request.headers.get(RETRY_COUNT_HEADER))
        call = Call(
            exchange=exchange,
            admitted=admitted,
            model=model,
            metrics=self._metrics.of(model.name),
            usage=usage,
            request_id=request_id,
            headers=headers,
            deadline=request.arrived + self._settings.total_timeout_seconds,
            shape=shape,
            task=asyncio.current_task(),
        )
        call.open_stream = lambda: open_stream(call)
        call.metrics.in_flight.inc()
        self._calls.add(call)
        self._note(request_id, model.name, admitted.question)
        if self.tracer is not None:
            self.tracer.begin(call)
        return call

    # Attempts

    async def _pursue(self, call: Call) -> None:
        replica = await self._holds.replica_for(call)
        tried: list[Replica] = []
        while (error := await self._try(call, replica)) is not None:
            tried.append(replica)
            other = self._other_replica(call, tried, error)
            if other is None:
                raise self._told(call, error)
            call.metrics.retries.inc()
            replica = other
        deliver(call, self._retries)

    def _other_replica(self, call: Call, tried: Sequence[Replica], error: GatewayError) -> Replica | None:
        """Where a failed request goes now, if anywhere.

        What no model server took may try them all. One that cost its replica work is paid for, is repeated once, and does
        not find out on top of that whether an ejected replica is back.
        """
        attempt, now = call.attempt, self._loop.time()
        if attempt is None:
            return None
        if attempt.sent_at is None or isinstance(error, Draining):
            if call.unreached_seconds > GOES_ON * self._settings.connect_timeout_seconds:
                return None
            return call.model.choose(now, tried, tries=False) or call.model.choose(now, tried)
        if call.repeated or not isinstance(error, UpstreamFailed) or attempt.first_byte_at is not None:
            return None
        other = call.model.choose(now, tried, tries=False)
        if other is None and call.reused_connection and attempt.answer is None:
            other = tried[-1]  # the model server had closed an idle connection; a new one finds it
        died = not isinstance(error, UpstreamMalformed) and (attempt.answer is None or attempt.answer.status < 500)
        call.repeated = other is not None and (self._retries.spend_on_death() if died else self._retries.spend())
        return other if call.repeated else None

    def _told(self, call: Call, error: GatewayError) -> GatewayError:
        """What the client hears: a request that no connection could be had for may simply come again."""
        if isinstance(error, UpstreamFailed) and call.attempt is not None and call.attempt.sent_at is None:
            seconds = min(max(1, int(self._settings.ejection_seconds)), self._settings.retry_after_seconds)
            return NoReplica("no replica of the model can be reached", retry_after_seconds=seconds)
        return error

    async def _try(self, call: Call, replica: Replica) -> GatewayError | None:
        """Send the request to one replica and see its answer through."""
        attempt = call.attempt = Attempt(
            call.exchange, self._settings, call.deadline, call.admitted.stream, call.open_stream
        )
        call.replica = str(replica.address)
        call.reused_connection = False
        connection = None
        error: GatewayError | None = None
        whole = False
        begun = self._loop.time()
        call.trial = replica.take(begun)
        if call.trial:
            attempt.began = partial(is_back, call, replica)
        try:
            connection = await replica.connect()
            call.reused_connection = connection.served > 0
            self._sweep.watch(attempt)
            attempt.send(connection, request_bytes(call, replica.address))
            error = await attempt.outcome
            whole = error is None
        except UpstreamFailed as failed:
            call.unreached_seconds += self._loop.time() - begun
            error = failed.with_traceback(None)
        finally:
            self._sweep.forget(attempt)
            call.exchange.source = None
            replica.release(call.trial)
            if connection is not None:
                if whole:
                    replica.give_back(connection)
                else:
                    connection.abort()
        return judged(call, replica, error, self._loop.time())

    def _release(self, call: Call) -> None:
        self._calls.discard(call)
        call.usage.open -= 1
        call.metrics.in_flight.dec()
        settle(call, self._loop.time())
        if self.tracer is not None:
            self.tracer.end(call)
        # These hold the call, which holds them; left so, every call would be the garbage collector's to find.
        call.open_stream, call.attempt, call.task, call.error = _nothing, None, None, None


def _nothing() -> None:
    """What a call that is over does."""
