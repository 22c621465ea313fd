"""The gateway's parts, put together once for a process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.admission.admitted import Admitted, Bounds, admit_chat, admit_completion, admit_generate
from headway_gateway.errors import GatewayError, ModelNotFound
from headway_gateway.front.exchange import Exchange
from headway_gateway.front.guard import Guard
from headway_gateway.front.sweep import Sweep
from headway_gateway.generate import as_generated
from headway_gateway.identity.authenticator import Authenticator
from headway_gateway.identity.client import Client
from headway_gateway.identity.limits import Budget, Limits
from headway_gateway.identity.salt import salt_of
from headway_gateway.metrics import Metrics
from headway_gateway.relay.relay import Note, Relay
from headway_gateway.replicas.directory import Directory
from headway_gateway.replicas.discovery import discovery
from headway_gateway.replicas.replica import Replica
from headway_gateway.tracing import tracing
from headway_gateway.upstream.address import Address

SECONDS_PER_MINUTE = 60
LARGE_SHARE = 8
"""Share of `max_body_bytes` up to which a body may cost ten times its size, and both together less than the bound twice."""


class Gateway:
    """Everything a process needs to answer. Make it inside the running loop, then enter `running`."""

    def __init__(self, settings: GatewaySettings, metrics: Metrics, note: Note) -> None:
        self.settings = settings
        self.metrics = metrics
        self.sweep = Sweep()
        self.authenticator = Authenticator(settings)
        self.guard = Guard(
            self.authenticator, settings.allowed_hosts, settings.retry_after_seconds, bool(settings.allowed_origins)
        )
        self.directory = Directory(self._new_replica)
        self._limits = Limits(budget(settings))
        self.relay = Relay(settings, self.directory, self._limits, metrics, self.sweep, note)
        self._bounds = Bounds(
            max_messages=settings.max_messages,
            max_output_tokens=settings.max_output_tokens,
            max_choices=settings.max_choices,
            allow_tools=settings.allow_tools,
            allow_response_format=settings.allow_response_format,
            context_of=self._context_of,
            large_body_bytes=settings.max_body_bytes // LARGE_SHARE,
        )
        self._exported: frozenset[str] = frozenset()

    def _new_replica(self, address: Address) -> Replica:
        settings = self.settings
        return Replica(address, settings.connect_timeout_seconds, settings.ejection_failures, settings.ejection_seconds)

    def _context_of(self, model: str) -> int | None:
        known = self.directory.models.get(model)
        return known.context_tokens if known else None

    @property
    def ready(self) -> bool:
        """Whether requests should come here: replicas are known and the process is not going."""
        return self.directory.known and not self.guard.draining

    def charge(self, client: Client, now: float) -> None:
        """One request that is not the data path's. Raises `TooManyRequests`."""
        self._limits.request(client.limited_as, now)

    # The data path

    async def chat(self, exchange: Exchange) -> None:
        """`POST /v1/chat/completions`."""
        await self.relay.serve(exchange, self._admit_chat)

    async def completion(self, exchange: Exchange) -> None:
        """`POST /v1/completions`."""
        await self.relay.serve(exchange, self._admit_completion)

    async def generate(self, exchange: Exchange) -> None:
        """`POST /generate`."""
        await self.relay.serve(exchange, self._admit_generate, as_generated)

    def _admit_chat(self, body: bytes, client: Client) -> Admitted:
        return admit_chat(body, self._bounds, self._salt(client))

    def _admit_completion(self, body: bytes, client: Client) -> Admitted:
        return admit_completion(body, self._bounds, self._salt(client))

    def _admit_generate(self, body: bytes, client: Client) -> Admitted:
        offered = self.directory.served_by("generate") or list(self.directory.models.values())
        default = offered[0].name if len(offered) == 1 else ""
        admitted = admit_generate(body, self._bounds, self._salt(client), default)
        if not admitted.model:
            raise ModelNotFound("several models are served here; say which in `model`", param="model")
        return admitted

    def _salt(self, client: Client) -> str:
        return salt_of(client.name) if self.settings.cache_salt else ""

    # Life

    def _export(self, now: float) -> None:
        """Every model's metrics exist from the moment it is known: scalers read them while there is no pod.

        One that is served no longer keeps its counters and has no ready replica.
        """
        models = self.directory.models
        for name in self._exported - models.keys():
            self.metrics.of(name).ready_replicas.set(0)
        for model in models.values():
            self.metrics.of(model.name).ready_replicas.set(model.ready(now))
        self._exported = frozenset(models)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Gateway"]:
        """Discover replicas and keep time until the block ends."""
        loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self.directory.close)
            self.relay.tracer = await stack.enter_async_context(tracing(self.settings.otlp_endpoint))
            self.sweep.every_round(self.authenticator.reload)
            await stack.enter_async_context(discovery(self.settings, self.directory, self.sweep))
            self._export(loop.time())
            self.sweep.every_round(self._export)
            await stack.enter_async_context(self.sweep.running())
            yield self

    def cut(self, error: GatewayError) -> None:
        """End every open answer with this error."""
        self.relay.cut_all(error)


def budget(settings: GatewaySettings) -> Budget:
    """What a client may use in one of the processes: its share of what it may use in all."""
    share = settings.workers
    return Budget(
        requests_per_second=settings.requests_per_minute / SECONDS_PER_MINUTE / share,
        request_burst=max(1.0, settings.request_burst / share),
        tokens_per_second=settings.tokens_per_minute / SECONDS_PER_MINUTE / share,
        token_burst=max(1.0, settings.token_burst / share),
        max_streams=max(1, settings.max_streams_per_client // share),
    )
