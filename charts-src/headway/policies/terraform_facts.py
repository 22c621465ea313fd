"""What Terraform files say that manifests rely on."""

from dataclasses import dataclass

from headway.policies.manifest import Manifest


@dataclass(frozen=True)
class Identity:
    """A role for pods of one service account."""

    namespace: str | None
    """`None` where it comes from a variable."""
    service_account: str | None
    """`None` where it comes from a variable."""
    file: str
    line: int
    spelling: str
    """How it is written: a resource, a module's argument or a trust document."""


@dataclass(frozen=True)
class TerraformFacts:
    """Facts from one folder of Terraform."""

    identities: tuple[Identity, ...] = ()
    helm_releases: frozenset[str] = frozenset()
    """Charts that are installed."""
    objects: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of Kubernetes objects that Terraform makes."""
    ignores_replicas: bool = False
    """Whether a resource ignores changes of replicas."""
    manifests: tuple[Manifest, ...] = ()
    """Objects in heredocs."""
    files: int = 0
