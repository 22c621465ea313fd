"""Machines that a pod may get, in the order in which Karpenter would buy them, with the catalog's prices and times."""

from dataclasses import dataclass

import yaml

from headway.catalog import Catalog
from headway.domain.instance_type import CapacityType, InstanceType
from headway.local.durations import seconds
from headway.local.faults import CannotRun
from headway.policies.index import Index
from headway.policies.model_server import ModelServer
from headway.policies.node_pools import NodePool, node_pools
from headway.policies.pods import Pod
from headway.policies.served_model import served_model
from headway.recipes.cold_start import ColdStart, predict_cold_start
from headway.recipes.machine import PRICE_REGION, machine_of

CAPACITY_TYPE = "karpenter.sh/capacity-type"


@dataclass(frozen=True, eq=False)
class Offer:
    """One machine, bought one way."""

    pool: str
    machine: InstanceType
    capacity_type: CapacityType
    usd_per_hour: float
    consolidate_after_seconds: float


def offers(index: Index, pod: Pod) -> tuple[Offer, ...]:
    """Pools by weight, then spot before on demand, then by price, as Karpenter chooses."""
    wants = pod.requests
    found = []
    for pool, machines in index.derive(node_pools).open_to(pod):
        for machine in machines:
            room = machine.allocatable
            fits = room.cpu_millicores >= wants.cpu_millicores and room.memory_mib >= wants.memory_mib
            if fits and machine.gpu_resource == wants.gpu_resource and machine.gpu_count >= wants.gpus:
                weight = pool.manifest.integer("spec", "weight") or 0
                found += [(weight, offer) for offer in _bought(index, pool, machine)]
    ordered = sorted(found, key=lambda one: (-one[0], one[1].capacity_type != "spot", one[1].usd_per_hour))
    return tuple(offer for _, offer in ordered)


def _bought(index: Index, pool: NodePool, machine: InstanceType) -> list[Offer]:
    stated = [r.values for r in pool.requirements if r.key == CAPACITY_TYPE]
    after = seconds(pool.manifest.text("spec", "disruption", "consolidateAfter"))
    facts, found = index.facts, []
    kinds: tuple[CapacityType, ...] = ("spot", "on-demand")
    for kind in kinds:
        price = facts.catalog.price(machine.name, facts.region, kind)
        if price and all(kind in values for values in stated):
            found.append(Offer(pool.name, machine, kind, price.usd_per_hour, after))
    return found


def cold_start(server: ModelServer, offer: Offer, catalog: Catalog, recipe: str | None) -> ColdStart:
    """Cold start of this server on this machine. Raises `CannotRun` where model or image is not known."""
    weight_bytes = _weight_bytes(server, catalog, recipe)
    image = next((i for i in catalog.images.values() if i.engine == server.engine and i.vendor == "nvidia"), None)
    if weight_bytes is None or image is None:
        raise CannotRun(
            f"{server.pod.owner.name}: how long it takes to start is not known",
            "render its recipe beside it, or add its model to the catalog",
        )
    machine = machine_of(offer.machine, catalog, PRICE_REGION)
    return predict_cold_start(machine, image, weight_bytes, compile_cache=True, scrape_interval_seconds=0)


def _weight_bytes(server: ModelServer, catalog: Catalog, recipe: str | None) -> float | None:
    """Of the recipe that is rendered beside it, else of the model that its arguments name."""
    record = yaml.safe_load(recipe) if recipe else {}
    card = catalog.models.get(record.get("model", ""))
    precision = record.get("chosen", {}).get("weights")
    if card and precision in card.weight_bytes:
        return card.weight_bytes[precision]
    model = served_model(server, catalog)
    return model.card.weight_bytes[model.precision] if model else None
