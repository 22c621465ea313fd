"""The catalog: accelerators, instance types, prices, models and images, each row with its source and date."""

from headway.catalog.catalog import Catalog
from headway.catalog.faults import CatalogFault, Fault
from headway.catalog.loader import load_catalog

__all__ = ["Catalog", "CatalogFault", "Fault", "load_catalog"]
