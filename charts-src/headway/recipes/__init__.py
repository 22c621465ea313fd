"""Recipes: how a model deployment is served, and why every other way lost."""

from headway.recipes.candidate import Candidate, Rejection
from headway.recipes.cold_start import ColdStart, Phase
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.fallback import Fallback
from headway.recipes.lifecycle import Lifecycle
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import MemoryPlan
from headway.recipes.recipe import Recipe
from headway.recipes.selection import NothingFits, choose

__all__ = [
    "Candidate",
    "ColdStart",
    "EngineArguments",
    "Fallback",
    "Lifecycle",
    "Machine",
    "MemoryPlan",
    "NothingFits",
    "Phase",
    "Recipe",
    "Rejection",
    "choose",
]
