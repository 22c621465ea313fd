"""Memory of GPU and host: what the model, its cache and its loader need, against what the pod has."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from headway.domain.instance_type import InstanceType
from headway.domain.noun import GIB
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.model_server import ModelServer, model_servers
from headway.policies.node_pools import node_pools
from headway.policies.quantities import quantity
from headway.policies.requests import asked
from headway.policies.rule import Hit, rule
from headway.policies.served_model import ServedModel, served_model
from headway.recipes.memory_plan import FIXED_OVERHEAD_GIB, UTILIZATION, kv_bytes, kv_shards, plan_memory

STREAMER_BYTES = 40e9
"""CPU buffer of the Run:ai streamer when nothing limits it."""
PROCESS_GIB = 4.0
"""API server and engine core in memory of the host. Estimate."""
_NO_GPU_IMAGES = re.compile(r"cpu|neuron|tpu|hpu|xpu|openvino|gaudi|spyre|arm64|macos")

_GPU_IMAGES = re.compile(r"vllm-openai|model-server-vllm|sglang|rocm/vllm|vllm-rocm")


@dataclass(frozen=True)
class Room:
    """GPU memory that a server has on one machine, in GiB of one GPU."""

    machine: InstanceType
    budget_gib: float
    weights_gib: float
    kv_cache_gib: float
    sequences: int
    """Sequences of the whole context that fit at once."""


def rooms(index: Index, server: ModelServer) -> tuple[ServedModel | None, list[Room]]:
    """The model and its room on every machine the pod may land on; empty where something is not known."""
    model = served_model(server, index.facts.catalog)
    wants = server.pod.requests
    if model is None or server.pod.owner.kind == "LeaderWorkerSet" or server.flags.get("cpu-offload-gb"):
        return model, []
    tensor = server.whole_number("tensor-parallel-size", "tp", "tp-size") or 1
    pipeline = server.whole_number("pipeline-parallel-size", "pp-size") or 1
    if tensor * pipeline > max(wants.gpus, 1):
        return model, []
    machines = index.derive(node_pools).reachable(server.pod)
    return model, [room for m in machines if (room := _room(index, server, model, m, tensor, pipeline))]


def _room(
    index: Index, server: ModelServer, model: ServedModel, machine: InstanceType, tensor: int, pipeline: int
) -> Room | None:
    accelerator = index.facts.catalog.accelerators.get(machine.accelerator or "")
    if accelerator is None or accelerator.usable_gib is None:
        return None
    tokens = model.context_tokens
    plan = plan_memory(model.card, model.precision, accelerator.usable_gib, tensor, pipeline, tokens, tokens)
    stated = _fraction(server.flags.get("gpu-memory-utilization"))
    share = stated if stated is not None else UTILIZATION
    cache = plan.kv_cache_gib + accelerator.usable_gib * (share - UTILIZATION)
    small = 0.5 if (server.flags.get("kv-cache-dtype") or "").startswith("fp8") else 1.0
    one = kv_bytes(model.card, tokens) * small / (kv_shards(model.card, tensor) * pipeline) / GIB
    return Room(machine, accelerator.usable_gib * share, plan.weights_gib, cache, max(0, int(cache / one)))


def _fraction(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value <= 1 else None


@rule(
    "model-exceeds-gpu-memory",
    traps=("H3", "H5", "H13"),
    severity="error",
    proves="The model's weights and one sequence of the whole context fit on every GPU that the pod may land on.",
    needs="A model of the catalog with a known format, and the machines the pod may land on.",
    remedy="use a quantized checkpoint, a larger GPU, more of them, or a smaller --max-model-len",
)
def model_exceeds_gpu_memory(index: Index) -> Iterator[Hit]:
    """The label of a GPU is not what a framework sees: 16 GB are 14.58 GiB, 24 GB are 22.03. Of that the engine takes its
    share, less weights, about 2.3 GiB for context, activations and graphs, and what is left is the KV cache. If one
    sequence of the whole context does not fit, the engine refuses to start; without `--max-model-len` that is the model's
    own context, often 131,072. A pod that fits some machines of its pools and not others gets a warning."""
    for server in index.derive(model_servers):
        model, found = rooms(index, server)
        small = [room for room in found if room.sequences < 1]
        if model is None or not small:
            continue
        worst = min(small, key=lambda room: room.kv_cache_gib)
        what = f"{model.card.id} in {model.precision} takes {worst.weights_gib:.1f} GiB"
        gpu = f"{worst.machine.gpu_name} ({worst.machine.name}) gives {worst.budget_gib:.1f} GiB"
        if worst.kv_cache_gib < 0:
            message = f"{what} and {FIXED_OVERHEAD_GIB:g} around it, {gpu}"
        else:
            stated = "" if model.context_is_stated else " (the model's own, as --max-model-len is not stated)"
            message = f"{what}, {gpu}: no sequence of {model.context_tokens} tokens{stated} fits"
        sure = (len(small) == len(found) and worst.weights_gib + 1 > worst.budget_gib) or not small[0].sequences
        yield Hit(
            server.place(server.model or ""), message, severity=None if sure and len(small) == len(found) else "warning"
        )


@rule(
    "sequences-exceed-kv-cache",
    traps=("H4",),
    severity="note",
    proves="As many sequences of full length as the server admits fit in its KV cache.",
    needs="A model of the catalog with a known format, stated --max-num-seqs and --max-model-len, and the machines.",
    remedy="lower --max-num-seqs to what fits, or accept preemption",
)
def sequences_exceed_kv_cache(index: Index) -> Iterator[Hit]:
    """The engine admits `--max-num-seqs` and preempts what does not fit: answers get slower, nothing fails. Sequences are
    rarely all of full length, so this is a note with both numbers."""
    for server in index.derive(model_servers):
        model, found = rooms(index, server)
        admitted = server.whole_number("max-num-seqs", "max-running-requests")
        fitting = [room for room in found if room.sequences >= 1]
        if model is None or admitted is None or not model.context_is_stated or not fitting:
            continue
        least = min(fitting, key=lambda room: room.sequences)
        if least.sequences < admitted:
            where = f"{least.machine.gpu_name} ({least.machine.name})"
            message = f"admits {admitted} sequences, {least.sequences} of {model.context_tokens} tokens fit on {where}"
            yield Hit(server.place("--max-num-seqs"), message)


@rule(
    "streamer-exceeds-memory",
    traps=("C4",),
    severity="error",
    proves="The weight streamer's CPU buffer fits in the container's memory limit.",
    needs="The server's flags and the container's memory limit.",
    remedy="""--model-loader-extra-config '{"memory_limit":4294967296}'""",
)
def streamer_exceeds_memory(index: Index) -> Iterator[Hit]:
    """Weights do not go from S3 straight to the GPU: they pass a CPU buffer of up to 40 GB, as large as the model where
    nothing limits it. A container with less memory than buffer and processes is killed while it loads. With a model that
    the catalog knows the smaller of model and buffer counts; without it only a buffer that is stated or a limit that could
    hold no model of the size is judged."""
    for server in index.derive(model_servers):
        limit = quantity(server.container, "resources", "limits", "memory")
        if limit is None or not _streams(server):
            continue
        buffer, what = _buffer(index, server)
        need = buffer / GIB + PROCESS_GIB if buffer is not None else None
        if need is not None and need > limit / GIB:
            message = (
                f"{what} and {PROCESS_GIB:g} GiB of processes need {need:.1f} GiB, the limit is {limit / GIB:.1f} GiB"
            )
            yield Hit(server.container.at("resources", "limits", "memory"), message)


def _streams(server: ModelServer) -> bool:
    stated = server.flags.get("load-format")
    return stated == "runai_streamer" or (stated in (None, "auto") and (server.model or "").startswith("s3://"))


def _buffer(index: Index, server: ModelServer) -> tuple[float | None, str]:
    """Bytes of the buffer and how it comes to that; `None` where it cannot be known."""
    stated = _stated_buffer(server)
    model = served_model(server, index.facts.catalog)
    weights = model.card.weight_bytes[model.precision] if model else None
    if stated is not None and stated >= 0:
        size = min(stated, weights) if weights else stated
        return size, f"a streaming buffer of {size / GIB:.1f} GiB"
    if weights:
        size = min(STREAMER_BYTES, weights)
        return size, f"an unlimited streaming buffer ({size / GIB:.1f} GiB for this model)"
    return None, ""


def _stated_buffer(server: ModelServer) -> float | None:
    try:
        config = json.loads(server.flags.get("model-loader-extra-config") or "{}")
    except ValueError:
        config = {}
    stated = config.get("memory_limit") if isinstance(config, dict) else None
    text = server.container.variable("RUNAI_STREAMER_MEMORY_LIMIT")
    if isinstance(stated, int) and not isinstance(stated, bool):
        return float(stated)
    return float(text) if text and re.fullmatch(r"-?\d+", text) else None


@rule(
    "server-without-gpu",
    traps=("N12",),
    severity="error",
    proves="Every CUDA or ROCm model server asks for a whole number of GPUs.",
    needs="The container.",
    remedy='resources.limits: {nvidia.com/gpu: "1"}',
)
def server_without_gpu(index: Index) -> Iterator[Hit]:
    """Without a GPU request the pod lands on any node and the engine fails with "no CUDA devices", or it shares a GPU that
    the scheduler gave to another. A null or fractional value from a template is refused by the API server. Images for CPU,
    Neuron or TPU, plain images without flags for a GPU, a runtime class or a claim (DRA) for the device keep the rule
    silent."""
    for server in index.derive(model_servers):
        container, spec = server.container, server.pod.spec
        other = _NO_GPU_IMAGES.search(container.image.lower()) or server.flags.get("device") == "cpu"
        if other or spec.each("resourceClaims") or spec.text("runtimeClassName") or not _needs_gpu(server):
            continue
        gpus = [
            (key, entry)
            for part in ("limits", "requests")
            for key, entry in container.entries("resources", part)
            if "/" in key and not key.startswith(("hugepages", "vpc.amazonaws.com", "rdma", "ephemeral"))
        ]
        if not gpus:
            yield Hit(container.at("resources"), f"serves with {server.engine} and asks for no GPU")
        for key, entry in gpus:
            text = entry.scalar()
            if text is None or not (re.fullmatch(r"\d+", text) or "$" in text):
                yield Hit(entry, f"asks for {key}: {text or 'null'}, which is no whole number")


def _needs_gpu(server: ModelServer) -> bool:
    """Whether image or flags say that it computes on a GPU; an engine installed into a plain image may not."""
    flagged = {"gpu-memory-utilization", "mem-fraction-static", "tensor-parallel-size"} & server.flags.keys()
    return bool(flagged) or bool(_GPU_IMAGES.search(server.container.image))


@rule(
    "parallel-size-is-not-gpus",
    traps=("N12",),
    severity="error",
    proves="The GPUs a server asks for are as many as it spreads the model over.",
    needs="The server's flags and the container's GPU limit.",
    remedy="make the GPU limit tensor parallel × pipeline parallel size",
)
def parallel_size_is_not_gpus(index: Index) -> Iterator[Hit]:
    """With fewer GPUs than `--tensor-parallel-size` × `--pipeline-parallel-size` the engine does not start; with more, GPUs
    are paid for and idle. Groups of pods (LeaderWorkerSet, Ray) and data parallel servers are not judged."""
    for server in index.derive(model_servers):
        tensor = server.whole_number("tensor-parallel-size", "tp", "tp-size")
        pipeline = server.whole_number("pipeline-parallel-size", "pp-size") or 1
        gpus = int(max(asked(server.container, "nvidia.com/gpu"), asked(server.container, "amd.com/gpu")))
        grouped = server.pod.owner.kind == "LeaderWorkerSet" or any(
            flag in server.flags for flag in ("data-parallel-size", "dp-size", "nnodes", "distributed-executor-backend")
        )
        if not gpus or grouped:
            continue
        size = (tensor or 1) * pipeline
        if size > gpus:
            yield Hit(server.place("--tensor"), f"spreads the model over {size} GPUs and asks for {gpus}")
        elif size < gpus and tensor is not None:
            yield Hit(
                server.place("--tensor"), f"spreads the model over {size} GPUs and asks for {gpus}", severity="warning"
            )


@rule(
    "shared-memory-missing",
    traps=("V10",),
    severity="warning",
    proves="A server on several GPUs has shared memory of its own, inside the memory limit.",
    needs="The server's flags and the pod's volumes.",
    remedy="""mount an emptyDir at /dev/shm:
