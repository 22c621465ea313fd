"""The numbers of the latency model: what each is worth, between which bounds, and why.

The fitted ones come from `tools/validate_latency.py` on `data/measurements.csv`; docs/reference/latency-validation.md says
how far the model is off on what it has not seen. Nothing else in this package is tuned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Speed = Literal[
    "bandwidth_16bit",
    "bandwidth_8bit",
    "bandwidth_4bit",
    "bandwidth_kv",
    "compute",
    "compute_8bit",
    "unhidden",
    "base_seconds",
    "sequence_seconds",
    "expert_layer_seconds",
    "latent_layer_seconds",
    "pcie_group_gb_per_second",
    "pcie_gb_per_second",
    "nvlink_share",
    "all_reduce_seconds",
    "hop_gb_per_second",
    "hop_seconds",
    "request_seconds",
]


@dataclass(frozen=True)
class Constant:
    """One number of the model: what it is worth, between which bounds, and why."""

    value: float
    low: float
    high: float
    unit: str
    source: str
    as_of: str
    """Date of the fit or of the source, YYYY-MM-DD."""


def _fitted(value: float, low: float, high: float, unit: str, meaning: str) -> Constant:
    return Constant(
        value, low, high, unit, f"{meaning}; tools/validate_latency.py on data/measurements.csv", "2026-11-21"
    )


def _estimated(value: float, low: float, high: float, unit: str, source: str) -> Constant:
    return Constant(value, low, high, unit, f"estimate, no measured row: {source}", "2026-11-21")


CONSTANTS: Mapping[Speed, Constant] = MappingProxyType(
    {
        "bandwidth_16bit": _fitted(0.8436, 0.73, 0.95, "share of peak", "reading 16-bit weights"),
        "bandwidth_8bit": _estimated(0.75, 0.6, 0.85, "share of peak", "between the fits for 16 and 4 bit"),
        "bandwidth_4bit": _fitted(0.6949, 0.61, 0.82, "share of peak", "reading 4-bit weights"),
        "bandwidth_kv": _fitted(0.9324, 0.7, 1, "share of peak", "reading the KV cache"),
        "compute": _fitted(0.6171, 0.5, 0.9, "share of peak", "matrix arithmetic of prompts"),
        "compute_8bit": _estimated(
            0.55, 0.45, 0.8, "share of peak", "FP8 matrix kernels on H100 and H200 (aiconfigurator 0.12.0)"
        ),
        "unhidden": _fitted(0.3798, 0.28, 0.6, "share", "reading and arithmetic overlap only in part"),
        "base_seconds": _fitted(1.194e-3, 0.00092, 0.0021, "s", "an iteration with CUDA graphs"),
        "sequence_seconds": _fitted(27.51e-6, 1.5e-05, 3.2e-05, "s", "one more sequence in an iteration"),
        "expert_layer_seconds": _fitted(29.5e-6, 10e-6, 60e-6, "s", "routing and launches of one layer with experts"),
        "latent_layer_seconds": _estimated(
            0.1e-3,
            0.05e-3,
            0.2e-3,
            "s",
            "one MLA layer at few sequences takes 0.11 ms (aiconfigurator 0.12.0, DeepSeek, H200)",
        ),
        "pcie_gb_per_second": _fitted(19.78, 13, 24, "GB/s", "all-reduce between two GPUs over PCIe"),
        "pcie_group_gb_per_second": _estimated(
            7.7,
            3.8,
            15.8,
            "GB/s",
            "all-reduce among more than two GPUs over PCIe: between aiconfigurator 0.12.0's 4 x L40S (3.8) and a pair",
        ),
        "nvlink_share": _estimated(0.7, 0.5, 0.9, "share of peak", "NCCL bus bandwidth over link bandwidth"),
        "all_reduce_seconds": _estimated(15e-6, 8e-6, 30e-6, "s", "latency of one small all-reduce"),
        "hop_gb_per_second": _estimated(3, 1, 12, "GB/s", "between pipeline stages, over 25-100 Gbit/s"),
        "request_seconds": _fitted(
            11.37e-3, 0.0078, 0.014, "s", "HTTP, tokenizer and scheduler before a lone first step"
        ),
        "hop_seconds": _estimated(0.5e-3, 0.1e-3, 2e-3, "s", "latency between two pipeline stages"),
    }
)
"""Every number of the model, by name. Nothing else in this package is tuned."""


@dataclass(frozen=True)
class Speeds:
    """The values of `CONSTANTS` as the arithmetic takes them; the fit moves these."""

    bandwidth_16bit: float
    bandwidth_8bit: float
    bandwidth_4bit: float
    bandwidth_kv: float
    compute: float
    compute_8bit: float
    unhidden: float
    base_seconds: float
    sequence_seconds: float
    expert_layer_seconds: float
    latent_layer_seconds: float
    pcie_group_gb_per_second: float
    pcie_gb_per_second: float
    nvlink_share: float
    all_reduce_seconds: float
    hop_gb_per_second: float
    hop_seconds: float
    request_seconds: float


CENTRAL = Speeds(**{name: constant.value for name, constant in CONSTANTS.items()})
"""What is believed; the bounds of the constants are not combined here, `latency` widens its answer instead."""

SUBSTITUTE_FP16_TFLOPS: Mapping[str, Constant] = MappingProxyType(
    {
        "a10g": Constant(
            70,
            70,
            125,
            "TFLOP/s",
            "catalog has none, sources disagree: baseten.co 'A10 vs A10G' (70 dense), NVIDIA's A10 data sheet (125 dense)",
            "2026-11-21",
        ),
    }
)
"""Dense 16-bit peaks of parts whose catalog cell is empty; the lower published figure, so that a promise holds."""
