"""Several processes behind one port: their metrics and readiness are one, and they end together."""

from pathlib import Path

import openai
import psutil
import pytest

from api.backend import Backend
from api.endpoint_slice_server import Slice, running_api_server
from api.process import KEY, GatewayProcess, readable, running_gateway, wait_for


def test_two_workers_serve_one_port_count_together_and_end_with_their_parent(backend: Backend, tmp_path: Path) -> None:
    with running_gateway(tmp_path, backend.port, workers=2) as gateway:
        assert readable(gateway.admin + "/readyz") == 200
        workers = workers_of(gateway)
        assert len(workers) == 2
        used = set()
        for _ in range(24):
            with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY, max_retries=0) as client:
                client.completions.create(model="tiny", prompt="say 2")
                used |= {worker.pid for worker in workers if serves(worker, gateway.port)}
        assert gateway.metrics("headway_gateway_requests_total")['model="tiny",status="200"'] == 24
        assert gateway.metrics("headway_gateway_tokens_total")['kind="completion",model="tiny"'] == 48
        assert used == {worker.pid for worker in workers}, "the kernel spreads connections"
        assert gateway.stop() == 0
        assert not [worker for worker in workers if worker.is_running()]


def test_workers_are_ready_once_each_has_listed_the_pods_and_ask_for_patience_until_then(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_api_server() as api:
        api.answers_lists = False
        api.slices["models", "tiny-a"] = pods_of("tiny", "127.0.0.1", backend.port)
        monkeypatch.setenv("KUBECONFIG", str(api.kubeconfig(tmp_path)))
        url = "http://tiny.models.svc"
        with running_gateway(tmp_path, url, workers=2, discovery="endpointslices") as gateway:
            wait_for(lambda: len(api.lists) >= 2, gateway.process)
            assert readable(gateway.admin + "/readyz") == 503
            with pytest.raises(openai.InternalServerError) as refused:
                say(gateway)
            assert (refused.value.status_code, refused.value.code) == (503, "unavailable")
            assert int(refused.value.response.headers["retry-after"]) >= 1
            api.answers_lists = True
            wait_for(lambda: readable(gateway.admin + "/readyz") == 200, gateway.process)
            assert [say(gateway) for _ in range(8)] == ["w0 "] * 8


def test_a_worker_that_drains_makes_the_whole_unready(backend: Backend, tmp_path: Path) -> None:
    with running_gateway(tmp_path, backend.port, workers=2) as gateway:
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY, max_retries=0) as client:
            stream = client.completions.create(model="tiny", prompt="wait", stream=True)
            next(stream)
            [holder] = [worker for worker in workers_of(gateway) if serves(worker, gateway.port)]
            holder.terminate()
            wait_for(lambda: readable(gateway.admin + "/readyz") == 503, gateway.process)
            assert holder.is_running()
            stream.close()
        wait_for(lambda: not holder.is_running(), gateway.process)
        wait_for(lambda: readable(gateway.admin + "/readyz") == 200, gateway.process)


def say(gateway: GatewayProcess) -> str:
    """One word, over a connection of its own."""
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY, max_retries=0) as client:
        return client.completions.create(model="tiny", prompt="say 1").choices[0].text


def pods_of(service: str, host: str, port: int) -> Slice:
    """An EndpointSlice with one ready pod."""
    return {
        "metadata": {
            "name": f"{service}-a",
            "namespace": "models",
            "labels": {"kubernetes.io/service-name": service},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [host], "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": port, "protocol": "TCP"}],
    }


def workers_of(gateway: GatewayProcess) -> list[psutil.Process]:
    return [child for child in psutil.Process(gateway.process.pid).children() if "worker" in str(child.cmdline())]


def serves(worker: psutil.Process, port: int) -> bool:
    """Whether a client is connected to it."""
    return any(
        each.status == psutil.CONN_ESTABLISHED and each.laddr and each.laddr.port == port
        for each in worker.net_connections("tcp")
    )
