"""Histories with what the real controller answered (k8s.io/kubernetes v1.35.0; tools/hpa_record.py)."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from headway.scaling.replay import History, read_histories, replay

FOLDER = Path(__file__).parents[3] / "fixtures" / "hpa"


@cache
def recorded(kind: str) -> tuple[tuple[History, list[list[Any]]], ...]:
    """Each history with the real [replicas, AbleToScale, ScalingActive, ScalingLimited] of its syncs."""
    lines = gzip.decompress((FOLDER / f"{kind}.jsonl.gz").read_bytes()).decode().splitlines()
    return tuple(
        (history, json.loads(line)["real"]) for line, history in zip(lines, read_histories(lines, kind), strict=True)
    )


def ours(history: History) -> list[list[Any]]:
    """The same figures from headway.scaling.hpa."""
    answer = replay(history)
    return [
        [replicas, reasons["AbleToScale"], reasons["ScalingActive"], reasons["ScalingLimited"]]
        for replicas, reasons in zip(answer["replicas"], answer["reasons"], strict=True)
    ]


def differences(kind: str) -> int:
    """Histories that come out otherwise."""
    return sum(ours(history) != real for history, real in recorded(kind))
