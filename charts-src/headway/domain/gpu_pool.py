"""A GPU pool: machines of one shape that pods of one kind may land on."""

from typing import Annotated

from pydantic import Field

from headway.domain.instance_type import CapacityType
from headway.domain.noun import Mebibytes, Millicores, Noun, Unit, WholeSeconds, spelled

Name = Annotated[
    str,
    spelled(
        r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?",
        "a pool's name (lower-case letters, digits and dashes, from a letter on, at most 40)",
    ),
]
_CRON = r"[0-9*/,-]+ [0-9*/,-]+ [0-9*/,?-]+ [0-9A-Za-z*/,-]+ [0-9A-Za-z*/,?-]+"
_MACROS = "@(annually|yearly|monthly|weekly|daily|midnight|hourly)"


class StaticNode(Noun):
    """A machine that somebody else provides: the shape of a node in a pool that Karpenter does not manage."""

    cpu_millicores: Annotated[Millicores, Field(gt=0)]
    """Allocatable CPU of one node."""
    memory_mib: Annotated[Mebibytes, Field(gt=0)]
    """Allocatable memory of one node."""
    usd_per_hour: Annotated[float, Unit("USD/h"), Field(ge=0)] | None = None
    """What an hour of the node costs its owner, or absent when nobody has said."""
    selector: Annotated[dict[str, str], Field(min_length=1)]
    """Labels that its nodes carry."""


class BlackoutWindow(Noun):
    """A time in which Karpenter may not disrupt nodes of its own accord."""

    schedule: Annotated[str, spelled(f"{_MACROS}|{_CRON}", "a cron line such as '0 7 * * mon-fri'")]
    """When it begins: a cron line in UTC."""
    duration: Annotated[str, spelled(r"\d+h(\d+m)?|\d+m", "hours and minutes such as 2h30m")]
    """How long it lasts (`2h30m`)."""


class GpuPool(Noun):
    """One NodePool: one accelerator, one count of it a machine, one architecture."""

    accelerator: str
    """Key of the accelerator in the catalog."""
    gpu_count: Annotated[int, Field(ge=1, le=16)] = 1
    """GPUs on each machine; pinned so that a one-GPU pod never starts an eight-GPU machine."""
    instance_types: tuple[str, ...] = ()
    """Machines admitted; empty admits every listed amd64 type with this accelerator and count."""
    capacity_types: Annotated[tuple[CapacityType, ...], Field(min_length=1)] = ("spot", "on-demand")
    """How machines may be bought; Karpenter prefers spot when both are given."""
    max_gpus: Annotated[int, Field(ge=1)]
    """Limit of the pool in GPUs."""
    expire_after_hours: Annotated[int, Unit("h"), Field(ge=1, le=504)] = 336
    """Age at which a node is replaced."""
    consolidate_after_seconds: WholeSeconds = 300
    """How long a node must be underused before it is consolidated away."""
    blackouts: tuple[BlackoutWindow, ...] = ()
    """Times in UTC without consolidation or drift. They react to the clock, never to load, and hold back neither expiry
    nor interruption."""
    static_node: StaticNode | None = None
    """Set when the machines exist already and Karpenter does not manage them."""
