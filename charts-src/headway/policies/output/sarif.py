"""SARIF 2.1.0, which code-scanning services read."""

import json
from typing import Any

from headway import __version__
from headway.policies.finding import Finding
from headway.policies.report import Report
from headway.policies.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: Report) -> str:
    """One run; suppressed findings are in it, marked as such."""
    found = [*report.findings, *(s.finding for s in report.suppressed)]
    named = {finding.rule for finding in found}
    rules = [rule for rule in _known() if rule.id in named]
    driver = {"name": "headway check", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    results = [_result(finding) for finding in report.findings]
    for entry in report.suppressed:
        justification = {"kind": "inSource", "justification": entry.reason}
        results.append({**_result(entry.finding), "suppressions": [justification]})
    return json.dumps(
        {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]},
        indent=2,
        ensure_ascii=False,
    )


def _known() -> tuple[Rule, ...]:
    from headway.policies.rules import ALL, FILE_RULES

    return (*FILE_RULES, *ALL)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.proves},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.remedy},
        "helpUri": rule.page,
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": list(rule.traps)},
    }


def _result(finding: Finding) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": finding.file}, "region": {"startLine": finding.line}}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.object:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.object}]
    return {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": f"{finding.message}; {finding.remedy}"},
        "locations": [location],
    }
