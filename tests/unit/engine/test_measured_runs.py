"""The engine against runs that were measured on real vLLM 0.19: the same arrivals and lengths in, what clients felt out.

What differs between both is the step-time model's error and the scheduler's; the second is seen apart in how many sequences
ran together. The traces are read from `HEADWAY_TRACES`, or from `shared/traces` beside the repository.
"""

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from headway.catalog import load_catalog
from headway.engine import REQUEST_SECONDS, Engine, Request, Sequence, Served, Step, engine_for
from headway.recipes.measurements import EXTRA_ACCELERATORS

CATALOG = load_catalog()
REPOSITORY = Path(__file__).resolve().parents[3]
Row = dict[str, str]
SETTLED = (40.0, 120.0)
"""Seconds of a run between which its batch is full."""
ON_4090 = Served(
    CATALOG.models["meta-llama/Llama-3.1-8B-Instruct"], "16bit", EXTRA_ACCELERATORS["rtx-4090"], 32_768, 256,
    max_num_batched_tokens=2048, kv_blocks=2588,
)  # fmt: skip
ON_PRO_6000 = Served(
    CATALOG.models["Qwen/Qwen3-32B"], "16bit", CATALOG.accelerators["rtx-pro-server-6000"], 32_768, 128,
    tensor_parallel=2, max_num_batched_tokens=2048,
)  # fmt: skip


@dataclass
class Replay:
    """A measured run, and the same on the engine."""

    rows: list[Row]
    sequences: list[Sequence]
    steps: list[tuple[Step, int, float]]
    """Each step, with the sequences that ran and the KV usage at its end."""

    def errors(self) -> Iterator[tuple[str, float]]:
        """Relative errors of the means of TPOT and of the whole latency."""
        measured, made = [float(row["e2e_s"]) for row in self.rows], [latency(one) for one in self.sequences]
        yield "e2e", sum(made) / sum(measured) - 1
        decoding = [float(row["e2e_s"]) - float(row["ttft_s"]) for row in self.rows]
        yield (
            "decoding",
            sum((one.finished or 0) - (one.first_token or 0) for one in self.sequences) / sum(decoding) - 1,
        )


def latency(sequence: Sequence) -> float:
    assert sequence.finished is not None
    return sequence.finished - sequence.arrived + REQUEST_SECONDS


def rows_of(name: str) -> list[Row]:
    stated = os.environ.get("HEADWAY_TRACES")
    folder = Path(stated) if stated else REPOSITORY.parent / "shared" / "traces"
    path = folder / f"measured-vllm-{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"no measured runs: state HEADWAY_TRACES (looked for {path.name})")
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


def replay(name: str, served: Served) -> Replay:
    """Feeds the arrivals of a run to an engine."""
    engine, rows = engine_for(served), rows_of(name)
    done = Replay(rows, [], [])
    now = 0.0
    while True:
        while len(done.sequences) < len(rows) and (at := _arrival(rows[len(done.sequences)])) <= now:
            done.sequences.append(_add(engine, rows[len(done.sequences)], len(done.sequences), at))
        if step := engine.step(now):
            done.steps.append((step, engine.running, engine.kv_usage))
            now = step.end
        elif len(done.sequences) < len(rows):
            now = _arrival(rows[len(done.sequences)])
        else:
            return done


def _arrival(row: Row) -> float:
    return float(row["arrival_s"]) + REQUEST_SECONDS


def _add(engine: Engine, row: Row, number: int, now: float) -> Sequence:
    return engine.add(Request(str(number), int(row["input_tokens"]), int(row["output_tokens"])), now)


def test_a_run_on_a_gpu_of_the_catalog_is_met_within_ten_percent() -> None:
    errors = dict(replay("rtxpro6000-qwen3-32b-tp2", ON_PRO_6000).errors())
    assert {name: error for name, error in errors.items() if abs(error) > 0.10} == {}


def test_as_many_sequences_run_together_as_on_the_real_engine_when_blocks_run_out() -> None:
    done = replay("rtx4090-llama31-8b", ON_4090)
    begin, end = SETTLED
    seconds = [float(row["t"]) for row in rows_of("rtx4090-llama31-8b-timeseries")]
    settled = [row for row, t in zip(rows_of("rtx4090-llama31-8b-timeseries"), seconds, strict=True) if begin < t < end]
    mine = [(step.seconds, running, usage) for step, running, usage in done.steps if begin < step.start < end]
    total = sum(length for length, _, _ in mine)
    running = sum(length * count for length, count, _ in mine) / total
    usage = sum(length * share for length, _, share in mine) / total
    assert running == pytest.approx(sum(float(row["running"]) for row in settled) / len(settled), rel=0.05)
    assert usage == pytest.approx(sum(float(row["kv_cache_pct"]) for row in settled) / len(settled) / 100, rel=0.02)
