"""`nvidia-smi --query-gpu=… --format=csv`: a header that names the fields, then one line a GPU, values with units."""

import csv
from collections.abc import Iterator, Mapping

from headway.recipes.detection.device import Device, Reading
from headway.recipes.detection.loose_json import amount_mib, shown, word

QUERY = ("index", "name", "memory.total", "mig.mode.current")
"""Fields asked for; every driver since R450 knows them."""


def parse_nvidia_smi(text: str) -> Reading:
    """The GPUs in the tool's CSV. Lines that are none of it, such as a driver's complaint, become faults."""
    devices: list[Device] = []
    faults: list[str] = []
    header: list[str] | None = None
    for number, cells in _lines(text):
        names = [cell.split("[")[0].strip() for cell in cells]
        if "name" in names and "memory.total" in names:
            header = names
        elif cells[0] == "No devices were found":
            continue
        elif header is None:
            faults.append(
                f"nvidia-smi: line {number}: {shown(', '.join(cells))}; the header of the CSV should come first"
            )
        elif len(cells) != len(header):
            faults.append(f"nvidia-smi: line {number}: has {len(cells)} cells; the header has {len(header)}")
        else:
            device, fault = _device(dict(zip(header, cells, strict=True)), number)
            devices += device
            faults += fault
    return Reading(tuple(devices), tuple(faults))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], skipinitialspace=True), [])
        except csv.Error:
            cells = [line]
        yield number, [cell.strip() for cell in cells]


def _device(cells: Mapping[str, str], number: int) -> tuple[list[Device], list[str]]:
    name, memory = word(cells["name"]), amount_mib(cells["memory.total"], "MiB")
    if not name:
        return [], [f"nvidia-smi: line {number}: name is {shown(cells['name'])}; look at nvidia-smi -q"]
    mig = cells.get("mig.mode.current") == "Enabled"
    return [Device(name, "nvidia", memory, slice=mig, note="MIG is on: pods get slices of it" if mig else "")], []
