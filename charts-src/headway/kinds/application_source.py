"""Where an Argo CD Application reads its manifests."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from headway.kinds.resource import Spec


class Directory(Spec):
    """Plain manifests in a folder."""

    recurse: bool | None = None
    """Whether folders below it count too."""
    include: str | None = None
    """Glob of files to read (`*.yaml`)."""
    exclude: str | None = None
    """Glob of files to leave out; wins over `include`."""


class Helm(Spec):
    """A Helm chart's release."""

    release_name: str | None = None
    """Argo CD takes the Application's name."""
    values_object: dict[str, Any] | None = None
    """Values as plain JSON; never secrets."""
    skip_crds: bool | None = None
    """Whether the chart's CRDs are left to another Application."""


class ApplicationSource(Spec):
    """A folder of a Git repository, or a chart of a Helm repository."""

    repo_url: Annotated[str, Field(alias="repoURL", min_length=1)]
    """Git, Helm or OCI address."""
    target_revision: Annotated[str, Field(min_length=1)]
    """Branch, tag or commit of Git; exact version of a chart."""
    path: Annotated[str, Field(min_length=1)] | None = None
    """Folder in the repository."""
    directory: Directory | None = None
    chart: Annotated[str, Field(min_length=1)] | None = None
    """Name in a Helm repository."""
    helm: Helm | None = None

    @model_validator(mode="after")
    def _path_or_chart(self) -> Self:
        if (self.path is None) == (self.chart is None):
            raise ValueError(
                f"source has path {self.path!r} and chart {self.chart!r}; "
                "give exactly one: path for Git, chart for Helm"
            )
        return self

    @model_validator(mode="after")
    def _directory_belongs_to_a_path(self) -> Self:
        if self.directory is not None and (self.chart is not None or self.helm is not None):
            raise ValueError("source has directory beside chart or helm; directory is for plain manifests")
        return self
