"""What was measured as tables of ratios, and beside the goals."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench_gateway_figures import FIGURES, Record, by_case, median_p99, ratio
from bench_gateway_goals import goals
from bench_gateway_servers import GATEWAY, NGINX, PLAIN, SGLANG


def report(results: dict[str, Any]) -> str:
    """All tables as aligned Markdown."""
    parts = []
    if results.get("one_core"):
        parts += [
            "One core each, 32 keep-alive connections; median of the rounds (lowest-highest):",
            _one_core(results),
        ]
    if results.get("two_cores"):
        parts += ["Two workers on both cores, which model server and load share:", _two_cores(results)]
    if results.get("streams"):
        parts += ["Streams of 40 events in 2 s, two workers, both cores shared with model server and load:"]
        parts += [_streams(results["streams"])]
    if results.get("soak"):
        parts += ["Soak at half the load reached:", _soak(results["soak"])]
    if results.get("one_core") and GATEWAY.name in results["one_core"]:
        parts += ["Goals:", table(["goal", "measured", ""], goals(results))]
    parts += [_noise(results["others_cores"])]
    if results["missing"]:
        parts += ["Not measured:", "\n".join(f"- {name}: {reason}" for name, reason in results["missing"].items())]
    return "\n\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown with columns padded to one width; all but the first are right-aligned."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return "| " + " | ".join(padded) + " |"

    return "\n".join([line(head), line(rule), *(line(row) for row in rows)])


def _noise(cores: float) -> str:
    doubt = "; absolute figures and first bytes mean little" if cores > 0.1 else ""
    return f"Other programs kept {cores:.2f} cores of this machine busy meanwhile{doubt}."


def _one_core(results: dict[str, Any]) -> str:
    rounds = results["one_core"]
    head = ["server", "req/s", f"× {SGLANG.name}", f"× {PLAIN.name}", "req per CPU second", f"× {SGLANG.name}"]
    head += ["p50 added, ms", "× nginx", "CPU µs an event", "× nginx", "errors"]
    rows = []
    measured = {name: list(of_server.values()) for name, of_server in rounds.items()}
    for name, records in sorted(measured.items(), key=lambda item: -_median(item[1], "processor")):
        row = [name, _spread(records, "requests", 0)]
        row += [_times(ratio(rounds, name, base, "requests")) for base in (SGLANG.name, PLAIN.name)]
        row += [_spread(records, "processor", 0), _times(ratio(rounds, name, SGLANG.name, "processor"))]
        row += [_spread(records, "added", 2), _times(ratio(rounds, name, NGINX.name, "added"))]
        row += [_spread(records, "event", 0), _times(ratio(rounds, name, NGINX.name, "event"))]
        rows.append([*row, f"{sum(_errors(record) for record in records):,}"])
    return table(head, rows)


def _two_cores(results: dict[str, Any]) -> str:
    rows = []
    for name, records in results["two_cores"].items():
        seen = [record["requests_per_second"] for record in records]
        errors = sum(sum(record["errors"].values()) for record in records)
        rows.append(
            [name, _range(seen, 0), _range([record["latency_ms"]["p99"] for record in records], 1), f"{errors:,}"]
        )
    return table(["server", "req/s", "p99, ms", "errors"], rows)


def _streams(records: list[Record]) -> str:
    head = ["server", "offered", "opened over", "runs", "accepted", "whole", "refused", "slowest refusal, ms"]
    head += ["without Retry-After", "first byte p99, ms", "× direct", "gap p99, ms", "× direct"]
    rows = []
    for key, group in by_case(records).items():
        name, offered, ramp = key
        direct = by_case(records).get(("direct", offered, ramp), [])
        row = [name, f"{offered:,}", f"{ramp:.0f} s" if ramp else "at once", str(len(group))]
        row += [f"{sum(record[field] for record in group):,}" for field in ("accepted", "whole")]
        row += [f"{sum(sum(record['refused'].values()) for record in group):,}"]
        row += [f"{max(record['refusal_ms']['max'] for record in group):.0f}"]
        row += [f"{sum(record['refused_without_retry_after'] for record in group):,}"]
        for figure in ("first_byte_ms", "gap_ms"):
            mine, base = (median_p99(those, figure) for those in (group, direct))
            row += [f"{mine:.0f}", _times(mine / base) if base else "-"]
        rows.append(row)
    return table(head, rows)


def _soak(soak: Record) -> str:
    head = ["seconds", "req/s", "streams", "whole", "errors", "memory, MB", "MB/min", "descriptors", "a minute"]
    row = [f"{soak['seconds']:.0f}", f"{soak['requests_per_second']:,.0f}", f"{soak['streams']:,}"]
    row += [f"{soak['whole_streams']:,}", f"{sum(soak['errors'].values()):,}"]
    row += [f"{soak['rss_first_mb']:.1f} to {soak['rss_last_mb']:.1f}", f"{soak['rss_slope_mb_per_minute']:+.2f}"]
    row += [
        f"{soak['descriptors_first']} to {soak['descriptors_last']}",
        f"{soak['descriptors_slope_per_minute']:+.1f}",
    ]
    return table(head, [row])


def _errors(record: Record) -> int:
    return int(sum(record["rate"]["errors"].values()) + record["streams"]["offered"] - record["streams"]["whole"])


def _median(records: list[Record], figure: str) -> float:
    return median(FIGURES[figure](record) for record in records)


def _spread(records: list[Record], figure: str, digits: int) -> str:
    return _range([FIGURES[figure](record) for record in records], digits)


def _range(values: Sequence[float], digits: int) -> str:
    low, high = min(values), max(values)
    spread = "" if len(values) == 1 else f" ({low:,.{digits}f}-{high:,.{digits}f})"
    return f"{median(values):,.{digits}f}{spread}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"
