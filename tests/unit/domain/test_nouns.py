"""What every noun has in common, and the bounds that single nouns set."""

import inspect
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from headway.domain import cluster, environment, gpu_pool, model_deployment, objective
from headway.domain.gpu_pool import BlackoutWindow, GpuPool
from headway.domain.model_deployment import ModelDeployment
from headway.domain.names import resource_name
from headway.domain.noun import Noun
from headway.domain.objective import Replicas, Workload
from unit.environments.builders import a_model

NOUNS = sorted(
    {
        noun
        for module in (cluster, environment, gpu_pool, model_deployment, objective)
        for noun in vars(module).values()
        if inspect.isclass(noun) and issubclass(noun, Noun) and noun is not Noun
    },
    key=lambda noun: noun.__name__,
)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_frozen_and_refuses_what_it_does_not_know(noun: type[Noun]) -> None:
    assert noun.model_config["frozen"]
    assert noun.model_config["extra"] == "forbid"
    with pytest.raises(ValidationError, match="extra_forbidden"):
        noun.model_validate({"no such key": 1})


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_every_field_of_a_noun_is_described(noun: type[Noun]) -> None:
    assert [name for name, field in noun.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Workload(requests_per_second=number, prompt_tokens=1, output_tokens=1)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_replicas_are_lawful_exactly_when_min_does_not_exceed_max(least: int, most: int) -> None:
    try:
        Replicas(min=least, max=most)
    except ValidationError:
        assert least > most
    else:
        assert least <= most


@pytest.mark.parametrize("schedule", ["0 7 * * mon-fri", "@daily", "*/15 6-18 1,15 JAN ?", "0 0 ? * 0"])
def test_a_blackout_begins_at_a_cron_line(schedule: str) -> None:
    assert BlackoutWindow(schedule=schedule, duration="1h").schedule == schedule


@pytest.mark.parametrize("schedule", ["7:00", "@noon", "0 7 * *", "0 7 * * * *", "at seven on work days", ""])
def test_a_blackout_begins_at_nothing_else(schedule: str) -> None:
    with pytest.raises(ValidationError, match="is not a cron line"):
        BlackoutWindow(schedule=schedule, duration="1h")


@pytest.mark.parametrize(("duration", "lawful"), [("2h", True), ("90m", True), ("2h30m", True)] + [
    (text, False) for text in ("", "2", "30s", "30m2h", "2h30", "h", "1d")
])  # fmt: skip
def test_a_blackout_lasts_hours_and_minutes(duration: str, lawful: bool) -> None:
    try:
        BlackoutWindow(schedule="@daily", duration=duration)
    except ValidationError:
        assert not lawful
    else:
        assert lawful


def test_a_pool_prefers_spot_and_admits_on_demand_unless_told() -> None:
    assert GpuPool(accelerator="l4", max_gpus=1).capacity_types == ("spot", "on-demand")


@pytest.mark.parametrize(
    ("over", "key"),
    [
        ({"context_tokens": 399}, "context_tokens is 399 and the workload needs 400"),
        ({"pin": {"precision": "fp8"}}, "pin.precision is fp8 but the checkpoints are awq"),
    ],
)
def test_a_contradiction_in_a_deployment_begins_with_the_key_at_fault(over: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ModelDeployment.model_validate(a_model(**over))
    assert f"Value error, {key}" in str(caught.value)


def test_a_workload_may_fill_the_context_to_the_last_token() -> None:
    assert ModelDeployment.model_validate(a_model(context_tokens=400)).context_tokens == 400


@given(st.from_regex(r"[a-z]([a-z0-9.-]{0,46}[a-z0-9])?", fullmatch=True))
def test_a_deployments_name_renders_as_a_label(name: str) -> None:
    label = resource_name(name)
    assert len(label) == len(name) <= 48
    assert label.replace("-", "").isalnum()
    assert resource_name(label) == label
