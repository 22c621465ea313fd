"""Questions to the catalog."""

from datetime import date

import pytest

import headway.catalog
from headway.catalog import load_catalog

CATALOG = load_catalog()
PRICES_READ = date(2026, 7, 20)
SPOT_READ = date(2026, 8, 10)


def test_exported_members_are_sorted_and_there() -> None:
    assert headway.catalog.__all__ == sorted(headway.catalog.__all__)
    for name in headway.catalog.__all__:
        assert hasattr(headway.catalog, name)


def test_the_packaged_catalog_is_read_once() -> None:
    assert load_catalog() is CATALOG


def test_the_catalog_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CATALOG.images["mine"] = CATALOG.images["vllm"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        CATALOG.prices = ()  # type: ignore[misc]


def test_a_price_is_found_by_machine_region_and_capacity_type() -> None:
    on_demand = CATALOG.price("g4dn.xlarge", "us-east-1", "on-demand")
    spot = CATALOG.price("g4dn.xlarge", "us-east-2", "spot")
    assert on_demand is not None
    assert spot is not None
    assert (on_demand.usd_per_hour, on_demand.as_of) == (0.526, "2026-07-20")
    assert (spot.usd_per_hour, spot.as_of) == (0.1964, "2026-08-10")


def test_a_price_that_no_source_gives_is_none() -> None:
    assert CATALOG.price("p5e.48xlarge", "us-east-1", "on-demand") is None
    assert CATALOG.price("g4dn.xlarge", "eu-central-1", "on-demand") is None


def test_machines_of_a_shape_come_cheapest_first() -> None:
    names = [machine.name for machine in CATALOG.instance_types_with("l4", 1)]
    assert names[:3] == ["g6.xlarge", "g6.2xlarge", "g6.4xlarge"]
    assert "g6f.xlarge" not in names
    assert "g6.12xlarge" not in names


def test_machines_without_a_price_come_last() -> None:
    assert [machine.name for machine in CATALOG.instance_types_with("h200", 8)] == [
        "p5en.48xlarge",
        "p5e.48xlarge",
    ]


def test_machines_with_the_same_price_come_by_name() -> None:
    names = [machine.name for machine in CATALOG.instance_types_with("t4g", 2, architecture="arm64")]
    assert names == ["g5g.16xlarge", "g5g.metal"]


def test_machines_are_amd64_unless_asked_otherwise() -> None:
    assert CATALOG.instance_types_with("t4g", 1) == ()


def test_machines_that_are_no_longer_listed_are_not_offered() -> None:
    assert CATALOG.instance_types_with("v100", 1) == ()


def test_an_accelerator_that_ec2_does_not_sell_has_no_machines() -> None:
    assert CATALOG.instance_types_with("mi300x", 8) == ()


def test_the_oldest_price_is_the_on_demand_table() -> None:
    assert CATALOG.oldest_price() == PRICES_READ


def test_prices_are_fresh_for_sixty_days() -> None:
    assert CATALOG.stale_prices(date(2026, 9, 18)) == ()


def test_on_demand_prices_are_stale_before_spot_prices() -> None:
    stale = CATALOG.stale_prices(date(2026, 9, 19))
    assert {price.capacity_type for price in stale} == {"on-demand"}
    assert len(stale) == 79


def test_all_prices_are_stale_by_november() -> None:
    assert CATALOG.stale_prices(date(2026, 11, 20)) == CATALOG.prices


def test_the_age_that_counts_as_stale_is_the_callers() -> None:
    assert CATALOG.stale_prices(SPOT_READ, max_age_days=20) == CATALOG.stale_prices(date(2026, 9, 19))
    assert CATALOG.stale_prices(PRICES_READ, max_age_days=0) == ()
