"""monitoring.coreos.com PrometheusRule: recording rules and alerts."""

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, model_validator

from headway.kinds.durations import PrometheusDuration
from headway.kinds.resource import Resource, Spec

_LABEL_NAME = r"^[a-zA-Z_][a-zA-Z0-9_]*$"


class Rule(Spec):
    """One recorded series or one alert."""

    alert: Annotated[str, Field(pattern=_LABEL_NAME)] | None = None
    record: Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")] | None = None
    """Name of the new series, `level:metric:operation`."""
    expr: Annotated[str, Field(min_length=1)]
    for_: Annotated[PrometheusDuration | None, Field(alias="for")] = None
    """How long the expression must hold before the alert fires."""
    keep_firing_for: Annotated[PrometheusDuration | None, Field(alias="keep_firing_for")] = None
    """How long the alert stays after the expression stopped holding."""
    labels: dict[Annotated[str, Field(pattern=_LABEL_NAME)], str] | None = None
    annotations: dict[Annotated[str, Field(pattern=_LABEL_NAME)], str] | None = None
    """Words for people: `summary`, `description`, `runbook_url`."""

    @model_validator(mode="after")
    def _alert_or_record(self) -> Self:
        if (self.alert is None) == (self.record is None):
            raise ValueError(f"rule has alert {self.alert!r} and record {self.record!r}; give exactly one")
        return self

    @model_validator(mode="after")
    def _a_recorded_series_never_fires(self) -> Self:
        if self.record and (self.for_ or self.keep_firing_for or self.annotations):
            raise ValueError(f"record {self.record} has for, keep_firing_for or annotations; only alerts do")
        return self


class RuleGroup(Spec):
    """Rules that are evaluated in order, together."""

    name: Annotated[str, Field(min_length=1)]
    interval: PrometheusDuration | None = None
    """Left out: Prometheus' own."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]


class PrometheusRuleSpec(Spec):
    """Groups, each with its own name."""

    groups: Annotated[tuple[RuleGroup, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _group_names_are_unique(self) -> Self:
        twice = sorted(n for n, times in Counter(group.name for group in self.groups).items() if times > 1)
        if twice:
            raise ValueError(f"rule group {', '.join(twice)} appears more than once; give each its own name")
        return self


class PrometheusRule(Resource):
    """Recording rules and alerts."""

    api_version = "monitoring.coreos.com/v1"
    kind = "PrometheusRule"

    spec: PrometheusRuleSpec
