"""How long a model server takes from its container's start to serving, where its model and its machines are known."""

from dataclasses import dataclass

from headway.domain.runtime_image import RuntimeImage
from headway.policies.index import Index
from headway.policies.model_server import ModelServer
from headway.policies.node_pools import node_pools
from headway.policies.served_model import served_model
from headway.recipes.cold_start import ColdStart, PhaseName, predict_cold_start
from headway.recipes.machine import machine_of


@dataclass(frozen=True)
class StartTime:
    """Seconds from container start to serving."""

    model: str
    machine: str
    """Machine of the longer one."""
    least_seconds: float
    """Everything favourable: the fastest machine, full network credit, kernels compiled before."""
    expected_seconds: float
    """The slowest machine, kernels compiled anew."""


def start_time(index: Index, server: ModelServer) -> StartTime | None:
    """The prediction, or `None` where model, format, machine or image is not known, or several machines serve together."""
    model = served_model(server, index.facts.catalog)
    image = _image(index, server)
    machines = index.derive(node_pools).reachable(server.pod)
    if model is None or image is None or not machines or server.pod.owner.kind == "LeaderWorkerSet":
        return None
    weight_bytes = model.card.weight_bytes[model.precision]
    nodes = [machine_of(machine, index.facts.catalog, index.facts.region) for machine in machines]
    cached = [_seconds(server, predict_cold_start(node, image, weight_bytes, True, 0)) for node in nodes]
    anew = [(_seconds(server, predict_cold_start(node, image, weight_bytes, False, 0)), node.name) for node in nodes]
    expected, slowest = max(anew)
    return StartTime(model.card.id, slowest, min(cached), expected)


def _image(index: Index, server: ModelServer) -> RuntimeImage | None:
    vendor = "amd" if server.pod.requests.gpu_resource == "amd.com/gpu" else "nvidia"
    images = index.facts.catalog.images.values()
    return next((i for i in images if i.engine == server.engine and i.vendor == vendor), None)


def _seconds(server: ModelServer, start: ColdStart) -> float:
    """Phases that a probe sees: the image is there when the container starts."""
    compiles = server.engine == "vllm" and "enforce-eager" not in server.flags
    seen: tuple[PhaseName, ...] = ("load", "compile", "ready") if compiles else ("load",)
    return sum(phase.expected_seconds for phase in start.phases if phase.name in seen)
