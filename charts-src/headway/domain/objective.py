"""What a model deployment promises, and the load it promises it under."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from headway.domain.noun import Noun, RequestsPerSecond, Seconds, Tokens, Unit, UsdPerHour


class Objective(Noun):
    """The latency objective (SLO): the stated percentile of requests stays below both figures."""

    ttft_seconds: Annotated[Seconds, Field(gt=0, le=600)]
    """Time to first token, from arrival at the gateway to the first streamed token."""
    tpot_seconds: Annotated[Seconds, Field(gt=0, le=10)]
    """Mean time per output token after the first."""
    percentile: Literal[50, 90, 95, 99] = 95
    """Share of requests, in percent, that the two figures hold for."""
    margin_percent: Annotated[int, Unit("%"), Field(ge=0, le=200)] = 10
    """How far predictions must stay below the promise: at 10, a predicted time plus 10 % of it must keep it."""


class Workload(Noun):
    """The load the objective is stated for."""

    requests_per_second: RequestsPerSecond
    """Mean arrival rate over all replicas."""
    prompt_tokens: Tokens
    """Typical prompt length."""
    output_tokens: Tokens
    """Typical answer length."""


class Replicas(Noun):
    """Bounds of the scaler."""

    min: Annotated[int, Field(strict=True, ge=0, le=1000)]
    """Replicas that always run; 0 lets the deployment sleep and wakes it on held requests."""
    max: Annotated[int, Field(strict=True, ge=1, le=1000)]
    """Replicas the scaler never passes."""

    @model_validator(mode="after")
    def _ordered(self) -> "Replicas":
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}; min must not exceed max")
        return self


class Limits(Noun):
    """What a model deployment may use."""

    replicas: Replicas
    """Bounds of the scaler."""
    budget_usd_per_hour: UsdPerHour
    """Most that all replicas at the maximum may cost in an hour, at on-demand prices."""
