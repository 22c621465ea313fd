"""A GPU as something described it, before the catalog is asked."""

from dataclasses import dataclass
from typing import Literal

from headway.domain.noun import MIB

Vendor = Literal["nvidia", "amd"]


@dataclass(frozen=True)
class Device:
    """One GPU, or several alike in one node."""

    name: str
    """Name as read (`NVIDIA A100-SXM4-40GB`), empty when nothing named it."""
    vendor: Vendor
    memory_mib: int | None = None
    """Memory of one in MiB, as read; `None` when it was not."""
    count: int = 1
    """GPUs that are alike here."""
    where: str = ""
    """Node it is in, empty on this machine."""
    instance_type: str = ""
    """API name of the node's machine, when a label says it."""
    slice: bool = False
    """Whether only parts of it are offered (MIG)."""
    note: str = ""
    """What a reader must know (time slicing, no device plugin)."""


@dataclass(frozen=True)
class Reading:
    """What a parser found, and every line or entry it could not read."""

    devices: tuple[Device, ...] = ()
    faults: tuple[str, ...] = ()
    """`place: what is wrong; what would be right`."""


def mib(amount: float, unit: str) -> int | None:
    """MiB in an amount with its unit. GPU tools write MB and GB and mean 2^20 and 2^30."""
    factor = UNITS.get(unit.strip().lower())
    if factor is None or not 0 < amount < 2**60:
        return None
    return round(amount * factor / MIB)


UNITS = {
    "b": 1, "bytes": 1,
    "kb": 2**10, "kib": 2**10, "k": 2**10, "ki": 2**10,
    "mb": MIB, "mib": MIB, "m": MIB, "mi": MIB,
    "gb": 2**30, "gib": 2**30, "g": 2**30, "gi": 2**30,
}  # fmt: skip
