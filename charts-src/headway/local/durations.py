"""Durations as Prometheus and Karpenter write them."""

import re

DEFAULT_SCRAPE_SECONDS = 30.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: str | None) -> float:
    """`2s`, `500ms`, `5m30s`; where nothing is stated, a scrape interval's default."""
    parts = re.findall(r"(\d+)(ms|s|m|h)", duration or "")
    return sum(int(number) * _UNITS[name] for number, name in parts) or DEFAULT_SCRAPE_SECONDS
