"""Karpenter, played: which machine a pod gets, and what it costs."""

from pathlib import Path

import anyio
import pytest
from hand import Hand

from headway.catalog import load_catalog
from headway.local.machines import Offer
from headway.local.nodes import Nodes
from headway.local.rendered import read_rendered

DIST = Path(__file__).parents[2] / "dist"
BOOT = {"g5.2xlarge": 0.0}


@pytest.fixture(scope="module")
def offers() -> tuple[Offer, ...]:
    rendered = read_rendered(DIST / "dev", load_catalog())
    return next(one.offers for one in rendered.deployments if one.name == "llama-3-1-8b")


def play(story: object) -> None:
    async def told() -> None:
        async with anyio.create_task_group() as tasks:
            clock = Hand()
            story(clock, Nodes(clock, tasks))  # type: ignore[operator]

    anyio.run(told)


def test_a_pod_takes_a_free_gpu_before_a_machine_is_launched(offers: tuple[Offer, ...]) -> None:
    def story(_: Hand, nodes: Nodes) -> None:
        first = nodes.place("one", offers, BOOT)
        assert nodes.place("two", offers, BOOT) is not first
        nodes.release("one")
        assert nodes.place("three", offers, BOOT) is first
        assert nodes.launched == 2

    play(story)


def test_a_node_goes_when_it_has_stood_empty_as_long_as_its_pool_says(offers: tuple[Offer, ...]) -> None:
    def story(clock: Hand, nodes: Nodes) -> None:
        node = nodes.place("one", offers, BOOT)
        nodes.release("one")
        clock.at = node.offer.consolidate_after_seconds - 1
        assert nodes.consolidate() == []
        clock.at += 1
        assert nodes.consolidate() == [node]
        assert nodes.usd_per_hour == 0

    play(story)


def test_a_machine_is_paid_for_from_its_launch_to_its_end(offers: tuple[Offer, ...]) -> None:
    def story(clock: Hand, nodes: Nodes) -> None:
        clock.at = 100
        node = nodes.place("one", offers, BOOT)
        clock.at = 100 + 1800
        nodes.remove(node)
        clock.at = 10_000
        assert nodes.settle() == pytest.approx(node.offer.usd_per_hour / 2)

    play(story)
