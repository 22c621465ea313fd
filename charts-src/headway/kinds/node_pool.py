"""karpenter.sh NodePool: which machines may be launched, how many, and when they may be taken away."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.durations import BudgetDuration, NodeDuration, NodeDurationOrNever
from headway.kinds.resource import Annotations, Labels, LabelValue, ObjectName, QualifiedName, Resource, Spec

Quantity = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[numkMGTPE])?$")]
_COMPARISONS = ("Gt", "Lt", "Gte", "Lte")


class NodeClassRef(Spec):
    """The cloud's half of the pool."""

    group: Annotated[str, Field(pattern=r"^[^/]+$")] = "karpenter.k8s.aws"
    """API group without a version."""
    kind: str = "EC2NodeClass"
    name: ObjectName


class Requirement(Spec):
    """One condition on the machine."""

    key: QualifiedName
    """Label (`karpenter.k8s.aws/instance-gpu-name`)."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]
    values: tuple[LabelValue, ...] | None = None
    min_values: Annotated[int, Field(ge=1, le=50)] | None = None
    """How many of the values must stay possible, so that spot has a choice."""

    @model_validator(mode="after")
    def _values_fit_the_operator(self) -> Self:
        values = self.values or ()
        if self.operator == "In" and not values:
            raise ValueError(f"{self.key} In has no values; give at least one")
        if self.operator in ("Exists", "DoesNotExist") and values:
            raise ValueError(f"{self.key} {self.operator} has values {list(values)}; it takes none")
        if self.operator in _COMPARISONS and not (len(values) == 1 and values[0].isdecimal()):
            raise ValueError(f"{self.key} {self.operator} has values {list(values)}; it takes one integer")
        return self

    @model_validator(mode="after")
    def _enough_values(self) -> Self:
        given = len(self.values or ())
        if self.operator == "In" and self.min_values is not None and self.min_values > given:
            raise ValueError(f"{self.key} has minValues {self.min_values} and {given} values; give more")
        return self


class Taint(Spec):
    """Keeps pods away that do not tolerate it."""

    key: QualifiedName
    value: Annotated[LabelValue, Field(min_length=1)] | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class NodeMetadata(Spec):
    """Labels and annotations of every node in the pool."""

    labels: Labels | None = None
    annotations: Annotations | None = None


class NodeTemplateSpec(Spec):
    """One node."""

    node_class_ref: NodeClassRef
    requirements: Annotated[tuple[Requirement, ...], Field(max_length=100)]
    taints: tuple[Taint, ...] | None = None
    startup_taints: tuple[Taint, ...] | None = None
    """Taints that a daemon lifts once the node is ready."""
    expire_after: NodeDurationOrNever | None = None
    """Age at which a node is replaced (Karpenter: 720h). Budgets do not stop it."""
    termination_grace_period: NodeDuration | None = None
    """Longest drain; after it pods go even if they are marked do-not-disrupt."""


class NodeTemplate(Spec):
    """What every node of the pool looks like."""

    metadata: NodeMetadata | None = None
    spec: NodeTemplateSpec


class Budget(Spec):
    """How many nodes may be disrupted at once. The most restrictive active budget wins."""

    nodes: Annotated[str, Field(pattern=r"^((100|[0-9]{1,2})%|[0-9]+)$")]
    """Count, or percent, which rounds up."""
    reasons: (
        Annotated[tuple[Literal["Underutilized", "Empty", "Drifted"], ...], Field(min_length=1, max_length=3)] | None
    ) = None
    """What it holds for; all of them when left out."""
    schedule: (
        Annotated[
            str,
            Field(
                pattern=r"^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|(\S+)\s(\S+)\s(\S+)\s(\S+)\s(\S+))$"
            ),
        ]
        | None
    ) = None
    """When it begins: a cron line in UTC. Budgets react to the clock, never to load."""
    duration: BudgetDuration | None = None
    """How long it holds from there."""

    @model_validator(mode="after")
    def _schedule_and_duration_go_together(self) -> Self:
        if (self.schedule is None) != (self.duration is None):
            raise ValueError(
                f"budget has schedule {self.schedule!r} and duration {self.duration!r}; give both or neither"
            )
        return self


class Disruption(Spec):
    """When Karpenter may take nodes away of its own accord."""

    consolidation_policy: Literal["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"]
    consolidate_after: NodeDurationOrNever
    """How long no pod may come or go before a node counts as settled."""
    budgets: Annotated[tuple[Budget, ...], Field(max_length=50)] | None = None
    """Karpenter takes one of 10% when none is given."""


class NodePoolSpec(Spec):
    """Template, limits and disruption."""

    template: NodeTemplate
    limits: dict[QualifiedName, Quantity] | None = None
    """Most the pool may hold together (`nvidia.com/gpu: "8"`). Strings, so that Git and cluster agree;
    checked eventually, so a burst can pass it."""
    weight: Annotated[int, Field(ge=1, le=100)] | None = None
    """Higher is tried first."""
    disruption: Disruption


class NodePool(Resource):
    """Machines of one shape that pods of one kind may land on."""

    api_version = "karpenter.sh/v1"
    kind = "NodePool"
    cluster_scoped = True

    spec: NodePoolSpec
