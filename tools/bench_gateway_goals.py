"""The gateway's figures beside what they are to reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench_gateway_figures import by_case, median_p99, ratio
from bench_gateway_servers import GATEWAY, NGINX, PLAIN, SGLANG, Server


@dataclass(frozen=True)
class _Ratio:
    text: str
    figure: str
    base: Server
    bound: float
    goal: float | None = None
    floor: bool = False

    def verdict(self, value: float) -> str:
        sign = 1 if self.floor else -1
        if self.goal is not None and sign * value >= sign * self.goal:
            return f"reached, and the goal of {self.goal:g}"
        return _verdict(sign * value >= sign * self.bound)


_RATIOS = (
    _Ratio("req/s, × sglang-router, at least 0.5", "requests", SGLANG, 0.5, 1.0, floor=True),
    _Ratio("req per CPU second, × sglang-router, at least 0.5", "processor", SGLANG, 0.5, 1.0, floor=True),
    _Ratio("req/s, × FastAPI + httpx, at least 6", "requests", PLAIN, 6.0, floor=True),
    _Ratio("p50 added, × nginx, at most 2", "added", NGINX, 2.0),
    _Ratio("CPU an event, × nginx, at most 2", "event", NGINX, 2.0, 1.25),
)

LEAST_SOAK_SECONDS = 300
"""Before that, pools and caches still fill: half a minute shows slopes that ten do not."""


def goals(results: dict[str, Any]) -> list[list[str]]:
    """One row a goal: what, measured, and whether it is reached; a goal whose peer is missing says so."""
    rows = []
    for wanted in _RATIOS:
        value = ratio(results["one_core"], GATEWAY.name, wanted.base.name, wanted.figure)
        if value is None:
            rows.append([wanted.text, "-", f"{wanted.base.name} is missing"])
        else:
            rows.append([wanted.text, f"{value:.2f}", wanted.verdict(value)])
    if results.get("streams"):
        rows += _stream_goals(results["streams"])
    if results.get("soak"):
        slope = results["soak"]["rss_slope_mb_per_minute"]
        drift = results["soak"]["descriptors_last"] - results["soak"]["descriptors_first"]
        warm = results["soak"]["seconds"] >= LEAST_SOAK_SECONDS
        said = _verdict(slope < 1) if warm else f"not judged below {LEAST_SOAK_SECONDS} s: make bench SOAK=600"
        rows.append(["memory, MB/min, below 1", f"{slope:+.2f}", said])
        # Streams begin and end while it is watched: a few more or fewer are no leak.
        rows.append(["descriptors, change, at most 10", f"{drift:+d}", _verdict(drift <= 10)])
    return rows


def _stream_goals(records: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    cases = by_case(records)
    for ramp, opened in ((1.0, "over 1 s"), (0.0, "at once")):
        mine, direct = cases.get((GATEWAY.name, 1000, ramp), []), cases.get(("direct", 1000, ramp), [])
        if mine and direct:
            least = min(record["whole"] for record in mine)
            rows.append([f"1,000 streams {opened}: whole", f"{least:,}", _verdict(least == 1000)])
            for figure, name, bound in (("first_byte_ms", "first byte", 3.0), ("gap_ms", "gap", 1.5)):
                value = median_p99(mine, figure) / median_p99(direct, figure)
                text = f"1,000 streams {opened}: {name} p99, × direct, at most {bound:g}"
                rows.append([text, f"{value:.2f}", _verdict(value <= bound)])
        for record in cases.get((GATEWAY.name, 2000, ramp), []):
            lost = record["accepted"] - record["whole"] + sum(record["faults"].values())
            rows.append([f"2,000 streams {opened}: accepted and lost", f"{lost:,}", _verdict(lost == 0)])
            rows.append(_refusals(f"2,000 streams {opened}", record))
    return rows


def _refusals(case: str, record: dict[str, Any]) -> list[str]:
    count, slowest = record["refusal_ms"]["count"], record["refusal_ms"]["max"]
    if count == 0:
        return [f"{case}: refused below 1 s with Retry-After", "none", "nothing was refused"]
    good = record["refused_without_retry_after"] == 0 and record["longest_retry_after_s"] <= 120 and slowest < 1000
    return [f"{case}: refused below 1 s with Retry-After", f"{count:,} in {slowest:.0f} ms", _verdict(good)]


def _verdict(good: bool) -> str:
    return "reached" if good else "missed"
