"""Machines that cannot be had: not sold, not in the zones, or above the quota."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from headway.recipes.disk_plan import plan_disk
from headway.recipes.question import Demand, Question, Supply, card_question, deployment_question
from headway.recipes.ranking import rank
from headway.recipes.room import no_disk
from headway.recipes.supply import not_offered
from unit.environments.builders import a_model, a_spec, only
from unit.recipes.builders import CATALOG, MISTRAL, a_machine


def asked(folder: Path, cluster: dict[str, Any], **model: Any) -> Question:
    spec = a_spec(folder, cluster=cluster, models=only(it=a_model(**model)))
    return deployment_question(spec.models["it"], spec, CATALOG)


def test_a_region_without_a_price_in_its_list_does_not_sell_the_machine() -> None:
    question = card_question(MISTRAL, Demand(), CATALOG, "us-east-1")
    sold = {candidate.machine.name: candidate.rejected_by for candidate in rank(question, CATALOG)}
    rejection = sold["p5e.48xlarge"]
    assert rejection is not None
    assert rejection.reason == "us-east-1 has no on-demand price for p5e.48xlarge"


def test_a_region_whose_list_is_not_here_is_not_judged() -> None:
    question = card_question(MISTRAL, Demand(), CATALOG, "us-east-2")
    assert not_offered(a_machine(name="p5e.48xlarge"), question, CATALOG) is None


def test_a_machine_that_none_of_the_zones_offers_is_refused_with_both(tmp_path: Path) -> None:
    question = asked(tmp_path, {"offerings": {"g4dn.xlarge": ["us-east-1f"], "g4dn.2xlarge": []}}, pools=["t4-1x"])
    reasons = {c.machine.name: c.rejected_by.reason for c in rank(question, CATALOG) if c.rejected_by}
    zones = ", ".join(question.supply.zones)
    assert reasons["g4dn.xlarge"] == f"g4dn.xlarge is offered in us-east-1f, the cluster is in {zones}"
    assert reasons["g4dn.2xlarge"] == f"g4dn.2xlarge is offered in no zone, the cluster is in {zones}"


def test_spot_pools_are_types_times_zones_that_offer_them(tmp_path: Path) -> None:
    question = asked(tmp_path, {"offerings": {"g4dn.xlarge": ["us-east-1a"]}}, pools=["t4-1x"])
    zones = len(question.supply.zones)
    assert {place.offers for place in question.places} == {2 * zones + 1}


def test_more_vcpus_than_the_quota_are_refused_with_both_numbers(tmp_path: Path) -> None:
    question = asked(tmp_path, {"quotas": {"g_spot": 4, "g_on_demand": 0}}, pools=["t4-1x"])
    assert question.replicas == 2
    reasons = {c.machine.name: c.rejected_by for c in rank(question, CATALOG)}
    small, middle = reasons["g4dn.xlarge"], reasons["g4dn.2xlarge"]
    assert small is not None
    assert (small.needs, small.has, small.unit) == (8, 4, "vCPU")
    assert small.change == "at most 1 replica, or a larger quota"
    assert middle is not None
    assert middle.needs == 16


def test_a_quota_that_is_not_stated_rejects_nothing(tmp_path: Path) -> None:
    question = asked(tmp_path, {"quotas": {"g_spot": 0}}, pools=["t4-1x"])
    assert rank(question, CATALOG)[0].runs


def test_machines_that_exist_already_need_no_quota(tmp_path: Path) -> None:
    question = asked(tmp_path, {}, pools=["t4-1x"])
    static = tuple(replace(p, machine=replace(p.machine, provisioned=False)) for p in question.places)
    none = Supply(quotas=question.supply.quotas.model_copy(update={"g_spot": 0, "g_on_demand": 0}))
    assert rank(replace(question, places=static, supply=none), CATALOG)[0].runs


def test_an_nvme_that_holds_no_two_images_is_refused_with_both_numbers() -> None:
    machine = a_machine(local_nvme_gb=60)
    rejection = no_disk(plan_disk(CATALOG.images["vllm"], machine), machine)
    assert rejection is not None
    assert rejection.reason == "images and caches need 73 GiB of disk, g6.xlarge has 56"
    assert no_disk(plan_disk(CATALOG.images["vllm"], a_machine(local_nvme_gb=0)), machine) is None
