"""Writes docs/reference/coverage.md and its picture: what each model card needs on each accelerator. Run by `make docs`.

A cell is the way with the fewest GPUs and, with that many, the least quantized weights. Whether it fits, and why not, is
what `headway.recipes` says; the price is that of the cheapest machine that offers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coverage_picture import draw

from headway.catalog import Catalog, load_catalog
from headway.domain.gpu_pool import GpuPool, StaticNode
from headway.domain.model_card import ModelCard, Precision
from headway.domain.objective import Workload
from headway.recipes import Candidate
from headway.recipes.latency import serving
from headway.recipes.machine import Quote, machines
from headway.recipes.price import usd_per_million_tokens
from headway.recipes.question import Demand, Place, card_question, every_place
from headway.recipes.ranking import rank
from headway.recipes.step_time import UnknownSpeed

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- made by `make docs`; do not edit -->\n"
REGION = "us-east-1"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "T4": ("t4",),
    "A10G": ("a10g",),
    "L4": ("l4",),
    "L40S": ("l40s",),
    "A100": ("a100-40", "a100-80"),
    "H100": ("h100",),
    "H200": ("h200",),
    "MI300X": ("mi300x",),
}
"""Heading → keys of the catalog's accelerators."""
CONTEXT_TOKENS = 8_192
LOAD = Workload(requests_per_second=10, prompt_tokens=500, output_tokens=200)
"""Load of the whole fleet; replicas are added until each is busy for `MOST_BUSY` of what it can carry."""
MOST_BUSY = 0.8
CONCURRENCY = 64
"""Sequences that a replica may run together."""
LEAST_QUANTIZED: tuple[Precision, ...] = ("16bit", "fp8", "int8", "mxfp4", "awq", "gptq")
UNKNOWN = "the catalog has no size of its weights"
OWN_NODE = StaticNode(cpu_millicores=90_000, memory_mib=1_500_000, selector={"headway.dev/pool": "own"})
"""A machine outside EC2, of which a replica takes as many GPUs as it needs. Its owner knows its price."""


