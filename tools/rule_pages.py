"""The generated pages of `headway check`: one a family of rules, and the table of traps."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from headway.policies import ALL, FILE_RULES, Rule
from headway.policies.repairs import REPAIRS
from headway.policies.traps import UNSEEN, all_traps

NOTE = "<!-- made by `make docs`; do not edit -->\n"
FIXTURES = Path("tests/policies/fixtures")
RULES = (*FILE_RULES, *ALL)


def rule_pages(repository: Path) -> dict[str, str]:
    """File name below docs/reference → text."""
    families = {family: list(rules) for family, rules in groupby(RULES, key=lambda rule: rule.family)}
    pages = {f"rules/{family}.md": _family(family, rules, repository) for family, rules in families.items()}
    return {"rules/README.md": _overview(), **pages}


def _overview() -> str:
    lines = [
        "# Rules of `headway check`",
        "",
        NOTE,
        "An **error** will not work or is unsafe, a **warning** will hurt (money, latency, noise), a **note** cannot be",
        "known from the files. Each rule stays silent where it lacks what it needs to know.",
        "",
        f"`headway check --fix` repairs {len(REPAIRS)} of them, marked with ×, where no judgement is needed; the rule's",
        "paragraph says what it changes and what it leaves to a person.",
        "",
        "| rule | severity | proves | traps | --fix |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [{r.id}]({r.family}.md#{r.id}) | {r.severity} | {r.proves} | {', '.join(r.traps)} | "
        f"{'×' if r.id in REPAIRS else ''} |"
        for r in RULES
    ]
    lines += ["", "## Traps and the rules that see them", "", "| trap | rules, or why none |", "|---|---|"]
    for trap in all_traps():
        seen = ", ".join(f"[{r.id}]({r.family}.md#{r.id})" for r in RULES if trap in r.traps)
        lines.append(f"| {trap} | {seen or UNSEEN.get(trap, 'no rule yet')} |")
    return "\n".join(lines) + "\n"


def _family(family: str, rules: list[Rule], repository: Path) -> str:
    lines = [f"# Rules: {family.replace('-', ' ')}", "", NOTE]
    for rule in rules:
        traps = f" Traps: {', '.join(rule.traps)}." if rule.traps else ""
        lines += [f"## {rule.id}", "", f"**{rule.severity}.** {rule.proves}{traps}", "", rule.why, ""]
        lines += [f"Needs to know: {rule.needs}", "", f"Remedy: {rule.remedy}.", ""]
        lines += [f"`headway check --fix`: {REPAIRS[rule.id].does}", ""] if rule.id in REPAIRS else []
        found = (repository / FIXTURES / rule.id / "fault" / "expected.txt").read_text(encoding="utf-8").splitlines()
        example = next(line for line in found if f": {rule.id}: " in line)
        lines += [
            "Example, from its [fixture](../../../" + f"{FIXTURES / rule.id}" + "):",
            "",
            "```",
            example,
            "```",
            "",
        ]
    return "\n".join(lines)
