"""What a replica costs an hour, and what tokens cost."""

import math

import pytest

from headway.recipes.machine import Quote
from headway.recipes.price import MONTHLY_INTERRUPTION, interruptions_per_hour, replica_price, usd_per_million_tokens
from unit.recipes.builders import a_machine

BOTH = ("spot", "on-demand")


def test_spot_is_dearer_by_the_machines_that_start_and_do_not_serve() -> None:
    machine = a_machine(spot=Quote(1.0, "r", "d"), on_demand=Quote(4.0, "r", "d"), interruption_band="5-10%")
    price = replica_price(machine, 1, BOTH, 360)
    assert price is not None
    rate = -math.log(0.9) / 730
    assert price.interruptions_per_hour == pytest.approx(rate)
    assert price.expected == pytest.approx(1.0 + rate * 0.1 * 4.0)


def test_a_replica_of_several_machines_falls_when_any_of_them_does() -> None:
    one, four = (replica_price(a_machine(), nodes, BOTH, 300) for nodes in (1, 4))
    assert one is not None
    assert four is not None
    assert four.spot == pytest.approx(4 * (one.spot or 0))
    assert four.interruptions_per_hour == pytest.approx(4 * one.interruptions_per_hour)
    assert four.expected > 4 * one.expected


def test_on_demand_has_no_interruptions() -> None:
    price = replica_price(a_machine(), 2, ("on-demand",), 300)
    assert price is not None
    assert (price.expected, price.spot, price.interruptions_per_hour) == (1.6, None, 0.0)


def test_without_a_price_that_the_pool_allows_there_is_none() -> None:
    assert replica_price(a_machine(on_demand=None), 1, ("on-demand",), 300) is None
    assert replica_price(a_machine(spot=None, on_demand=None), 1, BOTH, 300) is None


def test_an_unknown_band_counts_as_the_worst() -> None:
    assert interruptions_per_hour(None) == max(map(interruptions_per_hour, MONTHLY_INTERRUPTION))


def test_a_month_of_interruptions_is_the_share_of_the_band() -> None:
    for band, share in MONTHLY_INTERRUPTION.items():
        assert 1 - math.exp(-interruptions_per_hour(band) * 730) == pytest.approx(share)


def test_tokens_cost_what_the_fleet_costs_while_they_are_made() -> None:
    assert usd_per_million_tokens(3.6, 1000) == pytest.approx(1.0)
    assert usd_per_million_tokens(3.6, 0) is None
