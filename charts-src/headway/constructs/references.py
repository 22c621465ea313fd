"""What constructs hand to each other: ports, services, identities. Objects, never strings."""

from dataclasses import dataclass

from headway.constructs.part import Labels


@dataclass(frozen=True)
class Port:
    """A named port; Services, probes, monitors and policies all take it from here."""

    name: str
    number: int


@dataclass(frozen=True)
class Pods:
    """The pods of one part: where they are and what selects them."""

    namespace: str
    selector: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, selector: Labels) -> "Pods":
        return cls(namespace, tuple(sorted(selector.items())))

    @property
    def labels(self) -> Labels:
        """The selector as a mapping."""
        return dict(self.selector)


@dataclass(frozen=True)
class Endpoint:
    """A Service's port with the pods behind it."""

    service: str
    port: Port
    pods: Pods

    @property
    def host(self) -> str:
        """Name that resolves inside the cluster."""
        return f"{self.service}.{self.pods.namespace}.svc"

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://{self.host}:{self.port.number}"


@dataclass(frozen=True)
class Identity:
    """A service account that acts in AWS: the pod names it, and Terraform associates it with a role (trap G1)."""

    namespace: str
    service_account: str
    actions: tuple[str, ...]
    """IAM actions it needs."""
    resources: tuple[str, ...]
    """ARNs they are limited to."""
