"""The catalog: accelerators, instance types, prices, models and images, each row with its source and date."""

from headway.catalog.catalog import Catalog
from headway.catalog.faults import CatalogFault
from headway.catalog.loader import load_catalog
from headway.domain.fault import Fault

__all__ = ["Catalog", "CatalogFault", "Fault", "load_catalog"]