volumes:
  - name: shm
    emptyDir: {medium: Memory, sizeLimit: 2Gi}
volumeMounts:
  - {name: shm, mountPath: /dev/shm}""",
)
def shared_memory_missing(index: Index) -> Iterator[Hit]:
    """Workers of a tensor parallel server pass messages through /dev/shm; a container has 64 MiB of it and NCCL fails or
    falls back. hostIPC would give more and breaks the baseline profile. An emptyDir in memory counts against the
    container's limit: one larger than the limit is a promise that ends in a kill."""
    for server in index.derive(model_servers):
        size = server.whole_number("tensor-parallel-size", "tp", "tp-size") or 1
        if size > 1 and server.pod.spec.at("hostIPC").value is not True:
            mounts = {m.text("mountPath"): m.text("name") for m in server.container.each("volumeMounts")}
            if "/dev/shm" not in mounts:  # noqa: S108
                yield Hit(server.place("--tensor"), f"runs on {size} GPUs with the container's 64 MiB of /dev/shm")
        yield from _uncounted(server)


def _uncounted(server: ModelServer) -> Iterator[Hit]:
    limit = quantity(server.container, "resources", "limits", "memory")
    mounts = {m.text("name") for m in server.container.each("volumeMounts")}
    for volume in server.pod.spec.each("volumes"):
        size: Field = volume.at("emptyDir", "sizeLimit")
        amount = quantity(volume, "emptyDir", "sizeLimit")
        memory = volume.text("emptyDir", "medium") == "Memory" and volume.text("name") in mounts
        if limit and memory and amount and amount >= limit:
            yield Hit(size, f"may hold {amount / GIB:.1f} GiB of a container's limit of {limit / GIB:.1f} GiB")
