"""The gateway's settings as environment variables: what is rendered is what is read."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from headway.domain.environment import Gateway
from headway.domain.gateway_settings import GatewayChoices, GatewaySettings, variables
from headway_gateway.settings import Settings


@pytest.mark.parametrize(
    "settings",
    [
        GatewaySettings(),
        GatewaySettings(shared_clients=("audience", 'a "quoted" one'), presenter_clients=("presenter",)),
        GatewaySettings(keep_questions=True, log_level="debug", workers=2),
        GatewaySettings(connect_timeout_seconds=0.25, total_timeout_seconds=3600, max_body_bytes=10_000_000),
        GatewaySettings(api_keys_file=Path("/keys/with blank"), s3_endpoint="http://127.0.0.1:5000"),
    ],
)
def test_the_program_reads_the_settings_that_were_written(
    settings: GatewaySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables(settings).items():
        monkeypatch.setenv(name, value)
    assert dict(Settings()) == dict(settings)


def test_a_setting_without_a_value_has_no_variable() -> None:
    assert "HEADWAY_GATEWAY_JWKS_FILE" not in variables(GatewaySettings())


def test_whole_numbers_carry_no_point() -> None:
    written = variables(GatewaySettings(total_timeout_seconds=600.0, idle_timeout_seconds=1.5))
    assert written["HEADWAY_GATEWAY_TOTAL_TIMEOUT_SECONDS"] == "600"
    assert written["HEADWAY_GATEWAY_IDLE_TIMEOUT_SECONDS"] == "1.5"


def test_files_addresses_and_the_path_in_front_are_no_choice() -> None:
    assert set(GatewayChoices.model_fields) < set(GatewaySettings.model_fields)
    place = set(GatewaySettings.model_fields) - set(GatewayChoices.model_fields)
    named = {name for name in GatewaySettings.model_fields if name.endswith(("_file", "_endpoint", "_bucket"))}
    assert place == named | {
        *("jwt_issuer", "jwt_audience", "trusted_proxy_hops", "allowed_hosts", "discovery", "workers"),
        *("server_keep_alive_seconds", "keep_alive_comment_seconds", "unstreamed_first_byte_timeout_seconds"),
    }


@pytest.mark.parametrize(
    ("stated", "seconds", "bound"),
    [
        ({}, 300, "unstreamed_first_byte_timeout_seconds"),
        ({"first_byte_timeout_seconds": 2}, 2, "first_byte_timeout_seconds"),
        ({"first_byte_timeout_seconds": 60}, 60, "first_byte_timeout_seconds"),
        ({"total_timeout_seconds": 120}, 120, "total_timeout_seconds"),
        ({"total_timeout_seconds": 1200}, 300, "unstreamed_first_byte_timeout_seconds"),
        ({"total_timeout_seconds": 120, "first_byte_timeout_seconds": 2}, 2, "first_byte_timeout_seconds"),
        (
            {"first_byte_timeout_seconds": 2, "unstreamed_first_byte_timeout_seconds": 400},
            400,
            "unstreamed_first_byte_timeout_seconds",
        ),
    ],
)
def test_the_wait_for_an_unstreamed_answer_follows_what_is_stated(
    stated: dict[str, float], seconds: float, bound: str
) -> None:
    settings = GatewaySettings.model_validate(stated)
    assert (settings.unstreamed_first_byte_timeout_seconds, settings.unstreamed_bound) == (seconds, bound)


def test_an_environment_states_choices_with_the_programs_own_defaults() -> None:
    stated = Gateway.model_validate({"replicas": {"min": 1, "max": 2}})
    assert {name: getattr(stated, name) for name in GatewayChoices.model_fields} == dict(GatewayChoices())


def test_an_environment_cannot_state_what_the_place_decides() -> None:
    with pytest.raises(ValidationError, match="api_keys_file"):
        Gateway.model_validate({"replicas": {"min": 1, "max": 2}, "api_keys_file": "/keys"})
