"""The behaviour of a law as an SVG picture: one panel a scenario, replicas over time."""

import math
from collections.abc import Callable
from html import escape
from itertools import groupby

from headway.scaling.behaviour import Run, Workload

WIDTH, LEFT, RIGHT, TOP = 1020, 46, 370, 64
PANEL, GAP = 150, 62
COLOURS = ("#4cc2ff", "#ffb454", "#ff6b6b", "#8ce99a")
BACKGROUND, TEXT, FAINT, NEEDED, LOST = "#1b1f27", "#e6e6e6", "#8a93a3", "#333b49", "#5b2a33"
FONT = "ui-monospace, Menlo, Consolas, monospace"


def draw(law: str, workload: Workload, runs: tuple[Run, ...]) -> str:
    """The picture's text. Needs nothing from the network."""
    panels = [list(group) for _, group in groupby(runs, key=lambda run: run.scenario.name)]
    height = TOP + len(panels) * (PANEL + GAP)
    about = (
        f"{workload.sequences} requests of {workload.service_seconds} s a replica, cold start "
        f"{workload.cold_start_seconds} s, {workload.min_replicas} to {workload.max_replicas} replicas, "
        f"{workload.usd_per_replica_hour:g} USD an hour each"
    )
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" font-family="{FONT}" font-size="12">',
        f"<title>{escape(f'Law {law} beside an HPA on CPU')}</title>",
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        _text(16, 26, f"law {law}, beside an HPA on CPU: replicas over time", TEXT, size=15),
        _text(16, 46, f"{about}; grey: replicas that the load needs", FAINT),
    ]
    for number, panel in enumerate(panels):
        parts += _panel(TOP + number * (PANEL + GAP), panel, workload)
    return "\n".join([*parts, "</svg>", ""])


def _panel(top: int, runs: list[Run], workload: Workload) -> list[str]:
    scenario, last = runs[0].scenario, runs[0].points[-1].t
    base, ceiling = top + 26 + PANEL, max(workload.max_replicas, max(p.needed for p in runs[0].points))

    def x(second: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, second / last), 1)

    def y(replicas: float) -> float:
        return round(base - PANEL * replicas / ceiling, 1)

    parts = [_text(16, top + 14, f"{scenario.name}: {scenario.meaning}", TEXT)]
    if scenario.metrics_lost:
        left, right = x(scenario.metrics_lost.start), x(scenario.metrics_lost.stop)
        parts.append(f'<rect x="{left}" y="{y(ceiling)}" width="{right - left:.1f}" height="{PANEL}" fill="{LOST}"/>')
    needed = _steps(x, y, [(point.t, point.needed) for point in runs[0].points])
    parts.append(f'<path d="{needed}V{y(0)}H{x(0)}Z" fill="{NEEDED}"/>')
    parts += _axes(x, y, last, ceiling)
    for number, (run, colour) in enumerate(zip(runs, COLOURS, strict=False)):
        path = _steps(x, y, [(point.t, point.replicas) for point in run.points])
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{2 if number == 0 else 1.6}"/>')
        parts += _figures(top + 40 + number * 40, run, colour)
    return parts


def _steps(x: Callable[[float], float], y: Callable[[float], float], points: list[tuple[int, int]]) -> str:
    """A stair: a corner only where the count changes."""
    path, before = f"M{x(points[0][0])} {y(points[0][1])}", points[0][1]
    for second, count in points[1:]:
        if count != before:
            path, before = f"{path}H{x(second)}V{y(count)}", count
    return f"{path}H{x(points[-1][0])}"


def _axes(x: Callable[[float], float], y: Callable[[float], float], last: int, ceiling: int) -> list[str]:
    parts = [f'<path d="M{x(0)} {y(ceiling)}V{y(0)}H{x(last)}" fill="none" stroke="{FAINT}" stroke-width="1"/>']
    every = math.ceil(ceiling / 2)
    parts += [_text(x(0) - 6, y(count) + 4, str(count), FAINT, anchor="end") for count in range(0, ceiling + 1, every)]
    parts += [_text(x(t), y(0) + 15, f"{t // 60} min", FAINT, anchor="middle") for t in range(0, last + 1, 600)]
    return parts


def _figures(top: int, run: Run, colour: str) -> list[str]:
    left = WIDTH - RIGHT + 22
    p95 = run.wait_percentile(95)
    wait = f"p95 wait {p95:.0f} s" if math.isfinite(p95) else "p95: never"
    return [
        f'<rect x="{left}" y="{top - 9}" width="12" height="4" fill="{colour}"/>',
        _text(left + 20, top - 2, f"{run.scaler}: {run.usd:.2f} USD", TEXT),
        _text(left + 20, top + 14, f"{run.waited} of {run.requests} waited, {wait}", FAINT, size=11),
    ]


def _text(x: float, y: float, text: str, colour: str, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
