"""Replicas from EndpointSlices, over HTTP that speaks list and watch as the API server does."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from api.endpoint_slice_server import ApiServer
from headway_gateway.replicas import endpoint_slices
from headway_gateway.replicas.directory import Directory
from headway_gateway.replicas.endpoint_slices import EndpointSlices, ServiceName, ready_pods
from headway_gateway.replicas.replica import Replica
from headway_gateway.replicas.upstreams_file import BadUpstreams, Upstream
from headway_gateway.upstream.address import Address

BOUND_SECONDS = 10
Slice = dict[str, Any]


def endpoint(host: str, **conditions: bool) -> dict[str, Any]:
    return {
        "addresses": [host],
        "conditions": {"ready": True, "serving": True, "terminating": False, **conditions},
        "nodeName": "kwok-node-0",
        "targetRef": {"kind": "Pod", "name": "tiny-7c9", "namespace": "models", "uid": "5d7ac1a4"},
        "zone": "eu-central-1a",
    }


def slice_of(*endpoints: dict[str, Any], name: str = "tiny-x2c4v", namespace: str = "models") -> Slice:
    """As a 1.37 API server writes it; a Service without pods has null for both lists."""
    return {
        "metadata": {
            "name": name,
            "generateName": "tiny-",
            "namespace": namespace,
            "uid": "0f2b",
            "resourceVersion": "1042",
            "generation": 3,
            "creationTimestamp": "2026-11-20T09:00:00Z",
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                "kubernetes.io/service-name": name.rsplit("-", 1)[0],
            },
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Service", "name": "tiny", "uid": "1", "controller": True}
            ],
        },
        "addressType": "IPv4",
        "endpoints": list(endpoints) or None,
        "ports": [{"name": "http", "port": 8000, "protocol": "TCP"}] if endpoints else None,
    }


def test_ready_endpoints_count_and_the_rest_do_not() -> None:
    unset = {"addresses": ["10.0.0.4"], "conditions": {}}
    bare = {"addresses": ["10.0.0.5"]}
    pods = ready_pods(slice_of(endpoint("10.0.0.1"), endpoint("10.0.0.2", ready=False, terminating=True), unset, bare))
    assert pods.service == ServiceName("tiny", "models")
    assert (pods.hosts, pods.ports) == (("10.0.0.1", "10.0.0.4", "10.0.0.5"), (8000,))


def test_a_service_without_pods_has_none() -> None:
    assert ready_pods(slice_of()).hosts == ()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://tiny:8000", "http://tiny.models.pod:8000"])
def test_an_address_that_is_no_service_is_refused(url: str) -> None:
    with pytest.raises(BadUpstreams, match="is not a Service"):
        ServiceName.of(Address.parse(url))


TINY = Upstream(models=["tiny"], url="http://tiny.models.svc:80")


class World:
    """An API server, and a gateway's directory that follows it."""

    def __init__(self) -> None:
        self.api = ApiServer()
        self.directory = Directory(lambda where: Replica(where, 1, 3, 5))
        self.slices = EndpointSlices(self.directory)

    def hosts(self, model: str = "tiny") -> list[str]:
        known = self.directory.models.get(model)
        return [str(replica.address) for replica in known.replicas] if known else []

    async def sees(self, *hosts: str, model: str = "tiny") -> None:
        await until(lambda: self.directory.known and self.hosts(model) == list(hosts))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *entries: Upstream) -> AsyncIterator[World]:
    made = World()
    await made.api.start()
    config = made.api.kubeconfig(tmp_path)
    monkeypatch.setattr("kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(config))
    monkeypatch.setattr(endpoint_slices, "SHORTEST_PAUSE_SECONDS", 0.02)
    made.slices.services(entries or [TINY])
    try:
        async with made.slices.watching():
            yield made
    finally:
        await made.api.stop()


@pytest.fixture
def started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., contextlib.AbstractAsyncContextManager[World]]:
    return lambda *entries: world(tmp_path, monkeypatch, *entries)


Started = Callable[..., contextlib.AbstractAsyncContextManager[World]]


@pytest.mark.asyncio
async def test_pods_come_and_go_with_their_readiness(started: Started) -> None:
    async with started() as here:
        await here.sees()
        assert list(here.directory.models) == ["tiny"], "known while there is no pod"
        await until(lambda: here.api.watched == {"models"})
        here.api.put(slice_of())
        here.api.put(slice_of(endpoint("10.0.0.1"), endpoint("10.0.0.2")))
        await here.sees("10.0.0.1:8000", "10.0.0.2:8000")
        here.api.put(slice_of(endpoint("10.0.0.1", ready=False, terminating=True), endpoint("10.0.0.2")))
        await here.sees("10.0.0.2:8000")
        here.api.delete(slice_of())
        await here.sees()


