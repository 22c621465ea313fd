"""What the container needs beside its GPUs: memory of the host, shared memory, CPU.

Weights do not go from S3 straight to the GPU: the Run:ai streamer passes them through a CPU buffer, 40 GB unless it is
limited (trap C4). Every GPU's process has a buffer of its own (run-ai/runai-model-streamer issue 84). The buffers,
`/dev/shm` and the processes all count against the container's limit.
"""

import math
from dataclasses import dataclass

from headway.domain.cluster import DaemonSetReserve
from headway.domain.model_card import ModelCard, Precision
from headway.domain.noun import GIB
from headway.recipes.machine import Machine

CPU_BASE = 4_000
CPU_PER_GPU = 4_000
"""Millicores above which more are not asked for, so that a large machine keeps room for its agents. Estimate."""
STREAM_BUFFER_GIB = 4.0
"""Most that the streamer may buffer; enough for hundreds of its 8 MiB chunks in flight."""
ENGINE_PROCESS_GIB = 4.0
"""API server and engine core. Estimate: 2.9 GB were resident on CPU with a tiny model (vLLM 0.32), plus CUDA."""
WORKER_PROCESS_GIB = 1.5
"""Each further GPU's worker process. Estimate."""
SHARED_MEMORY_GIB = 1.0
"""`/dev/shm` for one GPU; each further GPU of the pod adds as much for the workers' broadcasts. Estimate."""


@dataclass(frozen=True)
class HostPlan:
    """Requests of one model-server pod."""

    cpu_millicores: int
    memory_mib: int
    """Request and limit; holds buffer, shared memory and processes."""
    stream_buffer_mib: int
    """Limit of the streamer's CPU buffer in each GPU's process."""
    shared_memory_mib: int
    """Size of `/dev/shm`."""


def plan_host(
    card: ModelCard, precision: Precision, machine: Machine, nodes: int, agents: DaemonSetReserve
) -> HostPlan:
    """The pod that takes one whole machine of `nodes`; CPU is what the machine has left, memory what the engine needs."""
    weights_gib = card.weight_bytes[precision] / GIB / nodes
    buffer_gib = min(STREAM_BUFFER_GIB, weights_gib)  # in each GPU's process: every one streams for itself
    shared_gib = SHARED_MEMORY_GIB * machine.gpu_count
    processes_gib = ENGINE_PROCESS_GIB + WORKER_PROCESS_GIB * (machine.gpu_count - 1)
    return HostPlan(
        cpu_millicores=cpu_request(machine.cpu_millicores - agents.cpu_millicores, machine.gpu_count),
        memory_mib=_round_up(1024 * (buffer_gib * machine.gpu_count + shared_gib + processes_gib), 256),
        stream_buffer_mib=_round_up(1024 * buffer_gib, 256),
        shared_memory_mib=int(1024 * shared_gib),
    )


def cpu_request(room_millicores: int, gpus: int) -> int:
    """What the machine has left, up to what engines use: one core busy a process, the rest for tokenizing and loading."""
    return min(max(0, room_millicores) // 100 * 100, CPU_BASE + CPU_PER_GPU * gpus)


def _round_up(value: float, step: int) -> int:
    return math.ceil(value / step) * step
