"""Several processes behind one port: their metrics are one, and they end together."""

from pathlib import Path

import openai
import psutil

from api.backend import Backend
from api.process import KEY, readable, running_gateway


def test_two_workers_serve_one_port_count_together_and_end_with_their_parent(backend: Backend, tmp_path: Path) -> None:
    with running_gateway(tmp_path, backend.port, workers=2) as gateway:
        assert readable(gateway.admin + "/readyz") == 200
        workers = [
            child for child in psutil.Process(gateway.process.pid).children() if "worker" in str(child.cmdline())
        ]
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


def serves(worker: psutil.Process, port: int) -> bool:
    """Whether a client is connected to it."""
    return any(
        each.status == psutil.CONN_ESTABLISHED and each.laddr and each.laddr.port == port
        for each in worker.net_connections("tcp")
    )
