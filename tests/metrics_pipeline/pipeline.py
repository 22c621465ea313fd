"""A real OpenTelemetry collector and a real Prometheus on rendered configuration.

model servers ── scrape ──▶ collector ── remote write ──▶ Prometheus ◀── scrape ── gateway

What is different from a cluster: a list of addresses in place of Kubernetes' discovery, with the labels that discovery
would give each (every rendered rule runs on them), and loopback ports.
"""

import contextlib
import json
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conftest import RenderedSet
from local_run import LocalRun, until

START_SECONDS = 60
END_SECONDS = 20
NAMESPACE = "headway-inference"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass(frozen=True)
class Prometheus:
    """The real one."""

    url: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """An instant query: labels and value of each element. Fails on a query that it refuses."""
        asked = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(asked, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found

    def value(self, query: str) -> float | None:
        """The one element; None where the answer is empty, as KEDA sees it."""
        found = self.ask(query)
        assert len(found) <= 1, f"{query} has {len(found)} elements, a scaler takes one"
        return float(found[0]["value"][1]) if found else None


@dataclass(frozen=True)
class Pipeline:
    """Both programs, running."""

    prometheus: Prometheus
    collector: subprocess.Popen[bytes]
    log: Path
    targets: tuple[str, ...]
    """Addresses of the model servers that it scrapes."""


def engines(run: LocalRun) -> dict[str, list[str]]:
    """Addresses of ready model servers by deployment, as the gateway is told them."""
    entries = json.loads((run.folder / "upstreams" / "upstreams.json").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for entry in entries:
        if "url" in entry:
            found.setdefault(entry["models"][0], []).append(entry["url"].removeprefix("http://"))
    return found


def rendered_config(rendered: RenderedSet) -> dict[str, Any]:
    """The collector's configuration as it stands in its ConfigMap."""
    text = rendered.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"]
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def config_here(rendered: RenderedSet, run: LocalRun, remote_write: str) -> dict[str, Any]:
    """The same configuration with this machine's addresses."""
    config = rendered_config(rendered)
    scrape = config["receivers"]["prometheus"]["config"]["scrape_configs"][0]
    del scrape["kubernetes_sd_configs"]
    scrape["static_configs"] = [
        {"targets": [address], "labels": _discovered(f"{model}-{number}", component)}
        for component in ("model-server", "something-else")
        for model, addresses in engines(run).items()
        for number, address in enumerate(addresses)
    ]
    config["exporters"]["prometheusremotewrite"]["endpoint"] = remote_write
    config["extensions"]["health_check"]["endpoint"] = f"127.0.0.1:{free_port()}"
    own = config["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]
    own |= {"host": "127.0.0.1", "port": free_port()}
    return config


def targets_of(config: dict[str, Any]) -> list[str]:
    """Addresses of what the rendered rules keep."""
    listed = config["receivers"]["prometheus"]["config"]["scrape_configs"][0]["static_configs"]
    return [
        group["targets"][0]
        for group in listed
        if group["labels"]["__meta_kubernetes_pod_label_app_kubernetes_io_component"] == "model-server"
    ]


def _discovered(pod: str, component: str) -> dict[str, str]:
    """Labels that discovery gives a pod's port."""
    return {
        "__meta_kubernetes_namespace": NAMESPACE,
        "__meta_kubernetes_pod_name": pod,
        "__meta_kubernetes_pod_label_app_kubernetes_io_component": component,
        "__meta_kubernetes_pod_container_port_name": "http",
    }


@contextlib.contextmanager
def prometheus_for(rendered: RenderedSet, run: LocalRun, folder: Path) -> Iterator[Prometheus]:
    """Prometheus with the rendered alerts, scraping the gateway as the rendered monitor says."""
    [endpoint] = rendered.one("ServiceMonitor", "gateway")["spec"]["endpoints"]
    rules = folder / "rules.yaml"
    [alerts] = rendered.of_kind("PrometheusRule")
    rules.write_text(yaml.safe_dump({"groups": alerts["spec"]["groups"]}), encoding="utf-8")
    admin = run.reach["gateway_admin"].removeprefix("http://")
    scrape = {
        "job_name": "gateway",
        "scrape_interval": endpoint["interval"],
        "scrape_timeout": endpoint["scrapeTimeout"],
        "metrics_path": endpoint["path"],
        "static_configs": [{"targets": [admin], "labels": {"namespace": "headway-gateway", "pod": "gateway-0"}}],
    }
    config = folder / "prometheus.yaml"
    config.write_text(yaml.safe_dump({"rule_files": [str(rules)], "scrape_configs": [scrape]}), encoding="utf-8")
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    ]
    started = Prometheus(f"http://127.0.0.1:{port}")
    with _process(command, folder / "prometheus.log"):
        until(lambda: _answers(f"{started.url}/-/ready"), "Prometheus", START_SECONDS)
        yield started


@contextlib.contextmanager
def collector_for(
    rendered: RenderedSet, run: LocalRun, prometheus: Prometheus, program: Path, folder: Path
) -> Iterator[Pipeline]:
    """The collector on the rendered configuration, writing to that Prometheus."""
    config, log = folder / "collector.yaml", folder / "collector.log"
    here = config_here(rendered, run, f"{prometheus.url}/api/v1/write")
    config.write_text(yaml.safe_dump(here), encoding="utf-8")
    with _process([str(program), f"--config={config}"], log) as process:
        whole = Pipeline(prometheus, process, log, tuple(targets_of(here)))
        until(lambda: prometheus.ask('{__name__=~"vllm:.+"}'), f"a series of an engine; see {log}", START_SECONDS)
        yield whole


@contextlib.contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
