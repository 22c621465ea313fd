"""Every dashboard of an environment."""

from collections.abc import Sequence

from headway.observability.gateway_dashboard import gateway_dashboard
from headway.observability.model_dashboard import model_dashboard
from headway.observability.node_dashboard import PricedMachine, node_dashboard
from headway.observability.panels import Dashboard
from headway.observability.watched import Watched


def dashboards(
    watched: Sequence[Watched], machines: Sequence[PricedMachine], gpu_resource: str
) -> tuple[Dashboard, ...]:
    """Gateway and models where there are models, nodes where Karpenter starts them."""
    found = [gateway_dashboard(watched)]
    if watched:
        found.append(model_dashboard(watched))
    if machines:
        found.append(node_dashboard(machines, gpu_resource))
    return tuple(found)
