"""The state that the control room shows, each second."""

from typing import Any

from headway.local.fleet import RUNNING, WAITING, Fleet
from headway.local.show import Show
from headway.local.traffic import Traffic
from headway.local.world import World


def state(world: World, fleets: list[Fleet], traffic: Traffic, show: Show, stored: int) -> dict[str, Any]:
    """One message of event `state`; times are the cluster's."""
    surveys = traffic.surveys()
    return {
        "t": round(world.clock.now(), 1),
        "mode": show.mode,
        "clock": show.by_the_clock,
        "show_seconds": None if show.seconds is None else round(show.seconds, 1),
        "usd_per_hour": round(world.nodes.usd_per_hour, 4),
        "usd_total": round(world.nodes.settle(), 4),
        "deployments": [_deployment(world, fleet, traffic) for fleet in fleets],
        "nodes": [
            {
                "name": node.name,
                "instance_type": node.offer.machine.name,
                "capacity_type": node.offer.capacity_type,
                "pool": node.offer.pool,
                "phase": node.phase,
                "usd_per_hour": node.offer.usd_per_hour,
                "pods": len(node.pods),
            }
            for node in world.nodes.nodes
        ],
        "requests": traffic.requests(),
        "surveys": {"submitted": surveys["submitted"], "stored": stored},
    }


def _deployment(world: World, fleet: Fleet, traffic: Traffic) -> dict[str, Any]:
    deployment, law = fleet.deployment, fleet.deployment.law
    samples = world.samples
    held = sum(
        value
        for labels, value in samples.seen("headway_gateway_requests_held")
        if labels.get("model") == deployment.model
    )
    return {
        "name": deployment.name,
        "model": deployment.model,
        "gpu": deployment.offers[0].machine.accelerator,
        "law": law.text,
        "target": law.target,
        "value": fleet.scaler.value(),
        "desired": fleet.desired,
        "min": law.keda.min_replicas,
        "max": law.keda.max_replicas,
        "replicas": dict(fleet.phases()),
        "running": sum(samples.of(replica.name, RUNNING) for replica in fleet.replicas),
        "waiting": sum(samples.of(replica.name, WAITING) for replica in fleet.replicas),
        "held": held,
        "ttft_seconds": traffic.ttft_seconds(deployment.model),
        "objective_ttft_seconds": deployment.objective_ttft_seconds,
        "cpu_based_replicas": fleet.cpu_scaler.replicas,
    }
