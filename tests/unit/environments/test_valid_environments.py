"""Environments that must load and plan, and what each of them is there to show."""

from pathlib import Path

import pytest

from headway.environments import Environment, environment_names, load_environment, plan
from headway.scaling import DeploymentPlan
from unit.environments.builders import CATALOG, FIXTURES

FILES = sorted((FIXTURES / "valid").glob("*.yaml"))


def loaded(name: str) -> tuple[Environment, dict[str, DeploymentPlan]]:
    """A fixture with its plans by name."""
    environment = load_environment(str(FIXTURES / "valid" / f"{name}.yaml"), CATALOG)
    return environment, {planned.name: planned for planned in plan(environment, CATALOG)}


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 8


@pytest.mark.parametrize(
    "name", [*(str(path) for path in FILES), *environment_names()], ids=lambda name: Path(name).stem
)
def test_a_valid_environment_has_one_plan_for_each_model_deployment(name: str) -> None:
    environment = load_environment(name, CATALOG)
    assert [planned.name for planned in plan(environment, CATALOG)] == sorted(environment.spec.models)


def test_the_shipped_environments_are_dev_staging_and_prod() -> None:
    assert environment_names() == ("dev", "prod", "staging")


def test_a_minimal_file_is_the_base_with_a_name() -> None:
    environment, plans = loaded("minimal")
    assert environment.spec.name == "minimal"
    assert set(plans) == {"mistral-7b-awq", "llama-3.1-8b", "llama-2-7b-qlora", "llama-3.3-70b", "deepseek-r1"}


def test_nothing_is_unresolved_when_every_fact_is_stated() -> None:
    assert loaded("every-fact-stated")[0].unresolved == ()


def test_open_facts_are_listed_sorted_and_marked_with_their_path() -> None:
    environment, _ = loaded("minimal")
    assert list(environment.unresolved) == sorted(environment.unresolved)
    assert "cluster.images.vllm.digest" in environment.unresolved
    assert environment.spec.cluster.account_id == "headway-unresolved--cluster-account-id"


def test_sglang_is_served_by_its_own_image() -> None:
    recipe = loaded("sglang")[1]["mistral-7b-awq"].recipe
    assert (recipe.chosen.engine, recipe.image.key) == ("sglang", "sglang")


def test_sglang_asks_for_the_digest_of_its_image() -> None:
    assert "cluster.images.sglang.digest" in loaded("sglang")[0].unresolved
    assert "cluster.images.sglang.digest" not in loaded("minimal")[0].unresolved


def test_the_cpu_autoscaler_keeps_the_recipe() -> None:
    planned = loaded("cpu-autoscaler")[1]["mistral-7b-awq"]
    assert planned.model.scaling.autoscaler == "cpu"
    assert planned.recipe.chosen == loaded("minimal")[1]["mistral-7b-awq"].recipe.chosen


def test_deployments_that_may_sleep_use_the_form_of_the_law_that_wakes_them() -> None:
    for planned in loaded("scale-to-zero")[1].values():
        assert planned.may_sleep
        assert "held" in planned.law.expression(planned.may_sleep).metrics()


def test_instinct_is_served_outside_eks_on_machines_that_exist() -> None:
    _, plans = loaded("instinct-outside-eks")
    small, large = plans["llama-3.1-8b"].recipe, plans["llama-3.1-70b"].recipe
    assert (small.image.key, small.chosen.machine.provisioned) == ("vllm-rocm", False)
    assert (large.chosen.tensor_parallel, large.chosen.nodes) == (8, 1)


def test_a_machine_without_a_price_costs_nobody_knows_what() -> None:
    _, plans = loaded("instinct-outside-eks")
    assert plans["llama-3.1-70b"].usd_per_hour(1) is None
    assert plans["llama-3.1-8b"].usd_per_hour(2) == 4.0


def test_static_machines_need_no_spare_gpu_for_a_rollout() -> None:
    assert loaded("instinct-outside-eks")[1]["llama-3.1-8b"].recipe.surge_replicas == 0
    assert loaded("minimal")[1]["llama-3.1-8b"].recipe.surge_replicas == 1


def test_kedify_otel_is_a_fact_of_the_cluster() -> None:
    assert loaded("kedify-otel")[0].spec.cluster.keda.scaler == "kedify-otel"


def test_every_way_to_write_a_blackout_is_kept_as_written() -> None:
    windows = loaded("blackouts")[0].spec.pools["l4-1x"].blackouts
    assert [(window.schedule, window.duration) for window in windows] == [
        ("0 7 * * mon-fri", "12h"),
        ("@daily", "30m"),
        ("15 6 1,15 JAN-MAR ?", "1h30m"),
    ]


def test_null_removes_what_the_base_states() -> None:
    environment, _ = loaded("without-base-models")
    assert set(environment.spec.models) == {"mistral-7b-awq", "llama-2-7b-qlora"}
    assert set(environment.spec.pools) == {"t4-1x"}


def test_the_nearer_of_two_files_wins_and_the_farther_one_still_counts() -> None:
    environment, _ = loaded("two-levels")
    pool = environment.spec.pools["l4-1x"]
    assert (environment.spec.name, pool.max_gpus, len(pool.blackouts)) == ("two-levels", 4, 3)
    assert Path(environment.origin("pools.l4-1x.max_gpus").file).name == "two-levels.yaml"
    assert Path(environment.origin("pools.l4-1x.blackouts").file).name == "blackouts.yaml"
    assert Path(environment.origin("pools.l4-1x.accelerator").file).name == "base.yaml"


def test_an_environment_may_have_no_model_yet() -> None:
    assert loaded("no-models")[1] == {}


def test_a_pinned_gpu_count_is_kept_over_machines() -> None:
    _, plans = loaded("pinned-gpu-count")
    assert plans["deepseek-r1"].recipe.gpus_per_replica == 16
    assert plans["llama-2-7b-qlora"].recipe.gpus_per_replica == 2
    assert plans["llama-2-7b-qlora"].recipe.chosen.nodes == 2
