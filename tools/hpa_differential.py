"""Runs histories through the real HPA controller and through headway.scaling.hpa, and compares every sync."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import hpa_histories

from headway.scaling.replay import read_histories, replay

BATCH = 100
JSON = dict[str, Any]


def real(binary: Path, lines: list[str]) -> list[JSON]:
    """The real controller's answers."""
    with tempfile.TemporaryDirectory() as folder:
        histories, answers = Path(folder, "histories"), Path(folder, "answers")
        histories.write_text("".join(lines))
        command = [binary, "-test.run=^TestReplay$", "-test.timeout=10m", "-histories", histories, "-answers", answers]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the real controller failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return [json.loads(line) for line in answers.read_text().splitlines()]


def differences(line: str, theirs: JSON) -> list[str]:
    """Syncs at which the two disagree."""
    [history] = read_histories([line], "history")
    ours = replay(history)
    if "error" in theirs:
        return [f"{theirs['id']}: refused by the real API: {theirs['error']}"]
    found = []
    for index, (replicas, reasons) in enumerate(zip(ours["replicas"], ours["reasons"], strict=True)):
        stated = {name: reason for name, reason in reasons.items() if reason is not None}
        if (replicas, stated) != (theirs["replicas"][index], theirs["reasons"][index]):
            real_answer = (theirs["replicas"][index], theirs["reasons"][index])
            found.append(f"{ours['id']} sync {index}: ours {(replicas, stated)}, real {real_answer}")
    return found


def batch(binary: Path, seed: str, first: int, count: int, wide: bool) -> tuple[int, list[str], Counter[str]]:
    """Syncs, differences, and how often each reason was given."""
    kind = "wide" if wide else "narrow"
    makers = [hpa_histories.Maker(f"{seed}-{kind}-{number}", wide) for number in range(first, first + count)]
    lines = [json.dumps(maker.history()) + "\n" for maker in makers]
    answers = real(binary, lines)
    found, reasons, syncs = [], Counter[str](), 0
    for line, theirs in zip(lines, answers, strict=True):
        found += differences(line, theirs)
        syncs += len(theirs.get("replicas", ()))
        for given in theirs.get("reasons", ()):
            reasons.update(f"{name}={reason}" for name, reason in given.items())
    return syncs, found, reasons


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--histories", type=int, default=1000, help="of each kind: narrow and wide")
    asked = parser.parse_args()
    jobs = [
        (asked.binary, asked.seed, first, min(BATCH, asked.histories - first), wide)
        for wide in (False, True)
        for first in range(0, asked.histories, BATCH)
    ]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(batch, *zip(*jobs, strict=True)))
    found = [difference for _, differences, _ in done for difference in differences]
    reasons = sum((counted for _, _, counted in done), Counter[str]())
    for reason, times in sorted(reasons.items()):
        print(f"{reason:45}{times:>10}")
    print(f"{2 * asked.histories} histories, {sum(syncs for syncs, _, _ in done)} syncs, {len(found)} differences")
    for difference in found[:20]:
        print(difference, file=sys.stderr)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
