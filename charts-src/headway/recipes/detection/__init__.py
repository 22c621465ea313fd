"""Reads what vendor tools and Kubernetes nodes say of their GPUs, and finds the catalog's accelerators in it."""

from headway.recipes.detection.amd_smi import parse_amd_smi
from headway.recipes.detection.device import Device, Reading
from headway.recipes.detection.inventory import Entry, inventory
from headway.recipes.detection.match import Match, identify
from headway.recipes.detection.nodes import parse_nodes
from headway.recipes.detection.nvidia_smi import parse_nvidia_smi
from headway.recipes.detection.rocm_smi import parse_rocm_smi

__all__ = [
    "Device",
    "Entry",
    "Match",
    "Reading",
    "identify",
    "inventory",
    "parse_amd_smi",
    "parse_nodes",
    "parse_nvidia_smi",
    "parse_rocm_smi",
]
