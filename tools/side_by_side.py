"""Headway's predictions beside those of public tools; writes docs/reference/side-by-side.md. Run by `make side-by-side`.

The peers run in `.cache/peers`, from `requirements/peers.txt`. Nothing needs a GPU or the network.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from latency_fit import fit
from latency_rows import predict
from side_by_side_page import Row, write

from headway.catalog import load_catalog
from headway.domain.model_card import Precision
from headway.domain.objective import Workload
from headway.recipes.latency import serving
from headway.recipes.measurements import load_measurements
from headway.recipes.memory_plan import kv_bytes, plan_memory
from headway.recipes.question import Demand, card_question
from headway.recipes.ranking import rank
from headway.recipes.step_time import Layout, StepTime, step_time

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/reference/side-by-side.md"
CONFIGS = ROOT / "tests/fixtures/models"
CATALOG = load_catalog()
GPUS = {
    "a100-80": "a100_sxm",
    "h100": "h100_sxm",
    "h200": "h200_sxm",
    "l40s": "l40s",
    "rtx-pro-server-6000": "rtx_pro_6000_server",
}
"""Key of the catalog → aiconfigurator's name of the system."""


@dataclass(frozen=True)
class Served:
    """A model as both sides serve it."""

    card: str
    path: str
    tensor_parallel: int = 1
    precision: Precision = "16bit"

    @property
    def label(self) -> str:
        split = f", TP {self.tensor_parallel}" if self.tensor_parallel > 1 else ""
        return f"{self.card.rsplit('/', 1)[-1]}{split}{', FP8' if self.precision == 'fp8' else ''}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What aiconfigurator needs to know."""
        experts = {"moe_tp_size": self.tensor_parallel} if CATALOG.models[self.card].experts else {}
        cast = {"gemm_quant_mode": "fp8"} if self.precision == "fp8" and not experts else {}
        return {"model_path": self.path, "tp_size": self.tensor_parallel, **experts, **cast}


LLAMA_8B, LLAMA_70B = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-70B-Instruct"
SERVED = (
    Served("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B"),
    Served(LLAMA_8B, "meta-llama/Meta-Llama-3.1-8B"),
    Served(LLAMA_8B, "meta-llama/Meta-Llama-3.1-8B", precision="fp8"),
    Served("Qwen/Qwen3-32B", "Qwen/Qwen3-32B", 2),
    Served(LLAMA_70B, "meta-llama/Meta-Llama-3.1-70B", 4),
    Served("Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B"),
    Served("deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1", 8, "fp8"),
)
BATCHES, CONTEXT = (1, 8, 32, 128), 1_024
PROMPTS = (512, 1_024, 2_048)
STREAMS, LOAD = (8, 32, 128), Workload(requests_per_second=1e6, prompt_tokens=512, output_tokens=256)
CALCULATED = (
    "meta-llama/Llama-2-7b-hf",
    "mistralai/Mistral-7B-Instruct-v0.3",
    LLAMA_8B,
    "Qwen/Qwen2.5-7B-Instruct",
    "google/gemma-2-9b-it",
    LLAMA_70B,
)
HELD, HELD_TOKENS = 4, 4_096
SIZED = {
    "mistral-7b": "mistralai/Mistral-7B-Instruct-v0.3",
    "llama-3.1-8b": LLAMA_8B,
    "qwen2.5-32b": "Qwen/Qwen2.5-32B-Instruct",
    "llama-3.1-70b": LLAMA_70B,
    "mixtral-8x7b": "mistralai/Mixtral-8x7B-Instruct-v0.1",
}
USERS, USER_TOKENS = 16, 8_192


def main() -> None:
    tables = (*_measured(), *_steps(), *_prompts(), *_streams(), *_spent(), *_calculated(), *_sized())
    done = subprocess.run(
        [str(ROOT / ".cache/peers/bin/python"), str(ROOT / "tools/peers_answer.py")],
        input=json.dumps([question for question, _ in tables]),
        capture_output=True,
        text=True,
        check=True,
    )
    answered = json.loads(done.stdout)
    rows = [row(answer) for (_, row), answer in zip(tables, answered["answers"], strict=True)]
    page = write([row for row in rows if row], answered["versions"], datetime.now(UTC).date().isoformat())
    PAGE.write_text(page, encoding="utf-8")
    print(page)


Asked = tuple[dict[str, Any], Callable[[dict[str, Any]], Row | None]]


# aiconfigurator


def _step(served: Served, gpu: str) -> StepTime:
    accelerator = CATALOG.accelerators[gpu]
    return step_time(CATALOG.models[served.card], served.precision, accelerator, Layout(served.tensor_parallel))


def _fits(served: Served, gpu: str) -> bool:
    usable = CATALOG.accelerators[gpu].usable_gib or 0.0
    card = CATALOG.models[served.card]
    return plan_memory(card, served.precision, usable, served.tensor_parallel, 1, 4_096, 4_096).kv_cache_gib > 0


