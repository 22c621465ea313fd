"""Alerts, rules and dashboards as data."""

from headway.observability.alerts import Alert, Watched, alerts

__all__ = ["Alert", "Watched", "alerts"]
