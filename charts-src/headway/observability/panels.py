"""Dashboards as data: queries on panels, panels in rows, rows on a dashboard. `grafana` makes JSON of them."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["short", "s", "percentunit", "reqps", "ops", "currencyUSD"]
"""Units as Grafana names them."""


@dataclass(frozen=True)
class Query:
    """One PromQL query with the name of its series."""

    expression: str
    legend: str
    """Name of a series; `{{model}}` stands for a label's value."""


@dataclass(frozen=True)
class Panel:
    """One graph over time."""

    title: str
    meaning: str
    """What one sees, and what a rise or fall of it means."""
    queries: tuple[Query, ...]
    unit: Unit = "short"
    limit: float | None = None
    """Where a line is drawn: an objective, or the most there can be."""
    stacked: bool = False
    """Whether the series add up to something."""


@dataclass(frozen=True)
class Row:
    """Panels that answer one question together."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Dashboard:
    """One page."""

    uid: str
    """Its address in Grafana, which links keep to."""
    title: str
    rows: tuple[Row, ...]


def rate(series: str, by: str, labels: str = "") -> str:
    """Per second, over five minutes, summed by one or several labels."""
    return f"sum by ({by}) (rate({series}{{{labels}}}[5m]))" if labels else f"sum by ({by}) (rate({series}[5m]))"


def percentile(share: float, histogram: str, labels: str = "", by: str = "") -> str:
    """A percentile of a histogram over five minutes, by one more label if any; `share` is 0 to 1."""
    selected = f"{histogram}_bucket{{{labels}}}" if labels else f"{histogram}_bucket"
    grouping = f"le, {by}" if by else "le"
    return f"histogram_quantile({share:g}, sum by ({grouping}) (rate({selected}[5m])))"
