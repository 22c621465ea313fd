"""A rule: one small function over the index, with what it proves and what it must know to speak."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headway.policies.finding import Severity
from headway.policies.manifest import Field

if TYPE_CHECKING:
    from headway.policies.index import Index


@dataclass(frozen=True)
class Hit:
    """A place that breaks a rule."""

    at: Field
    message: str
    """What is wrong there, with both numbers where there are two."""
    remedy: str | None = None
    """What to paste here; `None` for the rule's own remedy."""
    severity: Severity | None = None
    """Milder than the rule's own where the files leave something open; `None` for the rule's own."""


Judge = Callable[["Index"], Iterator[Hit]]


@dataclass(frozen=True)
class Rule:
    """One rule. Its id is API: suppressions and documents name it."""

    id: str
    traps: tuple[str, ...]
    severity: Severity
    proves: str
    """What holds where the rule finds nothing; one sentence."""
    needs: str
    """What must be in the files; without it the rule is silent."""
    remedy: str
    judge: Judge
    family: str
    """Name of its page under docs/reference/rules/."""
    why: str
    """Paragraph for its page: what happens where it is broken, and when it is silent."""

    @property
    def page(self) -> str:
        """Its place in the documentation, from the repository's root."""
        return f"docs/reference/rules/{self.family}.md#{self.id}"


def rule(
    id: str,
    *,
    severity: Severity,
    proves: str,
    needs: str,
    remedy: str,
    traps: tuple[str, ...] = (),
) -> Callable[[Judge], Rule]:
    """Makes a rule of a function; the function's docstring is the paragraph on its page, its file the family."""

    def made(judge: Judge) -> Rule:
        family = judge.__module__.rpartition(".")[2].replace("_", "-")
        why = " ".join((judge.__doc__ or "").split())
        return Rule(id, traps, severity, proves, needs, remedy, judge, family, why)

    return made
