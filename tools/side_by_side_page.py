"""The page of `make side-by-side`."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

NOTE = "<!-- made by `make side-by-side`; do not edit -->\n"


@dataclass(frozen=True)
class Row:
    """One line of a table: its cells, and what is compared."""

    table: str
    group: str
    cells: tuple[str, ...]
    ratio: float | None = None
    """Headway over the peer."""
    misses: tuple[float, float] | None = None
    """Headway and the peer over what was measured."""


EXPLANATIONS = (
    "- **What is added up.** aiconfigurator sums kernels measured one by one; Headway's constants are fitted on"
    " whole steps of a running vLLM, about 20 µs of scheduling and sampling a sequence among them. So Headway is"
    " slower at 128 sequences, and nearer to measured steps. Rows of `measurements.csv` that come from"
    " aiconfigurator itself are left out there. The one row for H100 would read the weights at 0.9 of the peak"
    " bandwidth; its source does not state the context.",
    "- **Mixtures and latent attention at few sequences.** In aiconfigurator's tables DeepSeek-R1 spends about 0.11 ms on"
    " attention and 0.12 ms on experts in each of 61 layers even for one sequence. Headway takes 0.1 ms a layer for MLA,"
    " after that figure, and 30 µs a layer for experts, fitted on measured runs of Qwen3-30B-A3B.",
    "- **Prompts with FP8.** aiconfigurator's FP8 matrix kernels reach about 0.55 of the peak, and Headway takes that"
    " figure: no measured row has FP8. At 16 bit Headway's 0.62 is fitted on measured runs; theirs differs by kernel.",
    "- **Four GPUs over PCIe.** aiconfigurator's all-reduce on L40S moves 18.7 GB/s between two GPUs and 3.8 GB/s among"
    " four. Headway takes 19.8, fitted on pairs, and 7.7 among more, between the two: no measured row has four.",
    "- **Prompts of very small models.** Attention and launches in each layer outweigh the matrices; Headway"
    " has no time a layer for dense models.",
    "- **Memory.** Weights differ by Headway's 2 % slack. vramcalc keeps the logits of every prompt token, as"
    " transformers does; vLLM keeps those of the last one, so Headway plans less for large vocabularies, and more"
    " for CUDA graphs.",
    "- **Choice of a machine.** llm-sizer takes the KV cache from the hidden size as if every head had its own"
    " keys and values: 4 to 8 times too much for these models. It counts memory by the label and knows no g7e"
    " machines.",
)


def write(rows: Sequence[Row], versions: Mapping[str, str], today: str) -> str:
    """The page, ending in a new line."""
    return "\n".join(_lines(rows, versions, today)) + "\n"


def _lines(rows: Sequence[Row], versions: Mapping[str, str], today: str) -> Iterator[str]:
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    yield from ("# Side by side with public tools", "", NOTE)
    yield from (f"Made on {today} with {named} (PyPI), offline. Ratios are Headway over the other tool.", "")
    yield from ("## What the differences are", "", *EXPLANATIONS, "")
    for table, (title, text, head) in TABLES.items():
        mine = [row for row in rows if row.table == table]
        yield from (f"## {title}", "", text, "")
        yield from _summary(mine)
        yield from (f"| {' | '.join(head)} |", "|" + "---|" * len(head))
        yield from (f"| {' | '.join(row.cells)} |" for row in mine)
        yield ""


def _summary(rows: Iterable[Row]) -> Iterator[str]:
    rows = list(rows)
    for gpu in dict.fromkeys(row.group for row in rows if row.group):
        ratios = [row.ratio for row in rows if row.group == gpu and row.ratio]
        if ratios:
            yield f"- {gpu}: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
        misses = [row.misses for row in rows if row.group == gpu and row.misses]
        if misses:
            ours, theirs = (statistics.median(abs(pair[side] - 1) for pair in misses) for side in (0, 1))
            yield f"- {gpu}: median error of Headway {ours:.0%}, of aiconfigurator {theirs:.0%}, rows: {len(misses)}"
    if any(row.group for row in rows):
        yield ""


TABLES = {
    "measured": (
        "Which is nearer to measured steps",
        "Milliseconds. Rows of `recipes/data/measurements.csv` for models and GPUs that both know. Headway's constants are"
        " fitted without any row of the same group.",
        (
            "model",
            "GPU",
            "sequences",
            "context",
            "measured",
            "Headway",
            "aiconfigurator",
            "error",
            "its error",
            "nearer",
        ),
    ),
    "step": (
        "Decode steps",
        "Milliseconds of one decode step; every sequence holds 1,024 tokens. aiconfigurator: `static_gen`, vLLM tables.",
        ("model", "GPU", "sequences", "Headway", "aiconfigurator", "ratio"),
    ),
    "prompt": (
        "A prompt alone",
        "Milliseconds of the step that reads one prompt. aiconfigurator: `static_ctx`. Headway's time to first token adds"
        " HTTP, tokenizer and scheduler (12 ms, fitted), left out here.",
        ("model", "GPU", "prompt tokens", "Headway", "aiconfigurator", "ratio"),
    ),
    "stream": (
        "Throughput of a full batch",
        "Output tokens a second with so many requests of 512 tokens in and 256 out always"
        " running. aiconfigurator: `agg` (continuous batching).",
        ("model", "GPU", "sequences", "Headway", "aiconfigurator", "ratio"),
    ),
    "spent": (
        "Where the time goes",
        "Milliseconds of single steps in the tables above, and aiconfigurator's largest parts of them.",
        ("model", "GPU", "step", "Headway", "aiconfigurator", "largest parts"),
    ),
    "memory": (
        "Memory",
        "GiB on one GPU for 4 sequences of 4,096 tokens at 16 bit: Headway, vramcalc.",
        ("model", "weights", "KV cache", "activations and runtime", "sum", "ratio of sums"),
    ),
    "machine": (
        "Choice of a machine",
        "The cheapest EC2 machine on demand for 16 sequences of 8,192 tokens at 16 bit in us-east-1:"
        " Headway, llm-sizer. Sizes in GiB, prices in $/h.",
        ("model", "weights", "KV cache", "Headway", "llm-sizer"),
    ),
}
