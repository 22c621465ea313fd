"""`amd-smi static --asic --vram --json`: a list of GPUs, since ROCm 7 inside `gpu_data`; MB there is 2^20 bytes."""

from typing import Any

from headway.recipes.detection.device import Device, Reading
from headway.recipes.detection.loose_json import amount_mib, loads, shown, word


def parse_amd_smi(text: str) -> Reading:
    """The GPUs in the tool's JSON; an entry without a name becomes a fault."""
    found, wrong = loads(text)
    if wrong:
        return Reading(faults=(f"amd-smi: {wrong}; expected the output of amd-smi static --json",))
    if isinstance(found, dict):
        found = found.get("gpu_data", [found])
    if not isinstance(found, list):
        return Reading(faults=(f"amd-smi: gpu_data is {shown(found)}; expected a list of GPUs",))
    devices: list[Device] = []
    faults: list[str] = []
    for position, entry in enumerate(found):
        device = _device(entry)
        if device is None:
            faults.append(f"amd-smi: GPU {position}: has no asic.market_name; it says {shown(entry)}")
        else:
            devices.append(device)
    return Reading(tuple(devices), tuple(faults))


def _device(entry: Any) -> Device | None:
    if not isinstance(entry, dict):
        return None
    asic, vram = _section(entry, "asic"), _section(entry, "vram")
    name = word(asic.get("market_name"))
    return Device(name, "amd", amount_mib(vram.get("size", vram.get("vram_size_mb")))) if name else None


def _section(entry: dict[Any, Any], key: str) -> dict[Any, Any]:
    found = entry.get(key)
    return found if isinstance(found, dict) else {}
