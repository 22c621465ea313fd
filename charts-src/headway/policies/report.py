"""The outcome of one check; every output is made from it."""

from collections import Counter
from dataclasses import dataclass

from headway.policies.finding import SEVERITIES, Finding, Severity
from headway.policies.rule import Rule
from headway.policies.suppression import Suppressed


@dataclass(frozen=True)
class Report:
    """Findings of one set, in the order of files and lines."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    rules: tuple[Rule, ...]
    files: int
    objects: int
    unread: tuple[tuple[str, int], ...] = ()
    """Documents that were left alone: why, and how many."""

    def of_severity(self, severity: Severity) -> tuple[Finding, ...]:
        """Findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def counts(self) -> dict[Severity, int]:
        """Findings by severity, worst first."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def passes(self) -> bool:
        """Whether nothing of severity error was found."""
        return not self.of_severity("error")
