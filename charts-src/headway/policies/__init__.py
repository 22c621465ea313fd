"""Proofs over plain manifests, ours or anybody's: read, index, judge, report."""

from headway.policies.engine import check
from headway.policies.facts import Facts
from headway.policies.finding import Finding, Severity
from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.reading import Harvest, MissingPath, read_paths, read_text
from headway.policies.report import Report
from headway.policies.rule import Hit, Rule, rule
from headway.policies.rules import ALL, FILE_RULES

__all__ = [
    "ALL",
    "FILE_RULES",
    "Facts",
    "Field",
    "Finding",
    "Harvest",
    "Hit",
    "Index",
    "Manifest",
    "MissingPath",
    "Report",
    "Rule",
    "Severity",
    "check",
    "read_paths",
    "read_text",
    "rule",
]
