"""Where a value comes from and what it means."""

from pathlib import Path

import pytest

from headway.domain.environment import EnvironmentSpec
from headway.environments import EnvironmentFaults, Explained, explain, load_environment
from headway.environments.describe import field_at, model_at, unit_of
from headway.environments.explain import DEFAULT, UNRESOLVED
from unit.environments.builders import CATALOG, FIXTURES, an_environment

PROD = load_environment("prod", CATALOG)


def row(key: str) -> Explained:
    (only,) = explain(PROD, key)
    return only


def test_a_value_stated_in_the_environment_names_its_line() -> None:
    found = row("floor")
    file, _, line = found.origin.rpartition(":")
    assert Path(file).name == "prod.yaml"
    assert Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1] == "floor: 1"
    assert found.value == 1


def test_a_value_of_the_base_names_the_base() -> None:
    assert Path(row("cluster.region").origin.rpartition(":")[0]).name == "base.yaml"


def test_a_value_that_nobody_stated_is_a_default() -> None:
    assert row("cluster.provider").origin == DEFAULT


@pytest.mark.parametrize("key", ["cluster.account_id", "cluster.s3_cidrs", "cluster.images.vllm.digest"])
def test_an_open_fact_is_not_stated_yet(key: str) -> None:
    assert row(key).origin == UNRESOLVED


def test_a_stated_fact_is_not_open(tmp_path: Path) -> None:
    environment = an_environment(tmp_path, cluster={"account_id": "111122223333"})
    (found,) = explain(environment, "cluster.account_id")
    assert found.origin.endswith("sandbox.yaml:4")


def test_a_number_has_its_unit_and_every_value_its_meaning() -> None:
    assert row("models.mistral-7b-awq.objective.ttft_seconds").unit == "s"
    for found in explain(PROD):
        assert found.meaning, found.path
        assert "\n" not in found.meaning


def test_a_name_with_dots_is_one_key() -> None:
    paths = [found.path for found in explain(PROD, "models.llama-3.1-8b.limits")]
    assert paths == [
        "models.llama-3.1-8b.limits.replicas.min",
        "models.llama-3.1-8b.limits.replicas.max",
        "models.llama-3.1-8b.limits.budget_usd_per_hour",
    ]


def test_everything_is_explained_once() -> None:
    paths = [found.path for found in explain(PROD)]
    assert len(paths) == len(set(paths))
    assert {path.partition(".")[0] for path in paths} == set(EnvironmentSpec.model_fields)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("models.mistral-7b-awq.limit", "no key 'limit' in models.mistral-7b-awq; did you mean limits?"),
        ("clusters", "no key 'clusters' in prod; did you mean cluster?"),
        ("models.llama", "no key 'llama' in models; "),
        ("floor.low", "no key 'low' in floor; remove it"),
    ],
)
def test_a_key_that_is_not_there_is_answered_with_the_nearest(key: str, message: str) -> None:
    with pytest.raises(EnvironmentFaults) as caught:
        explain(PROD, key)
    assert message in str(caught.value)


def test_the_file_of_two_levels_explains_each_level() -> None:
    environment = load_environment(str(FIXTURES / "valid" / "two-levels.yaml"), CATALOG)
    files = {found.path: Path(found.origin.rpartition(":")[0]).name for found in explain(environment, "pools.l4-1x")}
    assert files["pools.l4-1x.max_gpus"] == "two-levels.yaml"
    assert files["pools.l4-1x.blackouts"] == "blackouts.yaml"
    assert files["pools.l4-1x.instance_types"] == "base.yaml"


def test_a_path_through_a_mapping_and_a_list_finds_its_field() -> None:
    field = field_at(EnvironmentSpec, ("pools", "any", "blackouts", "3", "duration"))
    assert field is not None
    assert field.description == "How long it lasts (`2h30m`)."


def test_a_path_that_no_model_has_finds_nothing() -> None:
    assert field_at(EnvironmentSpec, ("pools", "any", "nothing")) is None
    assert model_at(EnvironmentSpec, ("floor", "below")) is None


def test_the_unit_is_found_below_an_optional() -> None:
    field = field_at(EnvironmentSpec, ("pools", "any", "static_node", "usd_per_hour"))
    assert field is not None
    assert unit_of(field) == "USD/h"
