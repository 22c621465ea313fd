"""Records what the real HPA controller answered, for the tests that run without it: tests/fixtures/hpa/*.jsonl.gz."""

import argparse
import gzip
import json
from pathlib import Path

import hpa_differential
import hpa_histories

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "hpa"
SYNCS, CHARACTERS = 40, 25_000
"""Longest history that is kept: many short ones show more than a few long ones."""
KEPT = {"narrow": 400, "wide": 150}


def recorded(binary: Path, kind: str, count: int) -> list[str]:
    """History and answer, a line each."""
    lines, number = [], 0
    while len(lines) < count:
        history = hpa_histories.Maker(f"recorded-{kind}-{number}", kind == "wide").history()
        line = json.dumps(history, separators=(",", ":")) + "\n"
        number += 1
        if len(history["syncs"]) <= SYNCS and len(line) <= CHARACTERS:
            lines.append(line)
    answers = hpa_differential.real(binary, lines)
    return [
        json.dumps({**json.loads(line), "real": _compact(answer)}, separators=(",", ":")) + "\n"
        for line, answer in zip(lines, answers, strict=True)
    ]


def _compact(answer: hpa_differential.JSON) -> list[list[object]]:
    conditions = ("AbleToScale", "ScalingActive", "ScalingLimited")
    both = zip(answer["replicas"], answer["reasons"], strict=True)
    return [[replicas, *(reasons.get(name) for name in conditions)] for replicas, reasons in both]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path)
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    for kind, count in KEPT.items():
        text = "".join(recorded(asked.binary, kind, count)).encode()
        (OUT / f"{kind}.jsonl.gz").write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    main()
