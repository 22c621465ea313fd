"""The compile cache: compiled kernels on EFS, one folder per image digest and GPU, written by one Job.

Compiled kernels are code that other pods execute, so there is one writer and every reader mounts read-only (trap C5).
The cache's key holds engine version, GPU, flags and model path: folders of different GPUs or images are never shared.
"""

import hashlib
from dataclasses import dataclass

from cdk8s_plus_28 import k8s

MOUNT = "/compile-cache"
VOLUME = "compile-cache"


@dataclass(frozen=True)
class CacheFolder:
    """One folder of a claim: all that a pod needs to read from it, or the one Job to write to it."""

    claim: str
    image: str
    """Image reference with digest."""
    gpu: str
    arguments: tuple[str, ...]
    """The engine's arguments, part of the cache's key."""

    @property
    def path(self) -> str:
        """`<digest>/<gpu>/<fingerprint>` below the claim's root."""
        return f"{self.image.rpartition('@')[2].replace(':', '-')}/{self.gpu}/{self.fingerprint}"

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that change with image, GPU or arguments; names the Job, whose spec is immutable."""
        text = "\n".join((self.image, self.gpu, *self.arguments))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def volume(self, read_only: bool) -> k8s.Volume:
        """The claim as a pod's volume."""
        source = k8s.PersistentVolumeClaimVolumeSource(claim_name=self.claim, read_only=read_only)
        return k8s.Volume(name=VOLUME, persistent_volume_claim=source)

    def mount(self, read_only: bool) -> k8s.VolumeMount:
        """Where it is mounted."""
        return k8s.VolumeMount(name=VOLUME, mount_path=MOUNT, read_only=read_only)

    def copy_script(self, target: str) -> str:
        """Shell that copies the folder to `target` when it is there; a missing folder means a slower start, no more."""
        return (
            f"mkdir -p {target}; cp -a {MOUNT}/{self.path}/. {target}/ || echo 'no compile cache yet: a slower start'"
        )

    def fill_script(self, cache: str) -> str:
        """Shell that runs the engine's command (its own arguments) and then publishes the cache in one move."""
        fresh = f"{MOUNT}/{self.path}.new"
        return (
            f'"$@" && rm -rf {fresh} && mkdir -p {fresh} && cp -a {cache}/. {fresh}/'
            f" && rm -rf {MOUNT}/{self.path} && mv {fresh} {MOUNT}/{self.path}"
        )
