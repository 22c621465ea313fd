"""`headway detect`: the GPUs of this machine or of a cluster's nodes, as the catalog knows them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from headway.catalog import load_catalog
from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.recipes.detection import (
    Entry,
    Reading,
    inventory,
    parse_amd_smi,
    parse_nodes,
    parse_nvidia_smi,
    parse_rocm_smi,
)

NVIDIA = ("nvidia-smi", "--query-gpu=index,name,memory.total,mig.mode.current", "--format=csv")
AMD = ("amd-smi", "static", "--asic", "--vram", "--json")
ROCM = ("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
TIMEOUT_SECONDS = 30
"""nvidia-smi takes seconds on a machine with eight GPUs and no persistence daemon."""
NODES_HINT = "kubectl get nodes -o json > nodes.json && headway detect --nodes nodes.json"


@click.command()
@click.option("--nodes", type=click.Path(path_type=Path), help="Output of `kubectl get nodes -o json`; - reads stdin.")
@format_option
@reports_faults
def detect(nodes: Path | None, style: str) -> None:
    """Name the GPUs of this machine, or of the nodes in a file."""
    catalog = load_catalog()
    if nodes is None:
        reading, silent = _this_machine()
    else:
        reading, silent = parse_nodes(_text(nodes), catalog.instance_types), f"no node in {nodes} has one"
        if reading.faults:
            fail(reading.faults, NODES_HINT)
    for fault in reading.faults:
        click.echo(f"warning: {fault}", err=True)
    entries = inventory(reading.devices, catalog)
    if style == "json":
        print_json({"gpus": [_json(entry) for entry in entries]})
    elif entries:
        columns = ("GPUs", "accelerator", "read", "MiB", "nodes", "what to know")
        console().print(table("", columns, [_cells(entry) for entry in entries], ("GPUs", "MiB")))
    if not entries:
        click.echo(f"no GPU found: {silent}", err=True)
        raise SystemExit(1)


def _this_machine() -> tuple[Reading, str]:
    """What the vendors' tools say, and in words why there is nothing when they say nothing."""
    nvidia, amd = _run(NVIDIA, parse_nvidia_smi), _run(AMD, parse_amd_smi)
    # Both tools see the same GPUs; the older one is asked only when the newer is of no use.
    rocm = None if amd and amd.devices else _run(ROCM, parse_rocm_smi)
    asked = {"nvidia-smi": nvidia, "amd-smi": amd, "rocm-smi": rocm}
    found = [reading for reading in asked.values() if reading is not None]
    absent = [tool for tool, reading in asked.items() if reading is None]
    empty = [tool for tool, reading in asked.items() if reading is not None]
    devices = tuple(device for reading in found for device in reading.devices)
    faults = tuple(fault for reading in found for fault in reading.faults)
    reasons = [f"{_listed(empty)} found none"] if empty else []
    reasons += [f"{_listed(absent)} {'is' if len(absent) == 1 else 'are'} not installed"] if absent else []
    return Reading(devices, faults), "; ".join(reasons)


def _run(command: tuple[str, ...], parse: Callable[[str], Reading]) -> Reading | None:
    """What a tool says, `None` when it is not installed."""
    tool, *options = command
    program = shutil.which(tool)
    if program is None:
        return None
    try:
        ran = subprocess.run([program, *options], capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Reading(faults=(f"{tool}: did not answer in {TIMEOUT_SECONDS} s; look at the driver's log",))
    except OSError as error:
        return Reading(faults=(f"{tool}: cannot be run ({error.strerror}); install the vendor's driver",))
    said = ran.stdout.decode(errors="replace")
    if ran.returncode:
        words = " ".join((said + " " + ran.stderr.decode(errors="replace")).split())[:300]
        return Reading(faults=(f"{tool}: ended with {ran.returncode}: {words or 'no words'}; is the driver loaded?",))
    return parse(said)


def _text(path: Path) -> str:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        fail([f"{path}: cannot be read ({error.strerror}); give the output of kubectl get nodes -o json"], NODES_HINT)
    except UnicodeDecodeError as error:
        fail([f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8"], NODES_HINT)


def _cells(entry: Entry) -> tuple[str, ...]:
    match = entry.match
    key = match.accelerator.key if match.accelerator else "unknown"
    memory = "?" if match.device.memory_mib is None else str(match.device.memory_mib)
    return str(entry.count), key, _plain(match.device.name) or "?", memory, ", ".join(entry.nodes), _to_know(entry)


def _to_know(entry: Entry) -> str:
    match = entry.match
    nearest = f"{match.reason}; nearest is {match.nearest.key}" if match.nearest else match.reason
    return "; ".join(part for part in (nearest, match.device.note) if part)


def _json(entry: Entry) -> dict[str, Any]:
    match = entry.match
    return {
        "accelerator": match.accelerator.key if match.accelerator else None,
        "count": entry.count,
        "vendor": match.device.vendor,
        "name": match.device.name,
        "memory_mib": match.device.memory_mib,
        "nodes": list(entry.nodes),
        "nearest": match.nearest.key if match.nearest else None,
        "reason": match.reason,
        "note": match.device.note,
    }


def _plain(text: str) -> str:
    """A name without control characters, which a terminal would obey."""
    return text if text.isprintable() else json.dumps(text)


def _listed(tools: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(tools[:-1]), tools[-1])))