def _both() -> Iterator[tuple[Served, str]]:
    """Every model on every GPU that holds it and has its arithmetic."""
    for served in SERVED:
        for gpu in list(GPUS)[:4]:
            native = served.precision != "fp8" or CATALOG.accelerators[gpu].fp8_tflops
            if native and _fits(served, gpu):
                yield served, gpu


def _steps() -> Iterator[Asked]:
    for served, gpu in _both():
        for batch in BATCHES:
            ours = 1e3 * _step(served, gpu)(batch, CONTEXT)
            cells = (served.label, gpu, str(batch))
            yield _asked("static_gen", served, gpu, batch, CONTEXT), _compared("step", gpu, cells, ours, "tpot_ms")


def _prompts() -> Iterator[Asked]:
    for served, gpu in _both():
        for tokens in PROMPTS:
            ours = 1e3 * _step(served, gpu)(0, 1, tokens, tokens / 2)
            cells = (served.label, gpu, f"{tokens:,}")
            yield _asked("static_ctx", served, gpu, 1, tokens), _compared("prompt", gpu, cells, ours, "ttft_ms")


def _streams() -> Iterator[Asked]:
    """Requests that follow each other without a pause, so many at a time."""
    for served, gpu in _both():
        accelerator, card = CATALOG.accelerators[gpu], CATALOG.models[served.card]
        usable = accelerator.usable_gib or 0.0
        kv = plan_memory(card, served.precision, usable, served.tensor_parallel, 1, 4_096, 768).kv_tokens
        for streams in (n for n in STREAMS if n * 768 <= kv):
            layout = served.tensor_parallel, 1
            rate, _ = serving(card, served.precision, "16bit", accelerator, *layout, LOAD, streams, kv).capacity
            ours = rate * LOAD.output_tokens
            question = _asked("agg", served, gpu, streams, LOAD.prompt_tokens, LOAD.output_tokens)
            cells = (served.label, gpu, str(streams))
            yield question, _compared("stream", gpu, cells, ours, "tokens_per_second", "{:,.0f}")


def _asked(mode: str, served: Served, gpu: str, batch: int, prompt: int, output: int = 2) -> dict[str, Any]:
    shape = {"batch_size": batch, "isl": prompt, "osl": output}
    return {"peer": "aiconfigurator", "mode": mode, "system_name": GPUS[gpu], **served.arguments, **shape}


def _compared(
    table: str, gpu: str, cells: tuple[str, ...], ours: float, key: str, shape: str = "{:.2f}"
) -> Callable[[dict[str, Any]], Row]:
    def row(answer: dict[str, Any]) -> Row:
        if "error" in answer:
            return Row(table, gpu, (*cells, shape.format(ours), "no data", "-"))
        theirs = answer[key]
        return Row(
            table, gpu, (*cells, shape.format(ours), shape.format(theirs), f"{ours / theirs:.2f}"), ours / theirs
        )

    return row


def _measured() -> Iterator[Asked]:
    """Measured steps of models and GPUs that both know; Headway's constants are fitted without the row's group."""
    rows = load_measurements()
    known = {served.card: served for served in SERVED if served.precision == "16bit"}
    chosen = [
        row for row in rows
        if row.kind == "decode_step" and row.gpu in GPUS and row.model in known
        and not row.engine.startswith("aiconfigurator") and not row.engine.endswith("eager")
    ]  # fmt: skip
    folds = {group: fit([row for row in rows if row.group != group]) for group in {r.group for r in chosen}}
    for row in chosen:
        ours = 1e3 * predict(row, folds[row.group])
        served = Served(row.model, known[row.model].path, row.tensor_parallel)
        question = _asked("static_gen", served, row.gpu, int(row.batch or 1), int(row.context_tokens or 1))
        if row.expert_parallel > 1:
            question |= {"attention_dp_size": row.expert_parallel, "moe_tp_size": 1, "moe_ep_size": row.expert_parallel}
        cells = (served.label, row.gpu, f"{row.batch:g}", f"{row.context_tokens:,}", f"{1e3 * row.measured:.2f}")
        yield question, _judged(row.gpu, cells, ours, 1e3 * row.measured)


def _judged(gpu: str, cells: tuple[str, ...], ours: float, measured: float) -> Callable[[dict[str, Any]], Row | None]:
    def row(answer: dict[str, Any]) -> Row | None:
        if "error" in answer:
            return Row("measured", gpu, (*cells, f"{ours:.2f}", "no data", f"{ours / measured - 1:+.0%}", "-", "-"))
        theirs = answer["tpot_ms"]
        misses = ours / measured, theirs / measured
        nearer = "Headway" if abs(math.log(misses[0])) < abs(math.log(misses[1])) else "aiconfigurator"
        said = f"{ours:.2f}", f"{theirs:.2f}", f"{misses[0] - 1:+.0%}", f"{misses[1] - 1:+.0%}", nearer
        return Row("measured", gpu, (*cells, *said), None, misses)

    return row


