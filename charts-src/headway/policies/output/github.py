"""Annotations of GitHub Actions: workflow commands that mark lines of a pull request."""

from headway.policies.finding import Finding
from headway.policies.output.text import summary
from headway.policies.report import Report

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(report: Report) -> str:
    """One command a finding, then the summary as plain text."""
    return "\n".join([*(_command(finding) for finding in report.findings), summary(report)])


def _command(finding: Finding) -> str:
    fields = {"file": finding.file, "line": str(finding.line), "title": f"{finding.rule} {finding.object}".rstrip()}
    stated = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{_COMMANDS[finding.severity]} {stated}::{_data(f'{finding.message}; {finding.remedy}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
