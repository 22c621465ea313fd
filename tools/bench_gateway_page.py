"""Writes docs/reference/gateway-figures.md from one run."""

from __future__ import annotations

import datetime
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from bench_gateway_servers import PEERS, REPOSITORY
from bench_gateway_tables import report

PAGE = REPOSITORY / "docs" / "reference" / "gateway-figures.md"

_TEXT = """# The gateway beside its peers

Written by `make bench-gateway` on {date}: {machine}. Absolute figures belong to that machine and to what else ran on
it; read the ratios, which compare servers inside one round.

How it is measured (`tools/bench_gateway.py`):

- Behind every server stands the same model server, which answers with vLLM's recorded bytes and does no work.
- One core: one worker on the first core; model server and load generator on the second. {rounds} interleaved rounds with
  {seconds:g} s of closed-loop load each. A ratio is the median of the rounds' ratios.
- `req per CPU second` divides the requests by the processor time that the server and its children used (`/proc`): what
  one core would give if nothing else ran on it. It repeats where req/s swings with the machine's other work.
- `p50 added`: one connection asks the model server and the server by turns; the difference of the medians.
- `CPU an event`: 100 streams of 50 events a second each.
- The gateway has authentication, limits and metrics on; the peers have no such feature switched on.
- Streams: `direct` is the same load without a gateway. For 2,000 streams each of two workers has room for 750.
- 1,000 concurrent streams are opened at once, and in a second case over 1 s. In that one the direct load leaves a third of
  the machine idle and waits for nothing, while two workers beside load and model server fill both cores at the end of the
  second. What else the machine does then shows in the first byte: between 2 and 20 times direct were seen, of nginx up to 5.
- Soak: memory and descriptors by least squares after the first quarter.

Versions: {versions}.

{report}
"""


def write_page(results: dict[str, Any]) -> None:
    """Replaces the page."""
    text = _TEXT.format(
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=f"{len(os.sched_getaffinity(0))} cores of {_processor()}, {platform.system()} {platform.machine()}",
        rounds=results["rounds"],
        seconds=results["seconds"],
        versions=", ".join(_versions()),
        report=report(results),
    )
    PAGE.write_text(text, encoding="utf-8")


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else "an unnamed processor"


def _versions() -> list[str]:
    versions = []
    if nginx := shutil.which("nginx"):
        said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True, timeout=10).stderr
        versions.append(f"nginx {said.strip().rpartition('/')[2]}")
    for folder in sorted(PEERS.iterdir()):
        names = ("fastapi", "httpx", "uvicorn") if folder.name == "plain" else (folder.name,)
        requirements = (REPOSITORY / "requirements" / f"gateway-peers-{folder.name}.txt").read_text(encoding="utf-8")
        versions += [
            found[0].replace("==", " ") for n in names if (found := re.search(rf"^{n}==[^ ]+", requirements, re.M))
        ]
    return versions
