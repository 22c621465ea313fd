"""One report, four readers: people, programs, code scanning and pull requests."""

from collections.abc import Callable

from headway.policies.output.github import annotations
from headway.policies.output.json_shape import as_json
from headway.policies.output.sarif import as_sarif
from headway.policies.output.text import as_text, rules_as_text
from headway.policies.report import Report

OUTPUTS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": annotations,
}
"""Format → the whole output for a report."""

__all__ = ["OUTPUTS", "annotations", "as_json", "as_sarif", "as_text", "rules_as_text"]
