"""A duration, as each project spells it. Their parsers differ, so the types do too."""

from typing import Annotated

from pydantic import Field

PrometheusDuration = Annotated[
    str,
    Field(
        min_length=1,
        pattern=r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    ),
]
"""Units in falling order: `1h30m`, `15s`."""

GatewayDuration = Annotated[str, Field(pattern=r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")]
"""Gateway API (GEP-2257): `300s`; `0s` means no limit."""

NodeDuration = Annotated[str, Field(pattern=r"^([0-9]+(s|m|h))+$")]
"""Karpenter: `30m`, `1h30m`."""

NodeDurationOrNever = Annotated[str, Field(pattern=r"^(([0-9]+(s|m|h))+|Never)$")]
"""Karpenter, where `Never` turns the clock off."""

BudgetDuration = Annotated[str, Field(pattern=r"^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$")]
"""Karpenter's disruption budgets: hours and minutes only (`2h30m`)."""

GoDuration = Annotated[str, Field(pattern=r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$")]
"""Go's `time.ParseDuration`: `1h0m0s`, `1.5s`. Read by Argo CD and External Secrets."""