@dataclass(frozen=True)
class Cell:
    """One model on one accelerator: how it is served, or why it is not."""

    candidate: Candidate | None
    usd_per_million_tokens: tuple[float | None, float | None]
    """Output tokens at `LOAD`: spot, on demand."""
    replicas: int | None
    why_not: str = ""

    @property
    def gpus(self) -> int:
        return self.candidate.gpus if self.candidate else 0


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File name → text of the page and its picture."""
    catalog = load_catalog()
    table = {
        name: {heading: cell(card, keys, catalog) for heading, keys in COLUMNS.items()}
        for name, card in catalog.models.items()
    }
    labels = {
        name: {heading: (_short(it), it.usd_per_million_tokens[1]) for heading, it in row.items()}
        for name, row in table.items()
    }
    return {"coverage.md": _page(table, catalog), "coverage.svg": draw(labels, tuple(COLUMNS), _caption(table))}


# One cell


def cell(card: ModelCard, accelerators: Sequence[str], catalog: Catalog) -> Cell:
    """The smallest way to serve a card on one of these accelerators, on its cheapest machine."""
    if not card.weight_bytes:
        return Cell(None, (None, None), None, UNKNOWN)
    demand = Demand(_context(card), 1, LOAD.model_copy(update={"requests_per_second": 0.001}))
    question = card_question(card, demand, catalog, REGION)
    published = tuple(p for p in question.precisions if p != "16bit" or not card.native_dtype.startswith("fp8"))
    places = tuple(place for key in accelerators for place in _places(key, catalog))
    candidates = rank(replace(question, precisions=published, places=places, engines=("vllm",)), catalog)
    fitting = [c for c in candidates if c.rejected_by is None]
    if not fitting:
        return Cell(None, (None, None), None, _nearest(candidates))
    best = min(fitting, key=lambda c: (*_size(c), _price(c), c.machine.name))
    replicas = replicas_for(LOAD, card, best, catalog)
    quotes = best.machine.spot, best.machine.on_demand
    spot, on_demand = (price_of_tokens(best, replicas, quote) for quote in quotes)
    return Cell(best, (spot, on_demand), replicas)


def replicas_for(load: Workload, card: ModelCard, candidate: Candidate, catalog: Catalog) -> int | None:
    """Replicas that carry a load with room to spare; `None` where no speed is known."""
    accelerator = catalog.accelerators[candidate.machine.accelerator]
    kv_tokens = candidate.memory.kv_tokens if candidate.memory else 0
    formats = candidate.precision, candidate.kv_precision
    layout = candidate.tensor_parallel, candidate.pipeline_parallel
    try:
        one = serving(card, *formats, accelerator, *layout, load, CONCURRENCY, kv_tokens)
    except UnknownSpeed:
        return None
    rate, _ = one.capacity
    return math.ceil(load.requests_per_second / (MOST_BUSY * rate))


def price_of_tokens(candidate: Candidate, replicas: int | None, quote: Quote | None) -> float | None:
    """USD for a million output tokens when `replicas` of a candidate carry `LOAD`."""
    if replicas is None or quote is None:
        return None
    fleet = quote.usd_per_hour * candidate.nodes * replicas
    return usd_per_million_tokens(fleet, LOAD.requests_per_second * LOAD.output_tokens)


def _context(card: ModelCard) -> int:
    return min(CONTEXT_TOKENS, card.context_tokens or CONTEXT_TOKENS)


def _places(accelerator: str, catalog: Catalog) -> tuple[Place, ...]:
    """Machines of EC2 with this accelerator; parts of a machine outside EC2 where it has none."""
    offered = tuple(place for place in every_place(catalog, REGION) if place.machine.accelerator == accelerator)
    if offered:
        return offered
    pools = [
        GpuPool(accelerator=accelerator, gpu_count=count, max_gpus=8, static_node=OWN_NODE) for count in (1, 2, 4, 8)
    ]
    return tuple(
        Place("own", machine, ("on-demand",), 0) for pool in pools for machine in machines(pool, catalog, REGION)
    )


def _size(candidate: Candidate) -> tuple[int, int, int]:
    gpus = candidate.gpus
    return gpus, candidate.nodes, LEAST_QUANTIZED.index(candidate.precision)


def _price(candidate: Candidate) -> float:
    quote = candidate.machine.on_demand or candidate.machine.spot
    return quote.usd_per_hour * candidate.nodes if quote else math.inf


def _nearest(candidates: Iterable[Candidate]) -> str:
    """Why the candidate lost that lacked least: of those that lack a number the closest, else the first."""
    lost = [c.rejected_by for c in candidates if c.rejected_by]
    counted = [r for r in lost if r.needs and r.has is not None]
    if counted:
        return min(counted, key=lambda r: (r.needs or 0) / max(r.has or 0, 1e-9)).reason
    return lost[0].reason if lost else "no machine of the catalog has it"


# The page


def _page(table: Mapping[str, Mapping[str, Cell]], catalog: Catalog) -> str:
    return "\n".join((*_head(table), *_summary(table), *_details(table, catalog))) + "\n"


def _head(table: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    yield from ("# What each model needs on each accelerator", "", NOTE)
    yield from (
        f"The fewest GPUs that hold the weights and one sequence of {CONTEXT_TOKENS:,} tokens (the model's own context where"
        " that is shorter), and with that many the least quantized weights. A replica takes whole machines, so GPUs are those"
        " of the machine; `2 ×` is two machines.",
        "",
        f"**Sequences** is how many of that full length the KV cache holds at once. **$/h** is one replica on the cheapest"
        f" such machine in {REGION}: spot, on demand ({_dates(table)}; spot is the lowest price in the region at one moment)."
        f" **$/M** is a million output tokens when the fleet carries {LOAD.requests_per_second:g} requests/s of"
        f" {LOAD.prompt_tokens} tokens in and {LOAD.output_tokens} out, each replica at most {MOST_BUSY:.0%} busy and with at"
        f" most {CONCURRENCY} sequences together: spot, on demand. Speeds are predictions, see"
        " [latency](latency-validation.md). EC2 has no MI300X: parts of a machine elsewhere, its owner knows the price.",
        "",
        "An 8-bit format below compute capability 8.9 saves memory, not arithmetic. Sizes of formats that the publisher does"
        " not ship are derived from the shape; whether somebody offers such a checkpoint is not looked up. `-` and `?` mean"
        " that no source gives the figure.",
        "",
        "![GPUs and price of a million tokens for each model and accelerator](coverage.svg)",
        "",
    )


def _summary(table: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    yield from ("## All models", "", f"| model | {' | '.join(COLUMNS)} |", "|---|" + "---|" * len(COLUMNS))
    for name, row in table.items():
        yield f"| [{_name(name)}](#{_anchor(name)}) | {' | '.join(_short(it) for it in row.values())} |"
    yield ""


def _details(table: Mapping[str, Mapping[str, Cell]], catalog: Catalog) -> Iterator[str]:
    for name, row in table.items():
        card = catalog.models[name]
        yield from (f"## {_name(name)}", "", f"`{name}`, {_context(card):,} tokens.", "")
        yield from ("| accelerator | GPUs | weights | machine | sequences | replicas at the load | $/h | $/M |",)
        yield "|---|---|---|---|---|---|---|---|"
        for heading, it in row.items():
            yield f"| {heading} | {_row(it)} |"
        yield ""


def _row(it: Cell) -> str:
    if it.candidate is None or it.candidate.memory is None:
        return f"{_short(it)} | - | {it.why_not} | - | - | - | -"
    machine, nodes = it.candidate.machine, it.candidate.nodes
    name = machine.name if machine.provisioned else "outside EC2"
    where = f"{nodes} × {name}" if nodes > 1 else name
    hourly = [quote.usd_per_hour * nodes if quote else None for quote in (machine.spot, machine.on_demand)]
    replicas = "-" if it.replicas is None else str(it.replicas)
    return (
        f"{it.gpus} | {it.candidate.precision} | {where} | {it.candidate.memory.full_length_sequences} | {replicas}"
        f" | {_pair(hourly)} | {_pair(it.usd_per_million_tokens)}"
    )


def _pair(values: Sequence[float | None]) -> str:
    return ", ".join("-" if value is None else f"{value:.2f}" for value in values)


def _short(it: Cell) -> str:
    if it.candidate:
        return f"{it.gpus} × {it.candidate.precision}"
    return "?" if it.why_not == UNKNOWN else "no"


def _dates(table: Mapping[str, Mapping[str, Cell]]) -> str:
    machines_ = [it.candidate.machine for row in table.values() for it in row.values() if it.candidate]
    spot = sorted({m.spot.as_of for m in machines_ if m.spot})
    on_demand = sorted({m.on_demand.as_of for m in machines_ if m.on_demand})
    return f"spot {', '.join(spot)}, on demand {', '.join(on_demand)}"


def _caption(table: Mapping[str, Mapping[str, Cell]]) -> tuple[str, str]:
    return (
        f"Fewest GPUs × weight format for {CONTEXT_TOKENS:,} tokens; below it $ a million output tokens, on demand"
        f" ({_dates(table).split('on demand ')[1]}, {REGION})",
        f"Fleet load: {LOAD.requests_per_second:g} requests/s of {LOAD.prompt_tokens} tokens in and {LOAD.output_tokens} out",
    )


def _name(model: str) -> str:
    return model.rsplit("/", 1)[-1]


def _anchor(model: str) -> str:
    """The anchor that GitHub gives a heading."""
    return "".join(c for c in _name(model).lower() if c.isalnum() or c in "-_ ").replace(" ", "-")


if __name__ == "__main__":
    main()
