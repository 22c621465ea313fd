"""Which accelerator of the catalog a device is: by the words of its name, then by memory."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from headway.catalog import Catalog
from headway.domain.accelerator import Accelerator
from headway.recipes.detection.device import Device

LEAST, MOST = 0.92, 1.02
"""Memory that the driver may report, as a share of the label in GiB: ECC takes 6 %, marketing rounds up."""
DIES = {"mi250x": 2}
"""Parts that appear as several devices, each with its share of the memory."""
SILENT = re.compile(
    r"nvidia|amd|ati|tesla|instinct|blackwell|edition|graphics|oam|vf|shared|sxm\d?|hbm\d?e?|\d+gb|\d+g|ac|kvm"
)
"""Words of a product name that do not tell one part from another in the catalog."""
SLICE = "a slice is not a whole GPU"
BRACKETS = re.compile(r"\[[^]]*\]|\([^)]*\)")
CARDS = {"pcie", "nvl"}
"""Forms of a part with less bandwidth than the module of the same name."""


@dataclass(frozen=True)
class Match:
    """A device and what the catalog has for it."""

    device: Device
    accelerator: Accelerator | None
    """`None` when the catalog does not have it."""
    nearest: Accelerator | None
    """The catalog's closest part of the same vendor, when it has not the device itself."""
    reason: str
    """Why not, empty for a match."""


def identify(device: Device, catalog: Catalog) -> Match:
    """Finds a device in the catalog; the machine's name decides where its own name does not."""
    parts = [part for part in catalog.accelerators.values() if part.vendor == device.vendor]
    machine = catalog.instance_types.get(device.instance_type)
    by_machine = catalog.accelerators.get(machine.accelerator or "") if machine else None
    if by_machine in parts and not device.name:
        return _held(device, by_machine)
    words = words_of(device.name)
    alike = [part for part in parts if words in _names(part)]
    fitting = [part for part in alike if _fits(device.memory_mib, part)]
    if len(fitting) > 1:
        named = re.findall(r"(\d+)\s?GB", device.name, re.IGNORECASE)
        fitting = [part for part in fitting if part is by_machine or f"{part.marketed_gb:g}" in named] or fitting
    if len(fitting) == 1 and not (words_in(device.name) & CARDS and "NVSwitch" in fitting[0].link):
        return _held(device, fitting[0])
    nearest = _nearest(device, alike or parts)
    return Match(device, None, nearest, _reason(device, alike, fitting, nearest))


def words_in(name: str) -> frozenset[str]:
    """All words of a product name in lower case."""
    return frozenset(re.findall(r"[a-z0-9.]+", BRACKETS.sub(" ", name.lower())))


def words_of(name: str) -> frozenset[str]:
    """The words that tell a product from others."""
    return frozenset(word for word in words_in(name) - CARDS if not SILENT.fullmatch(word))


def _names(part: Accelerator) -> set[frozenset[str]]:
    """Words of the product's name, and of the catalog's key, which is also Karpenter's label but for the memory."""
    key = frozenset(part.key.removesuffix(f"-{part.marketed_gb:g}").split("-"))
    return {words_of(part.name), key, key | {"server"}} if "rtx" in key else {words_of(part.name), key}


def _fits(memory_mib: int | None, part: Accelerator) -> bool:
    if memory_mib is None:
        return True
    label = part.marketed_gb * 1024
    return any(LEAST * share <= memory_mib <= MOST * share for share in {label, label / DIES.get(part.key, 1)})


def _held(device: Device, part: Accelerator | None) -> Match:
    """The match, unless only slices of the part are offered."""
    if device.slice:
        return Match(device, None, part, SLICE)
    return Match(device, part, None, "")


def _nearest(device: Device, parts: Iterable[Accelerator]) -> Accelerator | None:
    """Most alike by name, then by memory."""

    def distance(part: Accelerator) -> tuple[float, float]:
        likeness = difflib.SequenceMatcher(None, part.name.lower(), device.name.lower()[:100]).ratio()
        return -round(likeness, 2), abs((device.memory_mib or 0) - part.marketed_gb * 1024)

    return min(parts, key=distance, default=None)


def _reason(device: Device, alike: list[Accelerator], fitting: list[Accelerator], nearest: Accelerator | None) -> str:
    if nearest is None:
        return "the catalog has no part of this vendor"
    if device.slice:
        return SLICE
    if not device.name:
        return "nothing names it"
    if not alike:
        return "no part in the catalog has this name"
    if not fitting:
        labels = " or ".join(f"{part.marketed_gb:g} GB" for part in alike)
        return f"{device.memory_mib} MiB is not the memory of {nearest.name}, {labels}"
    if len(fitting) > 1:
        return f"its memory is not known; could be {' or '.join(part.key for part in fitting)}"
    return f"{nearest.key} is the module on {nearest.link}, this is a card with less bandwidth"
