"""Settings: all faults at once, each with what would be right, and every one shown with unit, value and origin."""

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.cli import main
from headway_gateway.settings import BadSettings, read_settings, variable

GATEWAY = Path(sys.executable).with_name("headway-gateway")


@pytest.fixture
def upstreams(tmp_path: Path) -> Path:
    file = tmp_path / "upstreams.json"
    file.write_text('[{"url": "http://127.0.0.1:8001", "models": ["tiny"]}]')
    return file


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("HEADWAY_GATEWAY_"):
            monkeypatch.delenv(name)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def faults(upstreams: Path | None, monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(f"HEADWAY_GATEWAY_{name}", value)
    with pytest.raises(BadSettings) as refused:
        read_settings(upstreams, insecure_no_auth=False)
    return str(refused.value).splitlines()


def test_an_unknown_variable_is_told_the_nearest_name(upstreams: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(upstreams, monkeypatch, MAX_BODY_BYTE="9999", XYZZY="1")
    assert "HEADWAY_GATEWAY_MAX_BODY_BYTE: is no setting; did you mean HEADWAY_GATEWAY_MAX_BODY_BYTES?" in told
    assert "HEADWAY_GATEWAY_XYZZY: is no setting; take it away" in told


def test_every_wrong_value_is_named_at_once_with_its_meaning(upstreams: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(upstreams, monkeypatch, WORKERS="0", LOG_LEVEL="loud", DRAIN_SECONDS="soon", NONSENSE="1")
    named = {line.split(":")[0] for line in told}
    assert named == {f"HEADWAY_GATEWAY_{name}" for name in ("WORKERS", "LOG_LEVEL", "DRAIN_SECONDS", "NONSENSE")}
    assert any("Time streams may finish in after SIGTERM" in line for line in told)


def test_settings_that_contradict_each_other_are_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = tmp_path / "keys"
    keys.write_text("nonsense\n")
    told = faults(
        None,
        monkeypatch,
        API_KEYS_FILE=str(keys),
        JWKS_FILE=str(tmp_path / "none"),
        FIRST_BYTE_TIMEOUT_SECONDS="60",
        TOTAL_TIMEOUT_SECONDS="30",
        OTLP_ENDPOINT="collector:4318",
    )
    for part in ("UPSTREAMS_FILE", "JWT_ISSUER", "JWT_AUDIENCE", "FIRST_BYTE_TIMEOUT", "keys:1:", "OTLP_ENDPOINT"):
        assert any(part in line for line in told), (part, told)


def test_a_wait_for_an_unstreamed_answer_that_is_longer_than_any_answer_is_refused(
    upstreams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = {"UNSTREAMED_FIRST_BYTE_TIMEOUT_SECONDS": "400", "TOTAL_TIMEOUT_SECONDS": "360"}
    told = [line for line in faults(upstreams, monkeypatch, **stated) if "API_KEYS" not in line]
    assert told == [
        "HEADWAY_GATEWAY_UNSTREAMED_FIRST_BYTE_TIMEOUT_SECONDS: 400 s is more than HEADWAY_GATEWAY_TOTAL_TIMEOUT_SECONDS, "
        "360 s; raise that or lower this"
    ]


def test_without_a_key_file_it_must_be_said_that_anybody_may_ask(
    upstreams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [told] = faults(upstreams, monkeypatch)
    assert "--insecure-no-auth" in told
    assert read_settings(upstreams, insecure_no_auth=True).upstreams_file == upstreams


def test_a_list_that_is_no_json_is_told_how_to_be_one(upstreams: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(upstreams, monkeypatch, SHARED_CLIENTS="audience")
    assert 'write lists as JSON: ["a", "b"]' in told[0]


def test_the_program_ends_with_2_and_says_every_fault_and_where_to_look(upstreams: Path) -> None:
    done = run("--upstreams", str(upstreams), HEADWAY_GATEWAY_WORKERS="none", HEADWAY_GATEWAY_WORKER="2")
    assert done.exit_code == 2
    assert len(re.findall(r"^error: ", done.stderr, re.M)) == 2
    assert done.stderr.endswith("hint: headway-gateway --print-settings\n")
    assert "Traceback" not in done.stderr


def test_a_broken_upstreams_file_ends_the_process_with_2(upstreams: Path) -> None:
    upstreams.write_text("[{}]")
    ports = ["--port", "0", "--admin-port", "0"]
    done = subprocess.run(
        [GATEWAY, "--upstreams", str(upstreams), "--insecure-no-auth", *ports],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "missing required field `models`" in done.stderr
    assert "Traceback" not in done.stderr


def test_print_settings_shows_every_setting_with_unit_value_and_origin(upstreams: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("ada:" + sha256(b"secret").hexdigest())
    done = run(
        "--upstreams",
        str(upstreams),
        "--print-settings",
        HEADWAY_GATEWAY_API_KEYS_FILE=str(keys),
        HEADWAY_GATEWAY_DRAIN_SECONDS="7",
    )
    assert done.exit_code == 0
    shown = dict(re.findall(r"^(\w+) = (.*)$", done.stdout, re.M))
    assert set(shown) == {variable(field) for field in GatewaySettings.model_fields}
    assert shown["HEADWAY_GATEWAY_DRAIN_SECONDS"] == "7 s  (environment)"
    assert shown["HEADWAY_GATEWAY_MAX_BODY_BYTES"] == "262144 bytes  (default)"
    assert shown["HEADWAY_GATEWAY_UPSTREAMS_FILE"] == f"{upstreams}  (--upstreams)"
    assert sha256(b"secret").hexdigest() not in done.stdout
    assert done.stdout.count("\n    ") == len(shown), "each with its meaning"


def test_print_settings_says_which_setting_bounds_an_unstreamed_answer(upstreams: Path) -> None:
    stated = {"HEADWAY_GATEWAY_FIRST_BYTE_TIMEOUT_SECONDS": "2"}
    done = run("--upstreams", str(upstreams), "--insecure-no-auth", "--print-settings", **stated)
    shown = dict(re.findall(r"^(\w+) = (.*)$", done.stdout, re.M))
    own = "HEADWAY_GATEWAY_UNSTREAMED_FIRST_BYTE_TIMEOUT_SECONDS"
    assert shown[own] == "2.0 s  (HEADWAY_GATEWAY_FIRST_BYTE_TIMEOUT_SECONDS)"
    stated[own] = "30"
    done = run("--upstreams", str(upstreams), "--insecure-no-auth", "--print-settings", **stated)
    assert dict(re.findall(r"^(\w+) = (.*)$", done.stdout, re.M))[own] == "30.0 s  (environment)"
