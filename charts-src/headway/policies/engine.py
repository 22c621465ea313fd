"""Runs rules over a set and applies suppressions."""

import posixpath
from collections.abc import Iterator, Sequence

from headway.policies.finding import Finding
from headway.policies.index import Index
from headway.policies.reading import Harvest, ReadFault
from headway.policies.report import Report
from headway.policies.rule import Hit, Rule
from headway.policies.rules import ALL, FILE_RULES
from headway.policies.suppression import Suppressed, Suppressions

_LOSES_OBJECTS = frozenset({"yaml-broken", "file-unreadable"})
_MISSES = frozenset(
    {"reference-unresolved", "selector-matches-nothing", "ingress-backend-unresolved", "metric-not-scraped"}
)
"""Rules that speak of what is not there: silent in a folder with objects that could not be read."""


def check(harvest: Harvest, index: Index, rules: Sequence[Rule] = ALL, forgiving: bool = False) -> Report:
    """Every finding in what was read.

    `forgiving` makes a rule that fails on a file nobody foresaw a note instead of an exception: for files of strangers.
    """
    known = {rule.id: rule for rule in (*ALL, *FILE_RULES)}
    suppressions = Suppressions(known.keys())
    for manifest in index.manifests:
        suppressions.read(manifest)
    findings = [_of_file(fault, known) for fault in harvest.faults]
    suppressed: list[Suppressed] = []
    broken = {posixpath.dirname(fault.file) for fault in harvest.faults if fault.rule in _LOSES_OBJECTS}
    for rule in rules:
        for hit in _hits(rule, index, forgiving):
            if rule.id in _MISSES and hit.at.manifest.folder in broken:
                continue
            finding = _finding(rule, hit)
            entry = suppressions.covers(hit.at.manifest, rule.id)
            if entry:
                suppressed.append(Suppressed(finding, entry.reason))
            else:
                findings.append(finding)
    findings += _of_suppressions(suppressions, known, {rule.id for rule in rules})
    unread = tuple((why, count) for why, count in sorted(harvest.unread.items()) if count)
    return Report(
        tuple(sorted(set(findings), key=_order)),
        tuple(sorted(set(suppressed), key=lambda s: _order(s.finding))),
        tuple(rules),
        harvest.files,
        len(index.manifests),
        unread,
    )


def _hits(rule: Rule, index: Index, forgiving: bool) -> Iterator[Hit]:
    if not forgiving:
        yield from rule.judge(index)
        return
    try:
        yield from rule.judge(index)
    except Exception as error:
        if index.manifests:
            message = f"{rule.id} could not judge this set: {type(error).__name__}: {error}"
            yield Hit(index.manifests[0], message, "report it with the files; the other rules ran", "note")


def _finding(rule: Rule, hit: Hit) -> Finding:
    manifest = hit.at.manifest
    return Finding(
        rule.id, rule.traps, hit.severity or rule.severity, manifest.file, hit.at.line, manifest.label,
        hit.message, hit.remedy or rule.remedy,
    )  # fmt: skip


def _of_file(fault: ReadFault, known: dict[str, Rule]) -> Finding:
    rule = known[fault.rule]
    return Finding(rule.id, rule.traps, rule.severity, fault.file, fault.line, "", fault.message, fault.remedy)


def _of_suppressions(suppressions: Suppressions, known: dict[str, Rule], ran: set[str]) -> Iterator[Finding]:
    for place, message, remedy in suppressions.faults:
        yield _finding(known["suppression-invalid"], Hit(place, message, remedy))
    for entry in suppressions.unused():
        if entry.rule in ran:
            message = f"ignores {entry.rule}, which finds nothing here"
            yield _finding(known["suppression-unused"], Hit(entry.at, message))


def _order(finding: Finding) -> tuple[str, int, str, str, str]:
    return finding.file, finding.line, finding.rule, finding.object, finding.message
