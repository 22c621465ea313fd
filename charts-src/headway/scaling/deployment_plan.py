"""The plan of one model deployment: its recipe, its law, and what its replicas cost."""

from dataclasses import dataclass

from headway.domain.model_deployment import ModelDeployment
from headway.recipes import Recipe
from headway.scaling.law import ScalingLaw


@dataclass(frozen=True)
class DeploymentPlan:
    """How one model deployment is served and scaled."""

    name: str
    model: ModelDeployment
    recipe: Recipe
    law: ScalingLaw
    target: int
    """Value of the law that one replica carries."""

    @property
    def may_sleep(self) -> bool:
        """Whether it may have no replica."""
        return self.model.limits.replicas.min == 0

    def usd_per_hour(self, replicas: int, on_demand: bool = False) -> float | None:
        """Cost of that many replicas: expected, or with every machine bought on demand. `None` where no price is known."""
        price = self.recipe.chosen.price
        if price is None:
            return None
        each = price.on_demand if on_demand else price.expected
        return each * replicas if each is not None else None
