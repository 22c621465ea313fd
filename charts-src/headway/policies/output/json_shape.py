"""The report for programs; the shape is a contract."""

import json
from dataclasses import asdict
from typing import Any

from headway.policies.repairs import REPAIRS
from headway.policies.report import Report
from headway.policies.rule import Rule


def as_json(report: Report) -> str:
    """Findings, suppressed findings with their reasons, and what was checked."""
    return json.dumps(
        {
            "findings": [asdict(finding) for finding in report.findings],
            "suppressed": [{**asdict(s.finding), "reason": s.reason} for s in report.suppressed],
            "checked": {"files": report.files, "objects": report.objects, "rules": len(report.rules)},
            "left_alone": dict(report.unread),
        },
        indent=2,
        ensure_ascii=False,
    )


def rule_shape(rule: Rule) -> dict[str, Any]:
    """One rule as `headway check --rules --format json` prints it."""
    return {
        "id": rule.id,
        "severity": rule.severity,
        "traps": list(rule.traps),
        "proves": rule.proves,
        "needs": rule.needs,
        "remedy": rule.remedy,
        "page": rule.page,
        "repair": REPAIRS[rule.id].does if rule.id in REPAIRS else None,
    }
