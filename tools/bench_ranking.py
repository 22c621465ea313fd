"""Ranking, after start-up, and side by side with aiconfigurator: `make bench`.

    one model      every machine and format of the catalog for one model, each model in turn; goal 50 ms
    all models     the same for every model card; goal 2 s
    one point      latency and throughput of one model on one GPU under continuous batching
    one search     the best way to serve one model with one H100 within an objective

Nothing is kept between runs: each ranking starts from the question. No public tool that we know ranks a price list by fit
and speed (llm-sizer by memory alone), so the ratios are those of the two smaller questions. aiconfigurator interpolates
tables of measured kernels, Headway computes from a few constants. It runs from `.cache/peers`, which `make side-by-side`
makes, with its tables loaded and its version named before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

PEERS = Path(__file__).parent.parent / ".cache/peers/bin/python"
MODEL, PEER_MODEL = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Meta-Llama-3.1-8B"
PEER_BACKEND = "0.24.0"
"""Version of vLLM whose tables aiconfigurator has for H100."""
POINTS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        print(json.dumps(_peer_times()))
        return
    _rankings(arguments.runs)
    _against_peer(arguments.runs)


def _rankings(runs: int) -> None:
    from headway.catalog import load_catalog
    from headway.domain.objective import Objective
    from headway.recipes.question import Demand, card_question
    from headway.recipes.ranking import rank

    catalog = load_catalog()
    demand = Demand(objective=Objective(ttft_seconds=2.0, tpot_seconds=0.1))
    rank(card_question(catalog.models[MODEL], demand, catalog, "us-east-1"), catalog)  # modules and tables are warm
    each: dict[str, list[float]] = {}
    totals = []
    for _ in range(runs):
        for name, card in catalog.models.items():
            took = _timed(lambda card=card: rank(card_question(card, demand, catalog, "us-east-1"), catalog))
            each.setdefault(name, []).append(1e3 * took)
        totals.append(sum(times[-1] for times in each.values()) / 1e3)
    medians = {name: statistics.median(times) for name, times in each.items()}
    slowest = max(medians, key=lambda name: medians[name])
    candidates = len(rank(card_question(catalog.models[slowest], demand, catalog, "us-east-1"), catalog))
    print("ranking                                   median (range over runs)       goal")
    middle = statistics.median(medians.values())
    print(f"one model, the middle one                 {middle:6.1f} ms                      50 ms")
    print(
        f"one model, the slowest                    {_spread(each[slowest])} ms"
        f"    50 ms    {slowest}, {candidates} candidates"
    )
    print(f"all {len(medians)} models                             {_spread(totals, 2)} s      2 s")


def _against_peer(runs: int) -> None:
    ours = _our_times(runs)
    print()
    for name, times in ours.items():
        print(f"one {name}, Headway                       {_spread(times, 3)} ms")
    if not PEERS.exists():
        print("aiconfigurator is not installed; `make side-by-side` installs it")
        return
    done = subprocess.run([str(PEERS), __file__, "--peer"], check=True, capture_output=True, text=True)
    for name, times in json.loads(done.stdout.splitlines()[-1]).items():
        ratio = statistics.median(times) / statistics.median(ours[name])
        print(f"one {name}, aiconfigurator                {_spread(times)} ms    {ratio:.0f} × Headway")


def _our_times(runs: int) -> dict[str, list[float]]:
    from headway.catalog import load_catalog
    from headway.domain.objective import Objective, Workload
    from headway.recipes.latency import serving
    from headway.recipes.memory_plan import plan_memory
    from headway.recipes.question import Demand, card_question
    from headway.recipes.ranking import rank

    catalog = load_catalog()
    card, h100 = catalog.models[MODEL], catalog.accelerators["h100"]
    load = Workload(requests_per_second=1, prompt_tokens=512, output_tokens=256)
    demand = Demand(workload=load, objective=Objective(ttft_seconds=2.0, tpot_seconds=0.1))

    def point(streams: int) -> None:
        memory = plan_memory(card, "16bit", h100.usable_gib or 0.0, 1, 1, 4_096, 768)
        serving(card, "16bit", "16bit", h100, 1, 1, load, streams, memory.kv_tokens).at(1)

    def search() -> None:
        question = card_question(card, demand, catalog, "us-east-1")
        one = tuple(p for p in question.places if p.machine.accelerator == "h100" and p.machine.gpu_count == 1)
        rank(replace(question, places=one), catalog)

    return {
        "point": [1e3 * _timed(lambda: [point(1 + n) for n in range(POINTS)]) / POINTS for _ in range(runs)],
        "search": [1e3 * _timed(search) for _ in range(runs)],
    }


def _peer_times() -> dict[str, list[float]]:
    """Milliseconds of points and searches; the first of each is left out, it loads the tables."""
    import logging
    import warnings

    warnings.filterwarnings("ignore")
    logging.disable(logging.ERROR)
    from aiconfigurator.cli.api import cli_default, cli_estimate

    common = {"backend_version": PEER_BACKEND, "isl": 512, "osl": 256}

    def point(streams: int) -> None:
        cli_estimate(PEER_MODEL, "h100_sxm", mode="agg", backend_name="vllm", batch_size=streams, **common)

    def search() -> None:
        cli_default(PEER_MODEL, 1, "h100_sxm", backend="vllm", ttft=2000, tpot=100, **common)

    point(1)
    search()
    return {
        "point": [1e3 * _timed(lambda n=n: point(1 + n)) for n in range(POINTS)],
        "search": [1e3 * _timed(search) for _ in range(3)],
    }


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _spread(values: list[float], digits: int = 1) -> str:
    return f"{statistics.median(values):6.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


if __name__ == "__main__":
    sys.exit(main())
