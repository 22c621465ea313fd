"""Plays the documents' show (001) and writes docs/reference/tube-demo.md: the document's table beside what was measured.

`--events FILE` reads a recorded event stream instead of playing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PAGE = Path("docs/reference/tube-demo.md")
DEPLOYMENT = "llama-3-1-8b"
SHOW_MINUTES = 30
SETTLE_SECONDS = 35
DOCUMENT = (
    # minutes, then requests a second, virtual queue, replicas and nodes as document 001 states them
    (0, 2, "2", "0-10", "1", "1"),
    (2, 4, "5-10", "50-250", "2-5", "1-2"),
    (4, 28, "3-5", "30-150", "3-4", "1"),
    (28, 30, "0", "0", "1 (cooldown)", "1 (consolidate)"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--events", type=Path)
    chosen = parser.parse_args()
    if chosen.events:
        states, speed = collect(chosen.events.read_text().splitlines())
    else:
        states, speed = play(chosen.speed)
    PAGE.write_text(page(states, speed))
    print(PAGE.read_text())
    return 0


def play(speed: float) -> tuple[list[dict[str, Any]], float]:
    """One show, from the first minute to the last."""
    seconds = SHOW_MINUTES * 60 / speed + SETTLE_SECONDS
    with tempfile.TemporaryDirectory() as runs:
        command = [
            ".venv/bin/headway", "up", "--headless", "--duration", f"{seconds:.0f}", "--load", "tube-demo",
            "--speed", f"{speed:g}", "--runs", runs,
        ]  # fmt: skip
        with subprocess.Popen(command) as process:
            try:
                reach = _reach(Path(runs), process)
                address = f"{reach['control']}/control/events?token={reach['token']}"
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=60) as stream:
                    return collect(line.decode().rstrip("\n") for line in _until_closed(stream))
            finally:
                process.terminate()


def _reach(runs: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    for _ in range(600):
        for file in runs.glob("*/run.json"):
            return json.loads(file.read_text())
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("error: headway up did not start")


def _until_closed(stream: Any) -> Iterator[bytes]:
    try:
        yield from stream
    except OSError:
        return


def collect(lines: Iterable[str]) -> tuple[list[dict[str, Any]], float]:
    """States in order, and the speed of the run."""
    name, states, speed = "", [], 1.0
    for line in lines:
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: ") and line.endswith("}"):
            content = json.loads(line[6:])
            if name == "state":
                states.append(content)
            elif name == "hello":
                speed = content["speed"]
    return states, speed


def page(states: list[dict[str, Any]], speed: float) -> str:
    rows = [
        "| minutes | requests/s: document | answered | virtual queue: document | measured | replicas: document "
        "| ready, measured | nodes: document | measured | TTFT p95 in s | USD so far |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for begin, end, rate, queue, replicas, nodes in DOCUMENT:
        window = [state for state in states if begin * 60 <= state["t"] < end * 60]
        if len(window) < 2:
            continue
        found = [
            deployment for state in window for deployment in state["deployments"] if deployment["name"] == DEPLOYMENT
        ]
        real = (window[-1]["t"] - window[0]["t"]) / speed
        answered = (window[-1]["requests"]["served"] - window[0]["requests"]["served"]) / real
        late = [one["ttft_seconds"]["p95"] for one in found if one["ttft_seconds"]["p95"] is not None]
        measured = (
            _range([one["value"] for one in found if one["value"] is not None]),
            _range([one["replicas"]["ready"] for one in found]),
            _range([len(state["nodes"]) for state in window]),
        )
        rows.append(
            f"| {begin}-{end} | {rate} | {answered:.1f} | {queue} | {measured[0]} | {replicas} | {measured[1]} | {nodes} "
            f"| {measured[2]} | {f'{min(late):.1f}-{max(late):.1f}' if late else '-'} | {window[-1]['usd_total']:.2f} |"
        )
    last = states[-1]["requests"]
    return TEXT.format(speed=speed, table="\n".join(rows), **last)


def _range(values: list[float]) -> str:
    if not values:
        return "-"
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


TEXT = """# The Tube Demo, measured

<!-- made by `make tube-demo`; do not edit -->

Document 001's load profile against the rendered `dev` environment, run by `headway up` at {speed:g} times the speed:
minutes are the show's, requests a second are real ones. The gateway, the queue, the scrapes, KEDA and the HPA are
real; GPUs and nodes are played ([the local run](../guides/local-run.md)). TTFT is measured on the wall, and what it holds
of waits for machines is that many times shorter than in a cluster.

{table}

The document's columns *k6 VUs* (2, 2-3, 0) and *Audience* (0, 5-10, 1-3, 0) are left out: they say where its requests a
second come from. Here k6 sends all of them at the stated rate, whoever waits for an answer, with up to 200 VUs.

Requests offered {offered}, served {served}, refused {refused}, failed {failed}.

Where the document cannot be right:

- *Virtual queue 0-10 at 2 requests a second.* A request stands for 50 commuters, so the value is a multiple of 50.
- *Two to five replicas on one or two nodes, three to four on one.* A replica takes a whole GPU and its machines have
  one: as many nodes as replicas. GPU time-slicing is left for later by the document itself.
- *`clamp_min(current_queue * 50, 1)` with target 50* is no formula that KEDA compiles, and it counts waiting requests
  alone: replicas that answer would be taken away. The rendered law counts running requests too, against what a
  replica carries.
- *One replica at minute 0.* `dev` may sleep; its first request waits for a machine.
- *One replica two minutes after the last request.* The rendered cooldown outlasts a cold start, which two minutes do
  not; with a floor of 0 there is then none.
"""

if __name__ == "__main__":
    sys.exit(main())
