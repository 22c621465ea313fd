"""Requests that wait for a replica: counted, bounded in number and time, and kept alive where they are streams.

The count is exported whether or not there is a pod, and wakes a deployment from zero. With replicas that all fail
there is nothing to wait for: the client is told at once.
"""

import asyncio
import contextlib
import math

from headway.domain.gateway_settings import WaitSettings
from headway_gateway.errors import ModelNotFound, NoReplica, Overloaded, TooManyRequests
from headway_gateway.relay.attempt import COMMENT
from headway_gateway.relay.call import Call
from headway_gateway.replicas.replica import Replica

LOOK_SECONDS = 1.0
"""How often a holder looks again by itself, besides being woken."""
ONE_CLIENTS_SHARE = 0.75
"""Of the requests that may be held: one client that fills its own leaves some to the others."""


class Holds:
    """The held requests of one process."""

    def __init__(self, waits: WaitSettings, workers: int) -> None:
        self._waits = waits
        self._most = -(-waits.max_held_requests // workers)
        self._most_of_a_client = math.ceil(self._most * ONE_CLIENTS_SHARE)
        self._held = 0

    async def replica_for(self, call: Call) -> Replica:
        """The replica to ask. Raises `NoReplica`, `Overloaded`, `TooManyRequests` or `ModelNotFound`."""
        now = asyncio.get_running_loop().time()
        chosen = call.model.choose(now)
        if chosen is not None:
            return chosen
        if call.model.replicas:
            soonest = min(replica.ejected_until for replica in call.model.replicas) - now
            seconds = min(max(1, int(soonest) + 1), self._waits.retry_after_seconds)
            raise NoReplica("no replica of the model answers", retry_after_seconds=seconds)
        seconds = self._waits.retry_after_seconds
        if self._held >= self._most:
            raise Overloaded("as many requests wait for a replica as may", retry_after_seconds=seconds)
        if call.usage.held >= self._most_of_a_client:
            raise TooManyRequests("as many of this client's requests wait as may", retry_after_seconds=seconds)
        self._held += 1
        call.usage.held += 1
        call.metrics.held.inc()
        try:
            return await self._wait(call, now)
        finally:
            self._held -= 1
            call.usage.held -= 1
            call.metrics.held.dec()

    async def _wait(self, call: Call, now: float) -> Replica:
        loop = asyncio.get_running_loop()
        longest = self._waits.hold_seconds if call.admitted.stream else self._waits.hold_silent_seconds
        until = min(now + longest, call.deadline)
        spoke = now
        while now < until:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(until - now, LOOK_SECONDS)):
                    await call.model.changed.wait()
            now = loop.time()
            chosen = call.model.choose(now)
            if chosen is not None:
                return chosen
            if call.model.gone:
                raise ModelNotFound("the model is no longer served here", param="model")
            if call.admitted.stream and now - spoke >= self._waits.keep_alive_comment_seconds:
                spoke = now
                call.open_stream()
                call.exchange.write(COMMENT)
        raise NoReplica(
            "no replica of the model became ready in time", retry_after_seconds=self._waits.retry_after_seconds
        )
