"""Faults of the files themselves and of suppressions; the reader and the engine find them."""

from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.rule import Hit, rule


@rule(
    "yaml-broken",
    severity="error",
    proves="Every document that holds a Kubernetes object can be read.",
    needs="The file.",
    remedy="correct the YAML",
)
def broken(_: Index) -> Iterator[Hit]:
    """A document that no parser reads is applied by nobody, and tools differ in whether they stop at it. Documents are
    told apart before they are parsed, so one broken document hides nothing else. Files with Helm's placeholders are left
    alone, render them first. Nesting deeper than 200 levels, aliases that expand to more than a million values, and
    documents of more than three million count as broken."""
    return iter(())


@rule(
    "duplicate-key",
    severity="error",
    proves="No mapping of a Kubernetes object states a key twice.",
    needs="The file.",
    remedy="keep one of the two",
)
def duplicate(_: Index) -> Iterator[Hit]:
    """kubectl keeps the last value and says nothing, kustomize and strict servers refuse the object. Either way one of the
    two values is not what somebody meant. Keys that a YAML merge (`<<`) brings may be overridden."""
    return iter(())


@rule(
    "file-unreadable",
    severity="error",
    proves="Every file can be opened, is UTF-8, and is at most 64 MiB.",
    needs="The file.",
    remedy="save it as UTF-8, split it, or check its permissions",
)
def unreadable(_: Index) -> Iterator[Hit]:
    """What was not read was not checked. A file with bytes that are no UTF-8 is still checked with those bytes replaced;
    kubectl would refuse it."""
    return iter(())


@rule(
    "suppression-invalid",
    severity="error",
    proves="Every suppression names a rule and a reason.",
    needs="The object's annotation headway.dev/ignore.",
    remedy="write rule-id: reason",
)
def suppression_invalid(_: Index) -> Iterator[Hit]:
    """An entry without a reason cannot be reviewed, and one that names no rule suppresses nothing while it looks as if it
    did. Neither takes effect."""
    return iter(())


@rule(
    "suppression-unused",
    severity="warning",
    proves="Every suppression still covers a finding.",
    needs="The object's annotation headway.dev/ignore.",
    remedy="remove the entry",
)
def suppression_unused(_: Index) -> Iterator[Hit]:
    """A suppression that outlives its finding would hide the next one. Rules that did not run in this check are not
    counted."""
    return iter(())
