"""An environment: one cluster, its pools, and the model deployments in it."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.backend import Backend
from headway.domain.cluster import Cluster
from headway.domain.engine import EngineName
from headway.domain.fact import CertificateArn, HostName, RepositoryUrl
from headway.domain.gateway_access import TokenIssuer, TraceCollector
from headway.domain.gateway_settings import GatewayChoices
from headway.domain.gpu_pool import GpuPool, Name
from headway.domain.model_deployment import DeploymentName, ModelDeployment
from headway.domain.noun import Noun, WholeSeconds, spelled
from headway.domain.objective import Replicas


class GitOps(Noun):
    """How Argo CD follows the repository."""

    repository: RepositoryUrl
    """Address of the fork that Argo CD reads."""
    prune: bool = True
    """Delete what left `dist/`; objects that hold data still ask for confirmation."""
    self_heal: bool = True
    """Undo edits made by hand in the cluster."""


class Metrics(Noun):
    """How engine metrics are collected."""

    scrape_interval_seconds: Annotated[WholeSeconds, Field(ge=1, le=60)] = 5
    """One value for every scraper: collector, monitors and the age that alerts allow."""


class Edge(Noun):
    """The way in from the internet: CloudFront, an internal load balancer, TLS."""

    host_name: HostName
    """Public name of the service."""
    certificate: CertificateArn
    """Certificate of the load balancer."""
    idle_timeout_seconds: Annotated[WholeSeconds, Field(ge=30, le=4000)] = 120
    """Time without a byte after which the load balancer closes; CloudFront's VPC origin allows 120 at most."""
    keep_alive_seconds: Annotated[WholeSeconds, Field(ge=1, le=60)] = 15
    """Pause between SSE comments while a stream has nothing to say; far below every timeout on the path."""


class Gateway(GatewayChoices):
    """The OpenAI endpoint in front of the model servers: what is chosen of its own settings, and how it is run."""

    replicas: Replicas
    """Bounds of its autoscaler; at least 2 where a rollout must not cut the service."""
    mode: Literal["quiz", "survey"] = "quiz"
    """What the audience page shows."""
    tokens: TokenIssuer | None = None
    """Signed tokens that are accepted beside API keys; without it, keys alone are."""
    traces: TraceCollector | None = None
    """Where a span of every call goes; without it none are made."""


class Frontend(Noun):
    """The audience pages: a static export behind a small unprivileged web server."""

    replicas: Replicas
    """Bounds of its autoscaler."""


EnvironmentName = Annotated[
    str,
    spelled(
        r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?",
        "an environment's name (lower-case letters, digits and dashes, from a letter on, at most 20)",
    ),
]


class EnvironmentSpec(Noun):
    """Everything that is rendered for one environment."""

    name: EnvironmentName
    """Name; also the folder below `dist/` and the branch `env/<name>`."""
    floor: Annotated[int, Field(ge=0, le=100)] = 0
    """Least `limits.replicas.min` that a model deployment may state here."""
    cluster: Cluster
    """Where it runs."""
    gitops: GitOps
    """How it is deployed."""
    metrics: Metrics = Metrics()
    """How it is measured."""
    edge: Edge
    """How it is reached."""
    gateway: Gateway
    """The OpenAI endpoint."""
    frontend: Frontend
    """The audience pages."""
    backends: dict[EngineName, Backend] = {}
    """Engines of the fork's own by name, beside those that Headway ships."""
    pools: dict[Name, GpuPool]
    """GPU pools by name."""
    models: dict[DeploymentName, ModelDeployment]
    """Model deployments by name."""
