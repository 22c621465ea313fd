"""The scaling law: one object that renders the scaler's formula, evaluates it and documents itself."""

from headway.scaling.deployment_plan import DeploymentPlan
from headway.scaling.expression import Constant, Expression, Metric, maximum, minimum
from headway.scaling.law import LAWS, ScalingLaw, desired_replicas
from headway.scaling.signals import DEPLOYMENT_LABEL, GATEWAY_SERIES, otel_query, promql, series, total

__all__ = [
    "DEPLOYMENT_LABEL",
    "GATEWAY_SERIES",
    "LAWS",
    "Constant",
    "DeploymentPlan",
    "Expression",
    "Metric",
    "ScalingLaw",
    "desired_replicas",
    "maximum",
    "minimum",
    "otel_query",
    "promql",
    "series",
    "total",
]
