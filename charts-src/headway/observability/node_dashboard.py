"""The nodes' dashboard: what runs, what it costs now, how much more there may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from headway.observability.panels import Dashboard, Panel, Query, Row

ONE_A_NODE = 'karpenter_nodes_allocatable{resource_type="cpu"'
"""A series that every node of Karpenter has exactly once."""


@dataclass(frozen=True)
class PricedMachine:
    """What one node costs."""

    instance_type: str
    capacity_type: str
    usd_per_hour: float
    region: str
    """Region of the price."""
    as_of: str
    """Day of the price."""


def node_dashboard(machines: Sequence[PricedMachine], gpu_resource: str) -> Dashboard:
    """One function a row."""
    return Dashboard("headway-nodes", "Headway: nodes and money", (_nodes(), _money(machines), _room(gpu_resource)))


def _nodes() -> Row:
    def count(by: str) -> tuple[Query, ...]:
        legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))
        return (Query(f"count by ({by}) ({ONE_A_NODE}}})", legend),)

    return Row(
        "Nodes",
        (
            Panel("By pool", "Nodes that Karpenter runs.", count("nodepool"), stacked=True),
            Panel("By machine", "Which instance types were to be had.", count("instance_type"), stacked=True),
            Panel("Spot and on demand", "What may be taken back.", count("capacity_type"), stacked=True),
        ),
    )


def _money(machines: Sequence[PricedMachine]) -> Row:
    days = sorted({machine.as_of for machine in machines})
    regions = sorted({machine.region for machine in machines})
    read = f"Prices of {', '.join(regions)}, {' to '.join(dict.fromkeys((days[0], days[-1])))}." if days else ""
    queries = tuple(
        Query(_dollars(machine), f"{machine.instance_type} {machine.capacity_type}") for machine in machines
    )
    meaning = f"Nodes times the catalog's price of their machine; GPU pools only. {read}".strip()
    return Row("Money", (Panel("USD an hour", meaning, queries, unit="currencyUSD", stacked=True),))


def _dollars(machine: PricedMachine) -> str:
    labels = f'instance_type="{machine.instance_type}",capacity_type="{machine.capacity_type}"'
    return f"count({ONE_A_NODE},{labels}}}) * {machine.usd_per_hour:g}"


def _room(gpu_resource: str) -> Row:
    name = f'resource_type="{gpu_resource}"'
    return Row(
        "Room",
        (
            Panel(
                "GPUs in use by pool",
                "GPUs of the nodes that run, and the most that the pool may have.",
                (
                    Query(f"max by (nodepool) (karpenter_nodepools_usage{{{name}}})", "{{nodepool}}"),
                    Query(f"max by (nodepool) (karpenter_nodepools_limit{{{name}}})", "{{nodepool}}, at most"),
                ),
            ),
        ),
    )
