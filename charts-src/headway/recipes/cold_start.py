"""Cold start by phase: from demand to serving, each phase with where its figure comes from.

    detect → schedule → node → pull → load → compile → ready

`expected` is for a machine with its network credit full; `worst` is what budgets are made from: the baseline network,
and half again on top of figures that rest on one measurement.
"""

from dataclasses import dataclass
from typing import Literal

from headway.domain.noun import GIB
from headway.domain.runtime_image import RuntimeImage
from headway.recipes.machine import Machine

PhaseName = Literal["detect", "schedule", "node", "pull", "load", "compile", "ready"]

HPA_SYNC_SECONDS = 15.0
BREAKDOWN = "measured once on EKS, g-class spot, Mistral-7B AWQ"
NODE_SECONDS = 47.0
UNPACK_BYTES_PER_SECOND = 9.354e9 / 23.2
"""9.35 GB pulled and unpacked in 23.2 s by SOCI parallel pull on Bottlerocket (karpenter-blueprints 529b88c)."""
STREAM_BYTES_PER_SECOND = 15e9 / 8.5
"""15 GB in 8.5 s with 16 streams from S3 (run-ai/runai-model-streamer f73a19a)."""
LOAD_FIXED_SECONDS = 22.8 - 2.4
COMPILE_CACHED_SECONDS = 7.8
COMPILE_SECONDS = 60.0
READY_SECONDS = 1.0 + 16.9
MARGIN = 1.5


@dataclass(frozen=True)
class Phase:
    """One phase of a cold start, in seconds."""

    name: PhaseName
    expected_seconds: float
    worst_seconds: float
    provenance: str


@dataclass(frozen=True)
class ColdStart:
    """The phases in order."""

    phases: tuple[Phase, ...]

    @property
    def expected_seconds(self) -> float:
        """Demand to serving on a good day."""
        return sum(phase.expected_seconds for phase in self.phases)

    @property
    def worst_seconds(self) -> float:
        """Demand to serving on the day budgets are made for."""
        return sum(phase.worst_seconds for phase in self.phases)

    def worst_of(self, *names: PhaseName) -> float:
        """The worst case of some phases."""
        return sum(phase.worst_seconds for phase in self.phases if phase.name in names)


def predict_cold_start(
    machine: Machine,
    image: RuntimeImage,
    weight_bytes: float,
    compile_cache: bool,
    scrape_interval_seconds: int,
) -> ColdStart:
    """Cold start of one pod: `weight_bytes` is what this pod's machine loads."""
    detect = Phase(
        "detect",
        HPA_SYNC_SECONDS / 2 + scrape_interval_seconds / 2,
        HPA_SYNC_SECONDS + scrape_interval_seconds,
        f"HPA sync every {HPA_SYNC_SECONDS:g} s (fixed on EKS) plus a scrape of up to {scrape_interval_seconds} s",
    )
    load = _transfer(
        "load", weight_bytes, STREAM_BYTES_PER_SECOND, machine, LOAD_FIXED_SECONDS,
        f"{weight_bytes / GIB:.1f} GiB by network and streamer, plus {LOAD_FIXED_SECONDS:.1f} s around it ({BREAKDOWN})",
    )  # fmt: skip
    pull = _transfer(
        "pull", image.compressed_gb * 1e9, UNPACK_BYTES_PER_SECOND, machine, 0.0,
        f"{image.compressed_gb:g} GB compressed by network and parallel unpack (403 MB/s measured with SOCI on Bottlerocket)",
    )  # fmt: skip
    return ColdStart(
        (
            detect,
            *_node(machine),
            pull,
            load,
            _compile(compile_cache),
            _single("ready", READY_SECONDS, "CUDA graphs and engine start"),
        )
    )


def _node(machine: Machine) -> tuple[Phase, ...]:
    if not machine.provisioned:
        return (Phase("schedule", 1.0, 2.0, "the scheduler alone: nodes exist already"),)
    return (
        Phase("schedule", 2.0, 11.0, "Karpenter batches pods for 1 s idle, 10 s at most; the scheduler adds 1 s"),
        _single("node", NODE_SECONDS, "EC2 launch to node Ready"),
    )


def _compile(cached: bool) -> Phase:
    """With a cache the worst case is still the miss: it is empty after every change of image, GPU or arguments."""
    worst = COMPILE_SECONDS * MARGIN
    if cached:
        what = f"torch.compile: {COMPILE_CACHED_SECONDS:g} s from the cache, {COMPILE_SECONDS:g} without, {BREAKDOWN}"
        return Phase("compile", COMPILE_CACHED_SECONDS, worst, what)
    return Phase(
        "compile", COMPILE_SECONDS, worst, f"torch.compile without a cache: {COMPILE_SECONDS:g} s, {BREAKDOWN}"
    )


def _single(name: PhaseName, seconds: float, what: str) -> Phase:
    return Phase(name, seconds, seconds * MARGIN, f"{what}: {seconds:g} s, {BREAKDOWN}")


def _transfer(
    name: PhaseName, size_bytes: float, rate: float, machine: Machine, fixed_seconds: float, provenance: str
) -> Phase:
    """A phase that moves bytes: the slower of the network and `rate` (bytes/s) decides."""
    baseline = (machine.network_baseline_gbps or 10.0) * 1e9 / 8
    burst = (machine.network_burst_gbps or machine.network_baseline_gbps or 10.0) * 1e9 / 8
    expected = size_bytes / min(rate, burst) + fixed_seconds
    worst = (size_bytes / min(rate, baseline) + fixed_seconds) * MARGIN
    return Phase(name, expected, worst, provenance)
