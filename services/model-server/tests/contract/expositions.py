"""Prometheus expositions as families, each with its type, help text and the label sets of its samples."""

import re
from dataclasses import dataclass, field

VARYING = frozenset({"model_name", "handler", "method", "status", "version", "patchlevel", "minor", "major"})
"""Labels whose value belongs to the run; for all others the value is compared as well."""


@dataclass
class Family:
    """One family."""

    name: str
    help: str
    kind: str = ""
    samples: set[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=set)
    """Sample names with their labels."""


def families(text: str) -> dict[str, Family]:
    """Families by name, in the order of the text."""
    found: dict[str, Family] = {}
    current: Family | None = None
    for line in text.splitlines():
        if match := re.match(r"# HELP (\S+) (.*)", line):
            current = found.setdefault(match[1], Family(match[1], match[2]))
        elif match := re.match(r"# TYPE (\S+) (\S+)", line):
            found[match[1]].kind = match[2]
        elif current is not None and line:
            current.samples.add(_sample(line))
    return found


def _sample(line: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    name, _, rest = line.partition("{") if "{" in line else (line.split()[0], "", "")
    labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', rest.rpartition("}")[0])
    config = name == "vllm:cache_config_info"
    return name, tuple(sorted((key, "" if key in VARYING or config else value) for key, value in labels))
