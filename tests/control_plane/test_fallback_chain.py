"""Karpenter follows the chain of a deployment that decision 0011 describes; stock is what changes from test to test."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from control_plane.plane import ControlPlane
from control_plane.scarce_cloud import Landing, ScarceCluster

CHAIN = ("t4-1x", "a10g-1x", "l4-1x")
Record = Callable[[str, Landing], None]


@pytest.fixture(scope="module")
def cluster(plane: ControlPlane, prod, catalog, repository: Path) -> ScarceCluster:
    made = ScarceCluster(plane, prod, catalog)
    made.prepare(repository / "build" / "control-plane" / "crds")
    return made


@pytest.fixture(scope="module")
def record(repository: Path) -> Record:
    """Notes what was seen in build/control-plane/seen.json."""
    seen: dict[str, object] = {}

    def note(case: str, landing: Landing) -> None:
        nodes = [{"node": list(node), "pods": count} for node, count in sorted(landing.nodes.items())]
        seen[case] = {"seconds": round(landing.seconds, 1), "nodes": nodes, "refused_launches": landing.refused}
        (repository / "build" / "control-plane" / "seen.json").write_text(json.dumps(seen, indent=2))

    return note


def test_the_chain_is_the_rendered_one(prod) -> None:
    affinity = prod.one("Deployment", "mistral-7b-awq")["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    [term] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == list(CHAIN)


@pytest.mark.parametrize("step", range(6), ids=[f"{pool}-{way}" for pool in CHAIN for way in ("spot", "on-demand")])
def test_a_pod_lands_on_the_first_step_that_is_in_stock(cluster: ScarceCluster, record: Record, step: int) -> None:
    steps = [(pool, way) for pool in CHAIN for way in ("spot", "on-demand")]
    gone = [offer for pool, way in steps[:step] for offer in cluster.out_of_stock(pool, way)]
    landing = cluster.land("mistral-7b-awq", out_of_stock=gone)
    record(f"in stock from {steps[step]}", landing)
    [(pool, _, way)] = landing.nodes
    assert (pool, way) == steps[step]


def test_a_pods_own_preference_holds_against_the_weights(cluster: ScarceCluster, record: Record) -> None:
    """Weights are the cluster's: where two deployments disagree, one of them has only its preference."""
    with cluster.weights({pool: 100 - 10 * place for place, pool in enumerate(reversed(CHAIN))}):
        landing = cluster.land("mistral-7b-awq", out_of_stock=cluster.out_of_stock(CHAIN[0], "spot", "on-demand"))
    record("no first pool, weights in the opposite order", landing)
    assert [(pool, way) for pool, _, way in landing.nodes] == [(CHAIN[1], "spot")]


def test_replicas_beyond_the_limit_of_a_pool_go_to_the_next(cluster: ScarceCluster, record: Record, prod) -> None:
    limit = int(prod.one("NodePool", CHAIN[0])["spec"]["limits"]["nvidia.com/gpu"])
    landing = cluster.land("mistral-7b-awq", replicas=limit + 2)
    record("two more than the first pool's limit", landing)
    pools = {pool: sum(n for land, n in landing.nodes.items() if land[0] == pool) for pool in CHAIN}
    assert pools == {CHAIN[0]: limit, CHAIN[1]: 2, CHAIN[2]: 0}


def test_a_pinned_deployment_gets_exactly_its_machine(cluster: ScarceCluster, record: Record) -> None:
    landing = cluster.land("llama-3-1-8b", replicas=2)
    record("pinned", landing)
    assert set(landing.nodes) == {("a10g-1x", "g5.2xlarge", "spot")}


def test_a_pinned_deployment_waits_for_no_other_machine_than_its_own(cluster: ScarceCluster, record: Record) -> None:
    landing = cluster.land("llama-3-1-8b", out_of_stock=cluster.out_of_stock("a10g-1x", "spot"))
    record("pinned, no spot", landing)
    assert set(landing.nodes) == {("a10g-1x", "g5.2xlarge", "on-demand")}
