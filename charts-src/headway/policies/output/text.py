"""The report for people: findings by file, then what was suppressed, then one line of numbers."""

import re
import textwrap
from collections.abc import Sequence
from itertools import groupby

from headway.policies.finding import Finding
from headway.policies.repairs import REPAIRS
from headway.policies.report import Report
from headway.policies.rule import Rule

WIDTH = 110
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a stranger's names could do to a terminal."""


def as_text(report: Report) -> str:
    """Everything that was found, worst place easy to find again."""
    blocks = [
        "\n".join([file, *(_finding(finding) for finding in findings)])
        for file, findings in groupby(report.findings, key=lambda finding: finding.file)
    ]
    if report.suppressed:
        lines = [f"  {s.finding.object}: {s.finding.rule}: {s.reason}" for s in report.suppressed]
        blocks.append("\n".join(["suppressed", *lines]))
    blocks.append(summary(report))
    return _CONTROL.sub("\ufffd", "\n\n".join(blocks))


def summary(report: Report) -> str:
    """One line: findings by severity, what was checked, what was left alone."""
    counts = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in report.counts.items())
    suppressed = f", {len(report.suppressed)} suppressed" if report.suppressed else ""
    unread = "".join(f"; {count} × {why} left alone" for why, count in report.unread)
    checked = f"{report.objects} objects in {report.files} files, {len(report.rules)} rules"
    return f"{counts}{suppressed} ({checked}{unread})"


def rules_as_text(rules: Sequence[Rule]) -> str:
    """Every rule: id, severity, traps, what it proves, remedy, and what `--fix` does."""
    return "\n".join(
        f"{rule.id} ({rule.severity}{''.join(f', {trap}' for trap in rule.traps)})\n"
        + _indented(f"proves: {rule.proves}", 2)
        + "\n"
        + _indented(f"needs: {rule.needs}", 2)
        + "\n"
        + _indented(f"fix: {rule.remedy}", 2)
        + (f"\n{_indented(f'--fix: {REPAIRS[rule.id].does}', 2)}" if rule.id in REPAIRS else "")
        for rule in rules
    )


def _finding(finding: Finding) -> str:
    head = f"  {finding.line:>5}  {finding.severity:<8}{finding.rule}  {finding.object}".rstrip()
    return "\n".join([head, _indented(finding.message, 9), _indented(f"fix: {finding.remedy}", 9)])


def _indented(text: str, by: int) -> str:
    """Text wrapped at the width; lines of pasted YAML stay as they are."""
    space = " " * by
    first, *rest = text.split("\n")
    wrapped = textwrap.wrap(first, WIDTH, initial_indent=space, subsequent_indent=space, break_long_words=False)
    return "\n".join([*wrapped, *(space + line for line in rest)])
