"""Alert rules of an environment as one PrometheusRule."""

from collections.abc import Sequence
from typing import ClassVar

from headway.constructs.part import ManifestChart, Part
from headway.kinds import Metadata, PrometheusRule, PrometheusRuleSpec, Rule, RuleGroup
from headway.observability import Alert


class AlertRules(Part):
    """One PrometheusRule; a group an alert's name, a rule a deployment."""

    component: ClassVar[str] = "alerts"

    def __init__(self, scope: Part | ManifestChart, id: str, namespace: str, alerts: Sequence[Alert]) -> None:
        super().__init__(scope, id, instance="headway-alerts")
        groups = {
            name: tuple(_rule(alert) for alert in alerts if alert.name == name)
            for name in sorted({a.name for a in alerts})
        }
        self.add(
            PrometheusRule(
                metadata=Metadata(name=self.instance, namespace=namespace),
                spec=PrometheusRuleSpec(
                    groups=tuple(RuleGroup(name=f"headway-{name}", rules=rules) for name, rules in groups.items())
                ),
            )
        )


def _rule(alert: Alert) -> Rule:
    return Rule(
        alert=alert.name,
        expr=alert.expression,
        for_=f"{alert.for_seconds}s",
        labels={"severity": alert.severity},
        annotations={"summary": alert.summary, "runbook": alert.runbook},
    )
