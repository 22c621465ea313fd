"""Loads the catalog from its files, or says everything that is wrong with them."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from headway.catalog.catalog import Catalog
from headway.catalog.consistency import (
    accelerator_faults,
    engine_faults,
    instance_type_faults,
    model_faults,
    price_faults,
)
from headway.catalog.contracts import read_contracts
from headway.catalog.faults import CatalogFault
from headway.catalog.sheet import read_sheet
from headway.domain.accelerator import Accelerator
from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.fault import Fault
from headway.domain.instance_type import InstanceType, Price
from headway.domain.model_card import ModelCard
from headway.domain.runtime_image import RuntimeImage


def load_catalog(directory: Traversable | Path | None = None) -> Catalog:
    """The catalog of `directory`, or the packaged one, which is read once. Raises `CatalogFault`."""
    return _packaged() if directory is None else _load(directory)


@cache
def _packaged() -> Catalog:
    return _load(files("headway.catalog") / "data")


def _load(directory: Traversable) -> Catalog:
    accelerators = read_sheet(directory, "accelerators.csv", Accelerator, ("key",))
    machines = read_sheet(directory, "instance_types.csv", InstanceType, ("name",))
    prices = read_sheet(directory, "prices.csv", Price, ("instance_type", "region", "capacity_type"))
    models = read_sheet(directory, "models.csv", ModelCard, ("id",))
    images = read_sheet(directory, "images.csv", RuntimeImage, ("key",))
    engines = read_contracts(directory)
    flags = read_sheet(directory, "engine_flags.csv", EngineFlag, ("engine", "flag"))
    rules = read_sheet(directory, "engine_flag_rules.csv", FlagRule, ("engine", "flag", "kind", "problem"))
    _refuse(
        *accelerators.faults,
        *accelerator_faults(accelerators),
        *machines.faults,
        *instance_type_faults(machines, accelerators),
        *prices.faults,
        *price_faults(prices, machines),
        *models.faults,
        *model_faults(models),
        *images.faults,
        *engines.faults,
        *flags.faults,
        *rules.faults,
        *(() if engines.faults else engine_faults(engines, images, flags, rules)),
    )
    return Catalog(
        accelerators=MappingProxyType({part.key: part for part in accelerators.nouns}),
        instance_types=MappingProxyType({machine.name: machine for machine in machines.nouns}),
        models=MappingProxyType({card.id: card for card in models.nouns}),
        images=MappingProxyType({image.key: image for image in images.nouns}),
        prices=prices.nouns,
        engines=MappingProxyType(dict(engines.by_name)),
        engine_flags=MappingProxyType(
            {engine: tuple(flag for flag in flags.nouns if flag.engine == engine) for engine in engines.by_name}
        ),
        flag_rules=rules.nouns,
    )


def _refuse(*faults: Fault) -> None:
    """Raises every fault there is, file by file and line by line."""
    if faults:
        file_order = list(dict.fromkeys(fault.file for fault in faults))
        raise CatalogFault(sorted(faults, key=lambda fault: (file_order.index(fault.file), fault.line)))
