"""Measured serving speeds, each with its source: what the predictor is fitted on and judged by.

A row is refused, with all that is wrong with the file in one exception (`CatalogFault`), when a cell is missing, out of
range, or names a model or GPU nobody knows.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from headway.catalog import Catalog, CatalogFault, load_catalog
from headway.catalog.sheet import Sheet, read_sheet
from headway.domain.accelerator import Accelerator
from headway.domain.fault import Fault, did_you_mean
from headway.domain.model_card import Precision
from headway.domain.noun import Noun, Tokens

FILE = "measurements.csv"

Kind = Literal[
    "decode_step",
    "mixed_step",
    "tpot_p50",
    "wave_ttft_p50",
    "throughput",
    "open_ttft_p50",
    "open_ttft_p95",
    "run_ttft_mean",
    "run_ttft_p50",
    "run_ttft_p95",
    "run_tpot_mean",
    "run_tpot_p50",
    "run_tpot_p95",
]
"""What was measured. `step`: one iteration; `wave`: requests sent together by closed-loop clients; `open`: a window of an
open-loop run, at the batch it had; `run`: a whole open-loop run of `requests` requests, start and drain included."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "decode_step": ("batch", "context_tokens"),
    "mixed_step": ("batch", "context_tokens", "prompt_tokens"),
    "tpot_p50": ("batch", "context_tokens", "prompt_tokens", "output_tokens"),
    "wave_ttft_p50": ("batch", "prompt_tokens"),
    "throughput": ("batch", "context_tokens", "prompt_tokens", "output_tokens"),
    "open": ("batch", "context_tokens", "prompt_tokens", "requests_per_second"),
    "run": ("prompt_tokens", "output_tokens", "requests_per_second", "requests", "concurrency_limit", "kv_tokens"),
}
"""Columns a kind, or the first word of it, cannot do without."""

EXTRA_ACCELERATORS: Mapping[str, Accelerator] = {
    "rtx-4090": Accelerator(
        key="rtx-4090",
        name="NVIDIA GeForce RTX 4090",
        vendor="nvidia",
        architecture="Ada",
        target="8.9",
        marketed_gb=24,
        memory_bandwidth_gb_per_second=1008,
        fp16_tflops=165.2,
        fp8_tflops=330.3,
        bf16=True,
        link="PCIe",
        notes="not on EC2, so not in the catalog; peak is dense with FP32 accumulation at 2,520 MHz, cards boost above it",
        source="waredb.com/processor/nvidia-geforce-rtx-4090; bandwidth as performance-facts.md (2026-11-20)",
        as_of="2026-11-21",
    )
}
"""Parts that were measured and that no cloud machine of the catalog carries."""


class Measurement(Noun):
    """One measured figure and the conditions it was measured under; an empty condition does not apply."""

    key: str
    """Name of the row."""
    kind: Kind
    """What was measured."""
    gpu: str
    """Key of the accelerator."""
    model: str
    """Model card."""
    precision: Precision
    """Format of the weights."""
    tensor_parallel: Annotated[int, Field(ge=1)]
    """GPUs that share each layer."""
    expert_parallel: Annotated[int, Field(ge=1)]
    """Data-parallel engines that share the experts; load and batch are those of one."""
    batch: Annotated[float, Field(ge=0)] | None = None
    """Sequences decoding, or clients in a closed loop."""
    context_tokens: Tokens | None = None
    """Mean length of the decoding sequences."""
    prompt_tokens: Tokens | None = None
    """Mean prompt, or prompt tokens in the step."""
    output_tokens: Tokens | None = None
    """Mean answer."""
    requests_per_second: Annotated[float, Field(gt=0)] | None = None
    """Arrivals at one engine."""
    requests: Annotated[int, Field(ge=1)] | None = None
    """Requests of the run at one engine."""
    concurrency_limit: Annotated[int, Field(ge=1)] | None = None
    """`max_num_seqs`."""
    kv_tokens: Tokens | None = None
    """Tokens the KV cache holds."""
    measured: Annotated[float, Field(gt=0)]
    """The figure: tokens/s for `throughput`, seconds for every other kind."""
    fitted: bool
    """Whether the constants are fitted on it; the others only judge."""
    engine: str
    """Engine and version, as far as the source says."""
    note: str = ""
    """What a reader of the figure must know."""
    source: str = Field(min_length=1)
    """Where the figure was read, and how it was derived."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the source."""

    @property
    def group(self) -> str:
        """GPU and model: rows that share them are left out together."""
        return f"{self.gpu} {self.model.rsplit('/', 1)[-1]}"

    @property
    def is_ttft(self) -> bool:
        """Whether this is a time to first token, a step that is mostly prompt included."""
        return "ttft" in self.kind or self.kind == "mixed_step"


def load_measurements(directory: Traversable | Path | None = None) -> tuple[Measurement, ...]:
    """The rows of `directory`, or the packaged ones, which are read once. Raises `CatalogFault`."""
    return _packaged() if directory is None else _load(directory)


def accelerator_of(row: Measurement, catalog: Catalog) -> Accelerator:
    """The part a row was measured on."""
    return EXTRA_ACCELERATORS.get(row.gpu) or catalog.accelerators[row.gpu]


@cache
def _packaged() -> tuple[Measurement, ...]:
    return _load(files("headway.recipes") / "data")


def _load(directory: Traversable) -> tuple[Measurement, ...]:
    sheet = read_sheet(directory, FILE, Measurement, ("key",))
    faults = (*sheet.faults, *_condition_faults(sheet), *_reference_faults(sheet, load_catalog()))
    if faults:
        raise CatalogFault(sorted(faults, key=lambda fault: fault.line))
    return sheet.nouns


def _condition_faults(sheet: Sheet[Measurement]) -> Iterator[Fault]:
    for line, row in sheet.lines:
        for column in NEEDS.get(row.kind) or NEEDS[row.kind.partition("_")[0]]:
            if getattr(row, column) is None:
                yield Fault(sheet.file, line, column, "is empty", f"a row of kind {row.kind} needs it")


def _reference_faults(sheet: Sheet[Measurement], catalog: Catalog) -> Iterator[Fault]:
    gpus = (*catalog.accelerators, *EXTRA_ACCELERATORS)
    for line, row in sheet.lines:
        if row.gpu not in gpus:
            yield Fault(sheet.file, line, "gpu", f"{row.gpu!r} is not known", did_you_mean(row.gpu, gpus))
        if row.model not in catalog.models:
            wrong = f"{row.model!r} is not in the catalog"
            yield Fault(sheet.file, line, "model", wrong, did_you_mean(row.model, catalog.models))
