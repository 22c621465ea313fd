"""Repairs of what is applied: API versions, and Argo CD's own settings."""

from headway.policies.index import Index
from headway.policies.repairs.change import Change, LeftAlone, Put
from headway.policies.repairs.repair import repair
from headway.policies.rule import Hit

_SAME_SCHEMA = {
    ("batch/v1beta1", "CronJob"): "batch/v1",
    ("policy/v1beta1", "PodDisruptionBudget"): "policy/v1",
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("apps/v1beta2", "Deployment"): "apps/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole"): "rbac.authorization.k8s.io/v1",
}
"""API versions that were promoted without a change of fields or defaults."""


@repair(
    "api-removed",
    "Writes the new version where it has the same fields and defaults (CronJob, PodDisruptionBudget, "
    "HorizontalPodAutoscaler v2beta2, Deployment v1beta2, RBAC). Left alone where fields changed, and for a budget with an "
    "empty selector, which means the opposite in policy/v1.",
)
def promote_version(hit: Hit, _: Index) -> list[Change]:
    manifest = hit.at.manifest
    now = _SAME_SCHEMA.get((manifest.api_version, manifest.kind))
    if now is None:
        raise LeftAlone("its fields changed with the version")
    if manifest.kind == "PodDisruptionBudget" and not manifest.at("spec", "selector").entries():
        raise LeftAlone("an empty selector selects nothing in v1beta1 and everything in v1")
    return [Put(hit.at.path, now)]


@repair(
    "api-group-wrong",
    "Writes the kind's own apiVersion. Left alone for a HorizontalPodAutoscaler, whose versions have different fields.",
)
def own_group(hit: Hit, _: Index) -> list[Change]:
    right = (hit.remedy or "").removeprefix("apiVersion: ")
    if hit.at.manifest.kind == "HorizontalPodAutoscaler" or not right:
        raise LeftAlone("its versions have different fields")
    return [Put(hit.at.path, right)]


@repair(
    "sync-retries-old-revision",
    "Adds `refresh: true` to the retry policy; it needs Argo CD 3.2 or newer. Left alone where another value is stated.",
)
def refresh_retries(hit: Hit, _: Index) -> list[Change]:
    if hit.at.has("refresh"):
        raise LeftAlone("somebody chose refresh")
    return [Put((*hit.at.path, "refresh"), True)]


REPAIRS = (promote_version, own_group, refresh_retries)
