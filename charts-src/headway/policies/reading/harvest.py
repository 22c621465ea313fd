"""What reading a set of files gave: manifests, faults of the files themselves, and what was left alone."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from headway.policies.manifest import Manifest

FaultKind = Literal["yaml-broken", "duplicate-key", "file-unreadable"]
Unread = Literal["helm template", "no Kubernetes object", "kustomization", "patch"]


@dataclass(frozen=True)
class ReadFault:
    """One thing that keeps a file, or a part of it, from being read as meant."""

    rule: FaultKind
    file: str
    line: int
    message: str
    remedy: str


@dataclass
class Harvest:
    """Everything that was read."""

    manifests: list[Manifest] = field(default_factory=list)
    kustomizations: list[Manifest] = field(default_factory=list)
    faults: list[ReadFault] = field(default_factory=list)
    unread: Counter[Unread] = field(default_factory=Counter)
    """Documents that were left alone, by why."""
    files: int = 0

    def add(self, other: "Harvest") -> None:
        """Takes over what another reading gave."""
        self.manifests += other.manifests
        self.kustomizations += other.kustomizations
        self.faults += other.faults
        self.unread += other.unread
        self.files += other.files
