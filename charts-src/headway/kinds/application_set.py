"""argoproj.io ApplicationSet: Applications made from a list or from Git, rolled out in steps."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.application import ApplicationSpec
from headway.kinds.resource import Resource, Spec


class ListGenerator(Spec):
    """One Application for each element."""

    elements: tuple[dict[str, Any], ...]
    """Parameters of the template."""


class GitPath(Spec):
    """A path glob, or an exception to one."""

    path: Annotated[str, Field(min_length=1)]
    exclude: bool | None = None


class GitGenerator(Spec):
    """One Application for each folder or file found."""

    repo_url: Annotated[str, Field(alias="repoURL", min_length=1)]
    revision: Annotated[str, Field(min_length=1)]
    directories: Annotated[tuple[GitPath, ...], Field(min_length=1)] | None = None
    files: Annotated[tuple[GitPath, ...], Field(min_length=1)] | None = None
    """JSON or YAML files whose keys become parameters; globs are greedy."""

    @model_validator(mode="after")
    def _directories_or_files(self) -> Self:
        if (self.directories is None) == (self.files is None):
            raise ValueError("git generator takes directories or files, exactly one of them")
        return self


class Generator(Spec):
    """One source of parameters."""

    list: ListGenerator | None = None
    git: GitGenerator | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.list is None) == (self.git is None):
            raise ValueError("a generator is a list or git, exactly one of them")
        return self


class StepSelector(Spec):
    """Applications of a step, by label."""

    key: str
    operator: Literal["In", "NotIn"]
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class RolloutStep(Spec):
    """Applications that are synced together; the next step waits until they are healthy."""

    match_expressions: Annotated[tuple[StepSelector, ...], Field(min_length=1)]
    max_update: int | Annotated[str, Field(pattern=r"^[0-9]{1,3}%$")] | None = None
    """How many at once; 0 leaves the step to a person."""


class RollingSync(Spec):
    """Steps in order. An Application that no step selects is not synced."""

    steps: Annotated[tuple[RolloutStep, ...], Field(min_length=1)]


class Strategy(Spec):
    """Progressive sync; the controller must have it enabled."""

    type: Literal["RollingSync"] = "RollingSync"
    rolling_sync: RollingSync
    deletion_order: Literal["AllAtOnce", "Reverse"] | None = None


class ApplicationTemplateMetadata(Spec):
    """Metadata of each Application; strings may hold `{{ }}`."""

    name: Annotated[str, Field(min_length=1)]
    namespace: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] | None = None


class ApplicationTemplate(Spec):
    """What each Application looks like; strings may hold `{{ }}`."""

    metadata: ApplicationTemplateMetadata
    spec: ApplicationSpec


class ApplicationSetSyncPolicy(Spec):
    """What the controller may do to the Applications it made."""

    applications_sync: Literal["create-only", "create-update", "create-delete", "sync"] | None = None
    preserve_resources_on_deletion: bool | None = None
    """Whether workloads outlive the ApplicationSet."""


class ApplicationSetSpec(Spec):
    """Generators, template and order."""

    go_template: Literal[True] = True
    """Go templates; the older syntax fails silently on a missing key."""
    go_template_options: tuple[str, ...] = ("missingkey=error",)
    generators: Annotated[tuple[Generator, ...], Field(min_length=1)]
    strategy: Strategy | None = None
    template: ApplicationTemplate
    sync_policy: ApplicationSetSyncPolicy | None = None


class ApplicationSet(Resource):
    """Applications made from parameters."""

    api_version = "argoproj.io/v1alpha1"
    kind = "ApplicationSet"

    spec: ApplicationSetSpec
