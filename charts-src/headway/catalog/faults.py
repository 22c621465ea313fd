"""What can be wrong with the catalog's files. All faults of all files travel in one exception:

ValueError
└── CatalogFault    .faults: one `Fault` for every wrong cell, row or header; its path is the column
"""

from collections.abc import Iterable

from headway.domain.fault import Fault


class CatalogFault(ValueError):
    """The catalog cannot be used; the message has one line for each fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
