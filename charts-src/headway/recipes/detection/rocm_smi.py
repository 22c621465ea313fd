"""`rocm-smi --showproductname --showmeminfo vram --json`: an object of cards; spelling of keys changed in ROCm 6."""

import re
from typing import Any

from headway.recipes.detection.device import Device, Reading
from headway.recipes.detection.loose_json import amount_mib, loads, shown, word

CARD = re.compile(r"card\d{1,6}")
NAMES = ("card series", "card model", "device name")
"""Keys that may hold the product's name, the best first; compared without regard to case."""
ID = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
"""`Card model` of some releases is a PCI id, which names nothing."""


def parse_rocm_smi(text: str) -> Reading:
    """The GPUs in the tool's JSON. The tool exits with 0 when it fails, so text without cards becomes a fault."""
    found, wrong = loads(text)
    if wrong or not isinstance(found, dict):
        problem = wrong or f"is {shown(found)}"
        return Reading(faults=(f"rocm-smi: {problem}; expected the output of rocm-smi --json",))
    devices: list[Device] = []
    faults: list[str] = []
    for key, entry in found.items():
        if not CARD.fullmatch(key):
            continue
        device = _device(entry)
        if device is None:
            faults.append(f"rocm-smi: {key}: has no product name; it says {shown(entry)}")
        else:
            devices.append(device)
    return Reading(tuple(devices), tuple(faults))


def _device(entry: Any) -> Device | None:
    if not isinstance(entry, dict):
        return None
    cells = {key.lower(): value for key, value in entry.items()}
    named = (word(cells.get(key)) for key in NAMES)
    name = next((name for name in named if name and not ID.fullmatch(name)), "")
    return Device(name, "amd", amount_mib(cells.get("vram total memory (b)"), "B")) if name else None
