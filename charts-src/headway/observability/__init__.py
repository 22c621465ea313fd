"""Alerts, rules and dashboards as data."""

from headway.observability.alerts import Alert, alerts
from headway.observability.dashboards import dashboards
from headway.observability.grafana import grafana_json
from headway.observability.node_dashboard import PricedMachine
from headway.observability.panels import Dashboard, Panel, Query, Row
from headway.observability.watched import Watched

__all__ = [
    "Alert",
    "Dashboard",
    "Panel",
    "PricedMachine",
    "Query",
    "Row",
    "Watched",
    "alerts",
    "dashboards",
    "grafana_json",
]
