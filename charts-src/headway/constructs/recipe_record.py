"""The recipe of a model deployment, kept beside the manifests it explains."""

from typing import ClassVar

import yaml
from cdk8s_plus_28 import k8s

from headway.constructs.part import ManifestChart, Part
from headway.domain.names import resource_name
from headway.recipes import Recipe
from headway.recipes.record import record


class RecipeRecord(Part):
    """One ConfigMap that nothing mounts: a change of choice, and its reason, show in the pull request."""

    component: ClassVar[str] = "recipe"

    def __init__(self, scope: Part | ManifestChart, id: str, namespace: str, recipe: Recipe) -> None:
        super().__init__(scope, id, instance=resource_name(recipe.deployment))
        text = yaml.safe_dump(record(recipe), sort_keys=False, allow_unicode=True, width=110)
        self.add(
            k8s.KubeConfigMapProps(
                metadata=k8s.ObjectMeta(name=f"{self.instance}-recipe", namespace=namespace),
                data={"recipe.yaml": text},
            )
        )
