"""Devices counted by what they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from headway.catalog import Catalog
from headway.recipes.detection.device import Device
from headway.recipes.detection.match import Match, identify


@dataclass(frozen=True)
class Entry:
    """GPUs that are alike."""

    match: Match
    """Of one of them."""
    count: int
    """How many there are."""
    nodes: tuple[str, ...]
    """Nodes they are in, empty on this machine."""


def inventory(devices: Iterable[Device], catalog: Catalog) -> tuple[Entry, ...]:
    """The devices, those alike together, known ones first, then by number and name."""
    groups: dict[tuple[object, ...], list[Match]] = {}
    for match in (identify(device, catalog) for device in devices):
        key = match.accelerator.key if match.accelerator else ""
        read = match.device
        alike = (key, read.note, read.slice) if key else (read.vendor, read.name, read.memory_mib, read.note)
        groups.setdefault((bool(key), *alike), []).append(match)
    entries = (
        Entry(
            match=group[0],
            count=sum(match.device.count for match in group),
            nodes=tuple(sorted({match.device.where for match in group} - {""})),
        )
        for group in groups.values()
    )
    return tuple(sorted(entries, key=_order))


def _order(entry: Entry) -> tuple[bool, int, str]:
    return entry.match.accelerator is None, -entry.count, entry.match.device.name
