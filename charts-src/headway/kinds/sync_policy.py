"""How and when Argo CD applies an Application."""

from typing import Annotated

from pydantic import Field

from headway.kinds.durations import GoDuration
from headway.kinds.resource import Annotations, Labels, Spec

SyncOption = Annotated[str, Field(pattern=r"^[A-Za-z]+=[A-Za-z]+$")]


class AutomatedSync(Spec):
    """Syncing without a person."""

    enabled: bool | None = None
    prune: bool
    """Whether objects that left Git leave the cluster; without it they stay for ever."""
    self_heal: bool
    """Whether drift in the cluster is put right."""
    allow_empty: bool | None = None
    """Whether pruning may delete everything."""


class Backoff(Spec):
    """Waiting between attempts."""

    duration: GoDuration
    factor: Annotated[int, Field(ge=1)]
    max_duration: GoDuration


class Retry(Spec):
    """Trying a failed sync again."""

    limit: int
    """Attempts; negative means without end."""
    backoff: Backoff | None = None
    refresh: bool | None = None
    """Whether a newer commit is taken up while retrying; without it a refused one blocks its correction."""


class NamespaceMetadata(Spec):
    """Labels and annotations of the namespace that `CreateNamespace=true` makes."""

    labels: Labels | None = None
    annotations: Annotations | None = None


class SyncPolicy(Spec):
    """How an Application is applied."""

    automated: AutomatedSync | None = None
    """Left out: a person presses sync."""
    sync_options: tuple[SyncOption, ...] | None = None
    """`ServerSideApply=true`, `CreateNamespace=true` and the like."""
    retry: Retry | None = None
    managed_namespace_metadata: NamespaceMetadata | None = None