@pytest.mark.asyncio
async def test_what_was_there_before_the_start_is_listed(started: Started) -> None:
    async with started() as here:
        here.api.put(slice_of(endpoint("10.0.0.1")))
        here.api.put(slice_of(endpoint("10.0.0.9"), name="other-a"))
        here.api.put(slice_of(endpoint("10.0.0.2"), name="tiny-b"))
        await here.sees("10.0.0.1:8000", "10.0.0.2:8000")


@pytest.mark.asyncio
async def test_a_watch_that_is_too_old_begins_again_with_a_list(started: Started) -> None:
    async with started() as here:
        here.api.put(slice_of(endpoint("10.0.0.1")))
        await here.sees("10.0.0.1:8000")
        await until(lambda: here.api.watched == {"models"})
        here.api.slices.clear()
        gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}
        here.api.say("models", json.dumps({"type": "ERROR", "object": gone}) + "\n")
        await here.sees()


@pytest.mark.asyncio
@pytest.mark.parametrize("nonsense", ["nonsense\n", '{"type": "ADDED"}\n', '{"type": "ADDED", "object": {}}\n', "[]\n"])
async def test_a_watch_that_says_nonsense_begins_again(started: Started, nonsense: str) -> None:
    async with started() as here:
        await until(lambda: here.api.watched == {"models"})
        here.api.slices["models", "tiny-a"] = slice_of(endpoint("10.0.0.1"))
        here.api.say("models", nonsense)
        await here.sees("10.0.0.1:8000")


@pytest.mark.asyncio
async def test_a_watch_cut_in_the_middle_of_a_chunk_begins_again(started: Started) -> None:
    async with started() as here:
        await until(lambda: here.api.watched == {"models"})
        here.api.slices["models", "tiny-a"] = slice_of(endpoint("10.0.0.1"))
        here.api.cut()
        await here.sees("10.0.0.1:8000")


@pytest.mark.asyncio
async def test_the_last_known_pods_stay_while_the_api_server_is_away(started: Started) -> None:
    async with started() as here:
        here.api.put(slice_of(endpoint("10.0.0.1")))
        await here.sees("10.0.0.1:8000")
        await until(lambda: here.api.watched == {"models"})
        await here.api.stop()
        await until(lambda: not here.api.watched)
        assert here.hosts() == ["10.0.0.1:8000"]
        here.api.slices["models", "tiny-x2c4v"] = slice_of(endpoint("10.0.0.2"))
        await here.api.start()
        await here.sees("10.0.0.2:8000")


@pytest.mark.asyncio
async def test_a_namespace_named_while_running_is_watched_and_one_no_longer_named_is_not(started: Started) -> None:
    far = Upstream(models=["far"], url="http://far.elsewhere.svc")
    async with started() as here:
        here.api.put(slice_of(endpoint("10.0.0.1")))
        await here.sees("10.0.0.1:8000")
        here.slices.services([TINY, far])
        here.api.put(slice_of(endpoint("10.1.0.1"), name="far-a", namespace="elsewhere"))
        await here.sees("10.1.0.1:8000", model="far")
        assert here.hosts() == ["10.0.0.1:8000"]
        await until(lambda: here.api.watched == {"models", "elsewhere"})
        here.slices.services([far])
        await until(lambda: here.api.watched == {"elsewhere"})
        assert list(here.directory.models) == ["far"]


@pytest.mark.asyncio
async def test_a_new_namespace_that_may_not_be_read_does_not_stop_the_others(started: Started) -> None:
    async with started() as here:
        await until(lambda: here.api.watched == {"models"})
        here.api.answers_lists = False
        here.slices.services([TINY, Upstream(models=["far"], url="http://far.forbidden.svc")])
        await until(lambda: "forbidden" in here.api.lists)
        here.api.put(slice_of(endpoint("10.0.0.1")))
        await here.sees("10.0.0.1:8000")


@pytest.mark.asyncio
async def test_nothing_is_known_before_every_namespace_has_been_listed(started: Started) -> None:
    async with started(TINY, Upstream(models=["far"], url="http://far.elsewhere.svc")) as here:
        here.slices.services([TINY])
        assert not here.directory.known
        await here.sees()


@pytest.mark.asyncio
async def test_a_service_named_twice_for_a_model_has_each_pod_once(started: Started) -> None:
    async with started(TINY, TINY) as here:
        here.api.put(slice_of(endpoint("10.0.0.1")))
        await here.sees("10.0.0.1:8000")
