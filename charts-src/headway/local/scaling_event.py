"""Puts together what is said of one change of replicas."""

from headway.local.audit import ScalingEvent
from headway.local.rendered import Deployment
from headway.local.scaler import Change, Scaler
from headway.local.world import World


def scaling_event(
    world: World, deployment: Deployment, scaler: Scaler, change: Change, before: int, pending: int
) -> ScalingEvent:
    """The event of a change that has just been applied."""
    return ScalingEvent(
        t=world.clock.now(),
        deployment=deployment.name,
        before=before,
        after=change.replicas,
        by=change.by,
        metrics=dict(scaler.readings),
        formula=deployment.law.text,
        value=scaler.value(),
        target=deployment.law.target,
        keda=change.keda,
        hpa=change.hpa,
        limits=change.limits,
        pending_pods=pending,
        nodes_launched=world.nodes.launched,
        usd_total=world.nodes.settle(),
        metrics_lost=world.samples.lost,
    )
