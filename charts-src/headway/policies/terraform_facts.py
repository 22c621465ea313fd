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
class Origin:
    """A server that CloudFront asks: a load balancer or another host, no bucket."""

    file: str
    line: int
    is_vpc: bool
    """Whether it is reached inside the VPC."""
    read_seconds: int | None
    """Silence after which CloudFront answers 504; `None` where it comes from a variable."""
    keep_alive_seconds: int | None
    """How long CloudFront keeps an idle connection; `None` where it comes from a variable."""

    @property
    def label(self) -> str:
        """How findings name it."""
        return f"CloudFront ({self.file}:{self.line})"


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
    origins: tuple[Origin, ...] = ()
    """Origins of CloudFront distributions that are no buckets."""
