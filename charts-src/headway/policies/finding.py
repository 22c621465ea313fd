"""What a rule reports: the shape that `headway check --format json` prints."""

from dataclasses import dataclass
from typing import Any, Literal

Manifest = dict[str, Any]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing a rule found in one object."""

    rule: str
    traps: tuple[str, ...]
    severity: Severity
    object: str
    """`Kind/namespace/name`."""
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.object}: {self.message}; {self.remedy} [{self.rule}]"


def name_of(manifest: Manifest) -> str:
    """How findings name an object: `Kind/namespace/name`, without the namespace where there is none."""
    metadata = manifest["metadata"]
    return "/".join(part for part in (manifest["kind"], metadata.get("namespace"), metadata["name"]) if part)
