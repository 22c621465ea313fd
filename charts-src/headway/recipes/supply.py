"""Whether a machine can be had: EC2 sells it in the region and in a zone of the cluster, and the account may start it."""

from headway.catalog import Catalog
from headway.domain.instance_type import CapacityType
from headway.domain.noun import counted
from headway.recipes.candidate import Rejection
from headway.recipes.machine import Machine
from headway.recipes.question import Question


def not_offered(machine: Machine, question: Question, catalog: Catalog) -> Rejection | None:
    """A region whose on-demand price list is in the catalog sells what the list holds; zones are what the fork states."""
    if not machine.provisioned:
        return None
    if (
        catalog.lists_on_demand(question.supply.region)
        and catalog.price(machine.name, question.supply.region, "on-demand") is None
    ):
        return Rejection(f"{question.supply.region} has no on-demand price for {machine.name}", change="another region")
    zones = question.supply.offerings.get(machine.name)
    if zones is not None and question.supply.zones and not set(zones) & set(question.supply.zones):
        where, ours = ", ".join(zones) or "no zone", ", ".join(question.supply.zones)
        return Rejection(f"{machine.name} is offered in {where}, the cluster is in {ours}", change=f"a zone of {where}")
    return None


def over_quota(
    machine: Machine, nodes: int, capacity_types: tuple[CapacityType, ...], question: Question
) -> Rejection | None:
    """All replicas on spot and on-demand quota together; silent while a quota that counts is not stated."""
    if not machine.provisioned:
        return None
    quotas = question.supply.quotas
    stated = {
        "spot": quotas.p_spot if machine.quota_class == "p" else quotas.g_spot,
        "on-demand": quotas.p_on_demand if machine.quota_class == "p" else quotas.g_on_demand,
    }
    limits = [stated[kind] for kind in capacity_types]
    if any(quota is None for quota in limits):
        return None
    has = sum(quota for quota in limits if quota is not None)
    needs = question.replicas * nodes * machine.vcpus
    if needs <= has:
        return None
    quota = f"{machine.quota_class.upper()} quota ({' and '.join(capacity_types)})"
    return Rejection(
        f"{counted(question.replicas, 'replica')} may need {needs} vCPUs, the account's {quota} is {has}",
        needs, has, "vCPU", f"at most {counted(has // (nodes * machine.vcpus), 'replica')}, or a larger quota",
    )  # fmt: skip
