"""Where the checks that need several values draw their lines."""

from pathlib import Path
from typing import Any

import pytest

from headway.environments import EnvironmentFaults
from unit.environments.builders import a_model, an_environment, only


def problems(folder: Path, **over: Any) -> list[str]:
    try:
        an_environment(folder, **over)
    except EnvironmentFaults as error:
        return [fault.path for fault in error.faults]
    return []


def a_gateway(**over: Any) -> dict[str, Any]:
    """A gateway whose waits all end with the whole answer's 60 s, before one model whose streams last as long."""
    lawful = {"first_byte_timeout_seconds": 30, "total_timeout_seconds": 60, "hold_seconds": 60, "drain_seconds": 60}
    return {"gateway": {**lawful, **over}, "models": only(it=a_model(longest_stream_seconds=60))}


@pytest.mark.parametrize(
    ("over", "path"),
    [
        ({"edge": {"idle_timeout_seconds": 110, "keep_alive_seconds": 55}}, None),
        ({"edge": {"idle_timeout_seconds": 110, "keep_alive_seconds": 56}}, "edge.keep_alive_seconds"),
        (a_gateway(first_byte_timeout_seconds=60), None),
        (a_gateway(first_byte_timeout_seconds=60.5), "gateway.first_byte_timeout_seconds"),
        (a_gateway(idle_timeout_seconds=60.5), "gateway.idle_timeout_seconds"),
        (a_gateway(hold_seconds=60.5), "gateway.hold_seconds"),
        ({"edge": {"idle_timeout_seconds": 105}}, None),
        ({"edge": {"idle_timeout_seconds": 104}}, "gateway.hold_silent_seconds"),
        (a_gateway(drain_seconds=59), "gateway.drain_seconds"),
        (a_gateway(total_timeout_seconds=59.5), "gateway.total_timeout_seconds"),
        (a_gateway(max_held_requests=40, max_requests_in_flight=40, max_connections=40), None),
        (a_gateway(max_held_requests=41, max_requests_in_flight=40), "gateway.max_held_requests"),
        (a_gateway(max_requests_in_flight=41, max_connections=40), "gateway.max_requests_in_flight"),
        (a_gateway(max_output_tokens=4096, token_burst=4095), "gateway.max_output_tokens"),
        (a_gateway(shared_clients=["a"], presenter_clients=["b", "a"]), "gateway.presenter_clients"),
        ({"gateway": {"idle_timeout_seconds": 110}, "edge": {"idle_timeout_seconds": 110}}, None),
        (
            {"gateway": {"idle_timeout_seconds": 111}, "edge": {"idle_timeout_seconds": 110}},
            "gateway.idle_timeout_seconds",
        ),
        ({"cluster": {"zones": ["us-east-1f", "us-east-1-bos-1a"]}}, None),
        ({"cluster": {"zones": ["us-east-1f", "us-east-10a"]}}, "cluster.zones.1"),
        ({"cluster": {"provider": "other", "zones": ["rack-7"]}, "pools": {}}, "pools.t4-1x"),
        ({"models": only(it=a_model(context_tokens=32768))}, None),
        ({"models": only(it=a_model(context_tokens=32769))}, "models.it.context_tokens"),
        ({"floor": 1, "models": only(it=a_model())}, None),
        ({"floor": 2, "models": only(it=a_model())}, "models.it.limits.replicas.min"),
        ({"models": only(it=a_model(pin={"instance_type": "g6.2xlarge"}))}, None),
        ({"models": only(it=a_model(pin={"instance_type": "g5.xlarge"}))}, "models.it.pin.instance_type"),
    ],
)
def test_a_line_is_drawn_where_the_message_says(tmp_path: Path, over: dict[str, Any], path: str | None) -> None:
    found = problems(tmp_path, **over)
    assert (path in found) if path else (found == [])


def test_a_zone_outside_eks_has_any_name(tmp_path: Path) -> None:
    assert "cluster.zones.0" not in problems(tmp_path, cluster={"provider": "other", "zones": ["rack-7"]})


def test_a_certificate_that_nobody_has_stated_is_of_no_region(tmp_path: Path) -> None:
    assert problems(tmp_path, cluster={"region": "eu-central-1", "zones": ["eu-central-1a"]}) == []


def test_a_typing_error_in_one_pool_does_not_hide_a_wrong_card_elsewhere(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        pools={"l4-1x": {"max_gpu": 4}},
        models={"mistral-7b-awq": {"card": "mistral"}},
    )
    assert found == ["pools.l4-1x.max_gpu", "models.mistral-7b-awq.card"]


def test_a_broken_pool_is_still_a_pool_that_deployments_may_name(tmp_path: Path) -> None:
    assert problems(tmp_path, pools={"l4-1x": {"max_gpus": 0}}) == ["pools.l4-1x.max_gpus"]