SPENT = (
    ("static_gen", Served(LLAMA_8B, "meta-llama/Meta-Llama-3.1-8B"), "h100", 128, CONTEXT),
    ("static_gen", Served("deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1", 8, "fp8"), "h200", 1, CONTEXT),
    ("static_gen", Served("Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B"), "h100", 1, CONTEXT),
    ("static_ctx", Served("Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B"), "h100", 1, 1_024),
    ("static_ctx", Served(LLAMA_8B, "meta-llama/Meta-Llama-3.1-8B", precision="fp8"), "h100", 1, 2_048),
    ("static_ctx", Served("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B"), "h100", 1, 1_024),
    ("static_ctx", Served("Qwen/Qwen3-32B", "Qwen/Qwen3-32B", 2), "l40s", 1, 1_024),
    ("static_ctx", Served(LLAMA_70B, "meta-llama/Meta-Llama-3.1-70B", 4), "l40s", 1, 1_024),
)
"""Points that the page explains: mode, model, GPU, sequences, tokens."""


def _spent() -> Iterator[Asked]:
    for mode, served, gpu, batch, tokens in SPENT:
        yield _asked(mode, served, gpu, batch, tokens), _broken_down(mode, served, gpu, batch, tokens)


def _broken_down(mode: str, served: Served, gpu: str, batch: int, tokens: int) -> Callable[[dict[str, Any]], Row]:
    step = _step(served, gpu)
    ours = 1e3 * (step(batch, tokens) if mode == "static_gen" else step(0, 1, tokens, tokens / 2))
    what = f"{batch} × {tokens:,} decoding" if mode == "static_gen" else f"prompt of {tokens:,}"

    def row(answer: dict[str, Any]) -> Row:
        operations = sorted(answer["operations_ms"].items(), key=lambda item: -item[1])[:4]
        said = ", ".join(f"{name.split('_', 1)[1]} {took:.1f}" for name, took in operations)
        total = sum(answer["operations_ms"].values())
        return Row("spent", "", (served.label, gpu, what, f"{ours:.1f}", f"{total:.1f}", said))

    return row


# Memory calculators


def _calculated() -> Iterator[Asked]:
    for card in CALCULATED:
        config = json.loads((CONFIGS / f"{card.replace('/', '--')}.json").read_text())
        yield {"peer": "vramcalc", "config": config, "batch": HELD, "tokens": HELD_TOKENS}, _weighed(card)


def _weighed(card: str) -> Callable[[dict[str, Any]], Row]:
    plan = plan_memory(CATALOG.models[card], "16bit", 1_000.0, 1, 1, HELD_TOKENS, HELD_TOKENS)
    kv = HELD * kv_bytes(CATALOG.models[card], HELD_TOKENS) / 2**30
    ours = plan.weights_gib, kv, plan.overhead_gib, plan.weights_gib + kv + plan.overhead_gib

    def row(answer: dict[str, Any]) -> Row:
        rest = answer["activations"] + answer["overhead"]
        theirs = [size / 2**30 for size in (answer["weights"], answer["kv_cache"], rest, answer["total"])]
        pairs = [f"{a:.1f}, {b:.1f}" for a, b in zip(ours, theirs, strict=True)]
        return Row("memory", "", (card.rsplit("/", 1)[-1], *pairs, f"{ours[3] / theirs[3]:.2f}"), ours[3] / theirs[3])

    return row


def _sized() -> Iterator[Asked]:
    for name, card in SIZED.items():
        yield {"peer": "llm-sizer", "model": name, "users": USERS, "context": USER_TOKENS}, _bought(card)


def _bought(card: str) -> Callable[[dict[str, Any]], Row]:
    whole = Workload(requests_per_second=0.001, prompt_tokens=USER_TOKENS - 192, output_tokens=192)
    question = card_question(CATALOG.models[card], Demand(USER_TOKENS, USERS, whole), CATALOG, "us-east-1")
    vllm = rank(replace(question, precisions=("16bit",), engines=("vllm",)), CATALOG)
    running = [c for c in vllm if c.runs and c.machine.on_demand]
    ours = min(running, key=lambda c: c.machine.on_demand.usd_per_hour * c.nodes if c.machine.on_demand else math.inf)
    price = ours.machine.on_demand.usd_per_hour * ours.nodes if ours.machine.on_demand else math.nan
    counted = f"{ours.nodes} × " if ours.nodes > 1 else ""
    kv = USERS * CATALOG.models[card].kv_bytes_per_token_16bit * USER_TOKENS / 2**30
    weights = CATALOG.models[card].weight_bytes["16bit"] / 2**30

    def row(answer: dict[str, Any]) -> Row:
        sizes, machine = answer["vram_gb"], answer["recommendation"]
        theirs = f"{machine['instance']}, {machine['usd_per_hour']:.2f}" if machine.get("instance") else "none"
        return Row(
            "machine",
            "",
            (
                card.rsplit("/", 1)[-1],
                f"{weights:.1f}, {sizes['weights']:.1f}",
                f"{kv:.1f}, {sizes['kv_cache']:.1f}",
                f"{counted}{ours.machine.name}, {price:.2f}",
                theirs,
            ),
        )

    return row


if __name__ == "__main__":
    main()
