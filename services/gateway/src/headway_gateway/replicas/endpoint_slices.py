"""Replicas from the cluster: the ready endpoints of each model's Service, kept current by a watch.

The file names Services (`http://NAME.NAMESPACE.svc:PORT`); their EndpointSlices say which pods are ready, minutes
before DNS would and without a proxy in between that balances connections instead of requests. An endpoint counts
while it is `ready`, which Kubernetes withdraws as soon as its pod is told to stop.

While the API server cannot be reached the last known replicas stay: pods outlive their control plane.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from kubernetes_asyncio import client, config, watch
from kubernetes_asyncio.client.exceptions import ApiException

from headway_gateway.replicas.directory import Directory, Found
from headway_gateway.replicas.upstreams_file import BadUpstreams, Upstream
from headway_gateway.upstream.address import Address

log = structlog.get_logger()
SERVICE_LABEL = "kubernetes.io/service-name"
WATCH_SECONDS = 300
"""How long one watch lasts before it is asked for again with a fresh list."""
SILENT_SECONDS = 15
"""How much longer the API server may take to end it; then the connection is taken for dead."""
SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A Service."""

    name: str
    namespace: str

    @classmethod
    def of(cls, address: Address) -> "ServiceName":
        """The Service that an address names. Raises `BadUpstreams` for another host."""
        parts = address.host.split(".")
        if len(parts) < 3 or parts[2] != "svc":
            raise BadUpstreams(f"{address.host} is not a Service; write http://NAME.NAMESPACE.svc:PORT")
        return cls(parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class ReadyPods:
    """One EndpointSlice: the addresses of ready pods and the ports they answer at, by name."""

    service: ServiceName
    hosts: tuple[str, ...]
    ports: tuple[int, ...]


def ready_pods(slice_: Mapping[str, Any]) -> ReadyPods:
    """Read an EndpointSlice as JSON; endpoints without a condition count as ready, as Kubernetes says."""
    meta = slice_["metadata"]
    hosts = [
        endpoint["addresses"][0]
        for endpoint in slice_.get("endpoints") or ()
        if endpoint.get("addresses") and (endpoint.get("conditions") or {}).get("ready") is not False
    ]
    ports = [port["port"] for port in slice_.get("ports") or () if port.get("port")]
    service = ServiceName((meta.get("labels") or {}).get(SERVICE_LABEL, ""), meta["namespace"])
    return ReadyPods(service, tuple(hosts), tuple(ports))


class EndpointSlices:
    """Watches the EndpointSlices of the namespaces that the upstreams file names."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._entries: Sequence[Upstream] = ()
        self._slices: dict[tuple[str, str], ReadyPods] = {}
        self._listed: set[str] = set()
        self._namespaces: frozenset[str] = frozenset()
        self._api: client.ApiClient | None = None
        self._watches: dict[str, asyncio.Task[None]] = {}

    def services(self, entries: Sequence[Upstream]) -> None:
        """Take over what the file names. Raises `BadUpstreams`."""
        addresses = [Address.parse(entry.url) for entry in entries if entry.url is not None]
        self._namespaces = frozenset(ServiceName.of(address).namespace for address in addresses)
        self._entries = entries
        self._watch_namespaces()
        self._publish()

    def _publish(self) -> None:
        """Tell the directory, first when every namespace has been listed; one named later must not stop the others."""
        if not self._directory.known and not self._namespaces <= self._listed:
            return
        found: dict[str, Found] = {}
        for entry in self._entries:
            pods = self._pods(Address.parse(entry.url)) if entry.url is not None else ()
            for model in entry.models:
                known = found.get(model)
                addresses = tuple(dict.fromkeys((*known.addresses, *pods))) if known else pods
                found[model] = Found(model, entry.contract, addresses, entry.context_tokens)
        self._directory.replace(found.values())

    def _pods(self, service: Address) -> tuple[Address, ...]:
        """Every ready pod's address; a slice's only port is the target port, whatever the Service's is."""
        name = ServiceName.of(service)
        pods = {
            service.at(host, slice_.ports[0])
            for slice_ in self._slices.values()
            if slice_.service == name and slice_.ports
            for host in slice_.hosts
        }
        return tuple(sorted(pods, key=str))

    # The watch

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch while the block runs."""
        if not await _configured():
            raise BadUpstreams("discovery is endpointslices and there is neither a cluster around nor a kubeconfig")
        async with client.ApiClient() as api:
            self._api = api
            self._watch_namespaces()
            try:
                yield
            finally:
                self._api = None
                tasks = list(self._watches.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _watch_namespaces(self) -> None:
        """Begin watches of namespaces that the file names now, end those of namespaces that it no longer names."""
        if self._api is None:
            return
        for namespace in self._watches.keys() - self._namespaces:
            self._watches.pop(namespace).cancel()
            self._forget(namespace)
            self._listed.discard(namespace)
        for namespace in sorted(self._namespaces - self._watches.keys()):
            self._watches[namespace] = asyncio.create_task(self._follow(self._api, namespace))

    def _forget(self, namespace: str) -> None:
        for key in [key for key in self._slices if key[0] == namespace]:
            del self._slices[key]

    async def _follow(self, api: client.ApiClient, namespace: str) -> None:
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            try:
                await self._list_and_watch(api, namespace)
                pause = SHORTEST_PAUSE_SECONDS
            except Exception as error:
                # Whatever a watch breaks with (the API server, the network, the client library), it begins again:
                # a gateway that stopped watching would send requests to pods that are long gone.
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                status = error.status if isinstance(error, ApiException) else None
                log.warning("endpoints_not_watched", namespace=namespace, fault=type(error).__name__, status=status)
            await asyncio.sleep(pause)

    async def _list_and_watch(self, api: client.ApiClient, namespace: str) -> None:
        slices = client.DiscoveryV1Api(api)
        listed = await slices.list_namespaced_endpoint_slice(namespace, _request_timeout=10)
        plain = api.sanitize_for_serialization(listed)
        self._forget(namespace)
        for item in plain.get("items") or ():
            self._slices[namespace, item["metadata"]["name"]] = ready_pods(item)
        self._listed.add(namespace)
        self._publish()
        async with watch.Watch("object") as watcher:  # plain JSON: nothing here needs the library's models
            async for event in watcher.stream(
                slices.list_namespaced_endpoint_slice,
                namespace,
                resource_version=plain["metadata"]["resourceVersion"],
                timeout_seconds=WATCH_SECONDS,
                _request_timeout=WATCH_SECONDS + SILENT_SECONDS,
            ):
                self._take(namespace, event["type"], event["raw_object"])

    def _take(self, namespace: str, kind: str, item: Mapping[str, Any]) -> None:
        if kind == "BOOKMARK":
            return
        key = namespace, item["metadata"]["name"]
        if kind == "DELETED":
            self._slices.pop(key, None)
        else:
            self._slices[key] = ready_pods(item)
        self._publish()


async def _configured() -> bool:
    """Find the API server: inside a cluster, else by kubeconfig."""
    try:
        config.load_incluster_config()  # type: ignore[no-untyped-call]
    except config.ConfigException:
        try:
            await config.load_kube_config()
        except (config.ConfigException, OSError):
            return False
    return True
