import pytest
from pydantic import ValidationError

from headway.kinds import Budget, Requirement
from unit.kinds.examples import a_node_pool


@pytest.mark.parametrize("half", [{"schedule": "0 8 * * 1-5"}, {"duration": "10h"}])
def test_a_budget_takes_schedule_and_duration_only_together(half) -> None:
    with pytest.raises(ValidationError, match="give both or neither"):
        Budget(nodes="0", **half)


@pytest.mark.parametrize("duration", ["90s", "1d", "1h30s"])
def test_a_budget_counts_in_hours_and_minutes(duration) -> None:
    with pytest.raises(ValidationError):
        Budget(nodes="0", schedule="@daily", duration=duration)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"operator": "In"}, "has no values"),
        ({"operator": "Exists", "values": ["x"]}, "takes none"),
        ({"operator": "Gt", "values": ["1", "2"]}, "takes one integer"),
        ({"operator": "Lt", "values": ["many"]}, "takes one integer"),
        ({"operator": "In", "values": ["a"], "min_values": 2}, "minValues 2 and 1 values"),
    ],
)
def test_a_requirement_refuses_values_that_its_operator_cannot_use(fields, message) -> None:
    with pytest.raises(ValidationError, match=message):
        Requirement(key="karpenter.k8s.aws/instance-gpu-count", **fields)


def test_limits_are_strings_so_that_git_and_cluster_agree() -> None:
    assert a_node_pool().manifest()["spec"]["limits"]["nvidia.com/gpu"] == "8"
    with pytest.raises(ValidationError, match="valid string"):
        a_node_pool(limits={"nvidia.com/gpu": 8})
