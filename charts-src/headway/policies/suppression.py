"""Suppression: an annotation on the object, with a reason.

    metadata:
      annotations:
        headway.dev/ignore: |
          replicas-under-scaler: the scaler is removed in the same release
          image-not-pinned, probes-missing: a sample, never deployed

One line or entry (`;` also separates) is `rule[, rule]: reason`. It covers findings in that object alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from headway.domain.fault import did_you_mean
from headway.policies.finding import Finding
from headway.policies.manifest import Field, Manifest

ANNOTATION = "headway.dev/ignore"


@dataclass
class Suppression:
    """One entry of an annotation."""

    at: Field
    rule: str
    reason: str
    used: bool = False


@dataclass
class Suppressions:
    """Every suppression of a set, by object."""

    known: Collection[str]
    of_object: dict[int, list[Suppression]] = field(default_factory=dict)
    faults: list[tuple[Field, str, str]] = field(default_factory=list)
    """Place, message, remedy of entries that say nothing."""

    def read(self, manifest: Manifest) -> None:
        """Takes in one object's annotation."""
        place = manifest.at("metadata", "annotations", ANNOTATION)
        if not place:
            return
        for entry in _entries(place):
            if entry.rule not in self.known:
                self.faults.append(
                    (place, f"ignores unknown rule {entry.rule!r}", did_you_mean(entry.rule, self.known))
                )
            elif not entry.reason:
                self.faults.append(
                    (place, f"ignores {entry.rule} without a reason", f"write {entry.rule}: why it does not hold here")
                )
            else:
                self.of_object.setdefault(id(manifest), []).append(entry)

    def covers(self, manifest: Manifest, rule: str) -> Suppression | None:
        """The entry that covers a finding, marked as used."""
        for entry in self.of_object.get(id(manifest), ()):
            if entry.rule == rule:
                entry.used = True
                return entry
        return None

    def unused(self) -> Iterator[Suppression]:
        """Entries that covered nothing."""
        for entries in self.of_object.values():
            yield from (entry for entry in entries if not entry.used)


@dataclass(frozen=True)
class Suppressed:
    """A finding that an annotation covers."""

    finding: Finding
    reason: str


def _entries(place: Field) -> Iterator[Suppression]:
    text = place.scalar() or ""
    for line in text.replace(";", "\n").splitlines():
        rules, _, reason = line.partition(":")
        for name in rules.split(","):
            if name.strip():
                yield Suppression(place, name.strip(), reason.strip())
