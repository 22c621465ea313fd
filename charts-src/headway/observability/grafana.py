"""Grafana's JSON of a dashboard: panels laid out three in a line, in the order they are stated."""

from collections.abc import Iterator
from typing import Any

from headway.observability.panels import Dashboard, Panel, Row

SCHEMA = 39
"""Version of the dashboard model, of Grafana 10.3 and newer, which newer releases migrate when they load it."""
DATA_SOURCE = {"type": "prometheus", "uid": "prometheus"}
"""The one that kube-prometheus-stack provides."""
WIDTH, HEIGHT, LINE = 8, 8, 24
"""Of a panel and of a whole line, in Grafana's grid units."""


def grafana_json(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana reads it; the same bytes for the same dashboard."""
    panels = list(_laid_out(dashboard.rows))
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["headway"],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "utc",
        "panels": [{"id": number, **panel} for number, panel in enumerate(panels, start=1)],
    }


def _laid_out(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    line = 0
    for row in rows:
        yield {
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"h": 1, "w": LINE, "x": 0, "y": line},
        }
        line += 1
        for place, panel in enumerate(row.panels):
            below, column = divmod(place, LINE // WIDTH)
            yield _panel(panel, column * WIDTH, line + below * HEIGHT)
        line += HEIGHT * -(-len(row.panels) // (LINE // WIDTH))


def _panel(panel: Panel, x: int, y: int) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": DATA_SOURCE,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": x, "y": y},
        "targets": [
            {"refId": f"Q{number}", "expr": query.expression, "legendFormat": query.legend, "datasource": DATA_SOURCE}
            for number, query in enumerate(panel.queries, start=1)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    drawn: dict[str, Any] = {"lineWidth": 1, "fillOpacity": 20 if panel.stacked else 0, "showPoints": "never"}
    drawn["stacking"] = {"mode": "normal" if panel.stacked else "none", "group": "A"}
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
        drawn["thresholdsStyle"] = {"mode": "line"}
    return {
        "unit": panel.unit,
        "min": 0,
        "custom": drawn,
        "color": {"mode": "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
