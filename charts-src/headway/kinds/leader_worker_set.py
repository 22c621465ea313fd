"""leaderworkerset.x-k8s.io LeaderWorkerSet: one replica of a model over several nodes."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.resource import Resource, Spec

CountOrPercent = Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[0-9]{1,3}%$")]


class LeaderWorkerTemplate(Spec):
    """One group: a leader and its workers."""

    size: Annotated[int, Field(ge=1)]
    """Pods in a group, the leader among them."""
    restart_policy: Literal["RecreateGroupOnPodRestart", "RecreateGroupAfterStart", "None"]
    """A tensor-parallel group cannot lose one member: it is recreated as a whole."""
    leader_template: dict[str, Any] | None = None
    """Pod template of the leader; left out takes the workers'."""
    worker_template: dict[str, Any]
    """Pod template of the workers, as plain JSON."""

    @model_validator(mode="after")
    def _templates_are_pod_templates(self) -> Self:
        for name, template in (
            ("leaderTemplate", self.leader_template),
            ("workerTemplate", self.worker_template),
        ):
            if template is not None and "spec" not in template:
                raise ValueError(f"{name} has no spec; give a pod template with metadata and spec")
        return self


class GroupRollingUpdate(Spec):
    """How many groups change at once."""

    max_unavailable: CountOrPercent
    max_surge: CountOrPercent
    """Groups beyond the wanted number; each needs a full set of GPUs to spare."""


class GroupRollout(Spec):
    """How a new template reaches the groups."""

    type: Literal["RollingUpdate"] = "RollingUpdate"
    rolling_update_configuration: GroupRollingUpdate | None = None


class GroupNetwork(Spec):
    """DNS of the pods."""

    subdomain_policy: Literal["Shared", "UniquePerReplica"]
    """One headless Service for all groups, or one for each."""


class LeaderWorkerSetSpec(Spec):
    """Groups of pods. `replicas` is not a field: the scaler owns it."""

    leader_worker_template: LeaderWorkerTemplate
    rollout_strategy: GroupRollout | None = None
    startup_policy: Literal["LeaderCreated", "LeaderReady"] | None = None
    """Whether workers wait until the leader is ready."""
    network_config: GroupNetwork | None = None


class LeaderWorkerSet(Resource):
    """Replicas that are groups of pods."""

    api_version = "leaderworkerset.x-k8s.io/v1"
    kind = "LeaderWorkerSet"

    spec: LeaderWorkerSetSpec
