"""The reference page of the scaling laws: what ships, what the source documents wrote, what the language knows."""

from __future__ import annotations

from headway.scaling import DEFAULT_LAW, DOCUMENTED_LAWS, LAWS, DocumentedLaw, ScalingLaw
from headway.scaling.expression.names import KNOWN_FUNCTIONS, OTHER_FUNCTIONS, listed
from headway.scaling.law import FILL


def page(note: str) -> str:
    """The page's text."""
    lines = [
        "# Scaling laws",
        "",
        note,
        "What `models.*.scaling.law` may name, and the formulas of the source documents with what is wrong with them.",
        "How to read and write a formula is in [formulas](../concepts/scaling-formula.md).",
        "",
    ]
    for law in LAWS.values():
        lines += _shipped(law)
    lines += ["## Formulas of the source documents", "", "Kept as they stand there; no environment can choose one.", ""]
    for documented in DOCUMENTED_LAWS.values():
        lines += _documented(documented)
    return "\n".join([*lines, *_functions()])


def _shipped(law: ScalingLaw) -> list[str]:
    default = " (the default)" if law is DEFAULT_LAW else ""
    lines = [f"## {law.name}{default}", "", law.summary, ""]
    for title, may_sleep in (("Always awake", False), ("May sleep", True)):
        lines += [f"{title}:", "", "```", law.documentation(may_sleep).split("\n\n", 1)[1], "```", ""]
    target = (
        f"A running sequence adds {law.per_sequence}; the target is that times {FILL:.0%} of the sequences that fit."
    )
    return [*lines, target, ""]


def _documented(law: DocumentedLaw) -> list[str]:
    verdict = f"KEDA refuses it: {law.error}." if law.error else "KEDA accepts it."
    lines = [f"### {law.name}", "", f"`{law.formula}`, target {law.target}; {law.source}. {verdict}", ""]
    lines += [f"- {flaw.trap}: {flaw.why}." for flaw in law.flaws]
    return [*lines, "", f"The nearest that runs is `{law.repaired.render()}`; use the law `{law.instead}`.", ""]


def _functions() -> list[str]:
    return [
        "## Functions",
        "",
        f"Understood: {listed(KNOWN_FUNCTIONS)}.",
        "",
        f"Known to expr, no verdict here: {listed(OTHER_FUNCTIONS)}.",
        "",
    ]
