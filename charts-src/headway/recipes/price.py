"""What a replica costs an hour, and what a million tokens cost at a load.

    expected = spot + interruptions an hour × cold start × on demand      where the pool allows spot
    expected = on demand                                                  elsewhere

An interrupted machine is paid for until it goes, and its replacement is paid for while it starts and serves nothing; it
is taken to be bought on demand, as Karpenter does when spot has just run out. Answers cut by an interruption are the
gateway's business (drain) and are not in the price.
"""

import math
from dataclasses import dataclass

from headway.domain.instance_type import CapacityType, InterruptionBand
from headway.recipes.machine import Machine, Quote

HOURS_A_MONTH = 730.0
MONTHLY_INTERRUPTION: dict[InterruptionBand, float] = {
    "<5%": 0.05,
    "5-10%": 0.10,
    "10-15%": 0.15,
    "15-20%": 0.20,
    ">20%": 0.40,
}
"""Share of spot machines reclaimed in a month: the end of Spot Advisor's band; its last has none, 40 % is an estimate."""
UNKNOWN_BAND: InterruptionBand = ">20%"
"""Taken where Spot Advisor had no figure: the worst, and the commonest among GPU machines (FACTS.md, 12)."""


@dataclass(frozen=True)
class ReplicaPrice:
    """USD an hour for all machines of one replica."""

    expected: float
    """Over many hours, interruptions included."""
    spot: float | None
    on_demand: float | None
    interruptions_per_hour: float
    """Of the replica; 0 on demand."""
    quotes: tuple[Quote, ...]
    """What the figures rest on: region and date."""


def replica_price(
    machine: Machine, nodes: int, capacity_types: tuple[CapacityType, ...], cold_start_seconds: float
) -> ReplicaPrice | None:
    """The price of one replica over `nodes` machines; `None` where the catalog has none that the pool allows."""
    spot = machine.spot.usd_per_hour * nodes if machine.spot and "spot" in capacity_types else None
    on_demand = machine.on_demand.usd_per_hour * nodes if machine.on_demand else None
    quotes = tuple(quote for quote in (machine.spot if spot is not None else None, machine.on_demand) if quote)
    if spot is None:
        known = on_demand is not None
        return ReplicaPrice(on_demand, None, on_demand, 0.0, quotes) if known and on_demand is not None else None
    rate = interruptions_per_hour(machine.interruption_band) * nodes
    lost_hours = rate * cold_start_seconds / 3600
    expected = spot + lost_hours * (on_demand if on_demand is not None else spot)
    return ReplicaPrice(expected, spot, on_demand, rate, quotes)


def interruptions_per_hour(band: InterruptionBand | None) -> float:
    """Of one spot machine, from the share that is reclaimed in a month (constant hazard)."""
    return -math.log(1.0 - MONTHLY_INTERRUPTION[band or UNKNOWN_BAND]) / HOURS_A_MONTH


def usd_per_million_tokens(fleet_usd_per_hour: float, tokens_per_second: float) -> float | None:
    """USD for a million output tokens; `None` without load."""
    return fleet_usd_per_hour / (tokens_per_second * 3600) * 1e6 if tokens_per_second > 0 else None


def counted_usd(usd_per_hour: float) -> float:
    """A price as far as it decides anything: less than a tenth of a cent is noise."""
    return round(usd_per_hour, 3)
