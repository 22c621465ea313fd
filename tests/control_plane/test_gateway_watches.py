"""The gateway's watch of EndpointSlices against a real API server."""

import asyncio

import pytest

from control_plane.plane import ControlPlane, Manifest
from headway_gateway.replicas.directory import Directory
from headway_gateway.replicas.endpoint_slices import EndpointSlices
from headway_gateway.replicas.replica import Replica
from headway_gateway.replicas.upstreams_file import Upstream

BOUND_SECONDS = 30
NAMESPACE: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "watched"}}


def endpoint_slice(**ready: bool) -> Manifest:
    """One slice of the Service `tiny`; hosts are the last part of an address."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "tiny-a", "namespace": "watched", "labels": {"kubernetes.io/service-name": "tiny"}},
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8000, "protocol": "TCP"}],
        "endpoints": [
            {"addresses": [f"10.0.0.{host[1:]}"], "conditions": {"ready": state}} for host, state in ready.items()
        ],
    }


@pytest.mark.asyncio
async def test_replicas_follow_the_slices_of_a_real_api_server(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstreams = [Upstream(models=["tiny"], url="http://tiny.watched.svc:80")]
    directory = Directory(lambda address: Replica(address, 1, 3, 5))
    slices = EndpointSlices(directory)
    monkeypatch.setattr("kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(plane.kubeconfig))

    async def sees(*hosts: str) -> None:
        async with asyncio.timeout(BOUND_SECONDS):
            while not directory.known or [each.address.host for each in directory.models["tiny"].replicas] != [*hosts]:
                await asyncio.sleep(0.02)

    await asyncio.to_thread(plane.apply, [NAMESPACE])
    slices.services(upstreams)
    async with slices.watching():
        await sees()
        await asyncio.to_thread(plane.apply, [endpoint_slice(h1=True, h2=True)])
        await sees("10.0.0.1", "10.0.0.2")
        await asyncio.to_thread(plane.apply, [endpoint_slice(h1=False, h2=True)])
        await sees("10.0.0.2")
        await asyncio.to_thread(plane.kubectl, "delete", "endpointslice", "tiny-a", "-n", "watched")
        await sees()
