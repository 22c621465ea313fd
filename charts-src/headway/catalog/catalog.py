"""The catalog as the rest of Headway sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from headway.domain.accelerator import Accelerator
from headway.domain.backend import Backend
from headway.domain.engine import EngineContract
from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.instance_type import Architecture, CapacityType, InstanceType, Price
from headway.domain.model_card import ModelCard
from headway.domain.runtime_image import RuntimeImage

Offer = tuple[str, str, str]
"""Instance type, region, capacity type."""


@dataclass(frozen=True, eq=False)
class Catalog:
    """What is known of hardware, prices, models and images; read-only and compared by identity."""

    accelerators: Mapping[str, Accelerator]
    """By key (`l4`)."""
    instance_types: Mapping[str, InstanceType]
    """By API name (`g6.xlarge`), those the cloud no longer lists included."""
    models: Mapping[str, ModelCard]
    """By name on the model hub."""
    images: Mapping[str, RuntimeImage]
    """By key (`vllm`)."""
    prices: tuple[Price, ...]
    """In the order of the file."""
    engines: Mapping[str, EngineContract]
    """By name (`vllm`), in the order in which equals are preferred."""
    engine_flags: Mapping[str, tuple[EngineFlag, ...]]
    """Flags that each engine's parser listed, by the engine's name."""
    flag_rules: tuple[FlagRule, ...]
    """Flags that must not be stated, in the order of the file."""

    def with_backends(self, backends: Mapping[str, Backend]) -> "Catalog":
        """The catalog with an environment's own engines and their images; itself when there are none or it has them."""
        new = {name: backend.contract(name) for name, backend in backends.items()}
        if new.items() <= self.engines.items():
            return self
        images = [image for name, backend in backends.items() for image in backend.runtime_images(name)]
        flags = {name: _stated_flags(contract) for name, contract in new.items()}
        return replace(
            self,
            engines={**self.engines, **new},
            engine_flags={**self.engine_flags, **flags},
            images={**self.images, **{image.key: image for image in images}},
        )

    def price(self, instance_type: str, region: str, capacity_type: CapacityType) -> Price | None:
        """The price of one offer, or `None` where no source gives it."""
        return self._offers.get((instance_type, region, capacity_type))

    def lists_on_demand(self, region: str) -> bool:
        """Whether the on-demand price list of a region is here; then it holds every type that the region sells."""
        return region in self._on_demand_regions

    def instance_types_with(
        self, accelerator: str, gpu_count: int, architecture: Architecture = "amd64"
    ) -> tuple[InstanceType, ...]:
        """Listed machines with exactly `gpu_count` whole GPUs of this kind.

        Cheapest on-demand price in any region first, machines without one last, then by name.
        """
        fitting = (
            machine
            for machine in self.instance_types.values()
            if machine.listed
            and machine.accelerator == accelerator
            and machine.gpu_count == gpu_count
            and machine.architecture == architecture
        )
        cheapest = self._cheapest_on_demand
        return tuple(sorted(fitting, key=lambda m: (cheapest.get(m.name, float("inf")), m.name)))

    def oldest_price(self) -> date:
        """Date of the price that was read the longest ago."""
        return min(date.fromisoformat(price.as_of) for price in self.prices)

    def stale_prices(self, today: date, max_age_days: int = 60) -> tuple[Price, ...]:
        """Prices more than `max_age_days` days old on the day `today`, in the order of the file."""
        newest_stale = today - timedelta(days=max_age_days)
        return tuple(price for price in self.prices if date.fromisoformat(price.as_of) < newest_stale)

    @cached_property
    def _offers(self) -> Mapping[Offer, Price]:
        return {(price.instance_type, price.region, price.capacity_type): price for price in self.prices}

    @cached_property
    def _on_demand_regions(self) -> frozenset[str]:
        return frozenset(price.region for price in self.prices if price.capacity_type == "on-demand")

    @cached_property
    def _cheapest_on_demand(self) -> Mapping[str, float]:
        """USD per hour by instance type."""
        cheapest: dict[str, float] = {}
        for price in self.prices:
            if price.capacity_type == "on-demand":
                known = cheapest.get(price.instance_type, price.usd_per_hour)
                cheapest[price.instance_type] = min(known, price.usd_per_hour)
        return cheapest


def _stated_flags(contract: EngineContract) -> tuple[EngineFlag, ...]:
    """The flags that a backend's contract names by itself."""
    return tuple(
        EngineFlag(
            engine=contract.name,
            flag=flag,
            arity=arity,
            server_only=False,
            version=contract.version,
            source=contract.source,
            as_of=contract.as_of,
        )
        for flag, arity in contract.flags.items()
    )
