"""What a node's disk must hold: the engine's image unpacked, the next one while a rollout runs, and caches.

Weights are streamed from S3 into GPU memory and never lie on the disk. Karpenter's default of 20 GiB holds no engine's
image (trap H9).
"""

import math
from dataclasses import dataclass

from headway.domain.noun import GIB
from headway.domain.runtime_image import RuntimeImage
from headway.recipes.machine import Machine

IMAGES = 2.0
"""Images on the disk while a rollout runs: the one in use and the next."""
CACHES_GIB = 20
"""Engine caches, logs and writable layers of the pods on a node."""
POD_DISK_GIB = 16
"""What a pod's own caches and temporary files may take of it. Estimate: 10 GiB of home, 4 GiB of `/tmp`, layers."""


@dataclass(frozen=True)
class DiskPlan:
    """Disk of one node in GiB."""

    image_gib: float
    """The image in use, unpacked."""
    needed_gib: float
    """Both images and the caches."""
    offered_gib: float | None
    """Local NVMe as RAID0; `None` where the volume is made as large as needed, or the node is somebody else's."""


def plan_disk(image: RuntimeImage, machine: Machine) -> DiskPlan:
    """The disk that a machine needs to run an image."""
    return DiskPlan(
        image_gib=image.unpacked_gb * 1e9 / GIB,
        needed_gib=needed_gib(image.unpacked_gb),
        offered_gib=machine.local_nvme_gb * 1e9 / GIB if machine.local_nvme_gb else None,
    )


def needed_gib(unpacked_gb: float) -> float:
    """Both images and the caches, for an image of `unpacked_gb` (10^9 bytes)."""
    return IMAGES * unpacked_gb * 1e9 / GIB + CACHES_GIB


def data_volume_gib(unpacked_gb: float) -> int:
    """Size of a data volume that holds it, in steps of 10 GiB."""
    return math.ceil(needed_gib(unpacked_gb) / 10) * 10
