"""A controller that `dist/` relies on: exactly which release, how it reaches the cluster, and when it is needed at all.

Each controller is one file beside this one. A file states facts with their source; what Argo CD, Terraform and
`headway check` make of them is in `delivery.py`, `eks_add_ons.py` and `support.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.domain.environment import EnvironmentSpec
from headway.domain.noun import Noun
from headway.kinds import ClusterResourceKind, IgnoreDifferences, Spec

Minor = Annotated[str, Field(pattern=r"^1\.\d{2}$")]
GroupKind = Annotated[str, Field(pattern=r"^[a-z0-9.-]+/[A-Z]\w+$")]
PodSecurity = Literal["privileged", "baseline", "restricted"]


class Values(Spec):
    """Values of a chart, or the configuration of an add-on, under the names its author gave them."""


class Chart(Noun):
    """One release of a Helm chart."""

    repository: Annotated[str, Field(pattern=r"^(https://)?[a-z0-9.-]+(/[a-z0-9._/-]+)?$")]
    """Address as Argo CD spells it: `https://` for a Helm repository, nothing in front of an OCI registry."""
    name: str
    """Name of the chart."""
    version: Annotated[str, Field(pattern=r"^v?\d+\.\d+\.\d+$")]
    """Exact version; a range would change the cluster without a commit."""


class AddOnIdentity(Noun):
    """How an add-on acts in AWS: its service account and the policy that AWS keeps for it."""

    service_account: str
    """Service account in the add-on's namespace."""
    policy: str
    """AWS-managed policy, path included (`service-role/AmazonEBSCSIDriverPolicy`)."""


class Controller(Noun, arbitrary_types_allowed=True):
    """One controller, add-on or part of the node image."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    """Name of its Application or add-on."""
    title: str
    """Name as its project spells it."""
    version: str
    """Exact version of the program."""
    delivery: Literal["chart", "eks-addon", "node-image"]
    """`chart`: an Argo CD Application; `eks-addon`: Terraform; `node-image`: already on the node."""
    chart: Chart | None = None
    """The chart, when it comes as one."""
    namespace: str
    """Where it runs."""
    also_writes_to: tuple[str, ...] = ()
    """Other namespaces its chart puts objects into."""
    kubernetes_min: Minor | None = None
    """Oldest Kubernetes it supports, or absent when its authors state none."""
    kubernetes_max: Minor | None = None
    """Newest Kubernetes it supports, or absent when its authors state none."""
    source: str
    """Where version and range were read."""
    as_of: date
    """When."""
    wave: int = 0
    """Sync wave of its Application: negative, so that what it serves comes later."""
    kinds: tuple[GroupKind, ...] = ()
    """Custom kinds it brings."""
    cluster_kinds: tuple[ClusterResourceKind, ...] = ()
    """Cluster-scoped kinds its chart writes."""
    pod_security: PodSecurity | None = None
    """Pod Security level that its namespace enforces; absent where the namespace is not its own."""
    needed: Callable[[EnvironmentSpec, bool], bool]
    """Whether an environment needs it; the flag says that some deployment spans machines."""
    values: Callable[[EnvironmentSpec], Values] | None = None
    """Its values in an environment."""
    ignore_differences: tuple[IgnoreDifferences, ...] = ()
    """Fields that the chart draws anew each time it is rendered."""
    identity: AddOnIdentity | None = None
    """Its identity, for an add-on."""
    module: str
    """Python module that states all this."""

    @model_validator(mode="after")
    def _has_what_its_delivery_needs(self) -> Self:
        if (self.chart is not None) != (self.delivery == "chart"):
            raise ValueError(
                f"{self.name}: delivery is {self.delivery} and chart is {self.chart}; a chart goes with delivery chart"
            )
        if self.delivery == "chart" and self.wave >= 0:
            raise ValueError(
                f"{self.name}: wave {self.wave}; a controller comes before what it serves: make it negative"
            )
        return self

    @property
    def file(self) -> str:
        """The file that states it, from the repository's root."""
        return f"charts-src/{self.module.replace('.', '/')}.py"

    def values_in(self, spec: EnvironmentSpec) -> dict[str, object] | None:
        """Its values in an environment as plain JSON, or nothing where the author's defaults are right."""
        return self.values(spec).model_dump(mode="json", exclude_none=True) if self.values else None
