"""Tokens and traces that an environment states: rendered as the gateway reads them, and lawful by every proof."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from conftest import Manifest, RenderedSet
from headway.catalog import Catalog
from headway.cli import main
from headway.local.gateway import GatewayStart, gateway_start
from headway.local.keys import Keys
from headway.local.rendered import read_rendered
from headway.local.run_folder import RunFolder
from headway.synth import synth
from headway_gateway.identity.tokens import Tokens
from headway_gateway.settings import Settings

ISSUER, AUDIENCE = "https://login.example.com/", "headway"
KEYS: dict[str, tuple[Any, str]] = {
    "rsa-2026": (RSAKey.generate_key(2048), "RS256"),
    "ec-2026": (ECKey.generate_key("P-256"), "ES256"),
    "okp-2026": (OKPKey.generate_key("Ed25519"), "Ed25519"),
}


def public(key: Any) -> dict[str, str]:
    return {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> RenderedSet:
    folder = tmp_path_factory.mktemp("access")
    tokens = {"issuer": ISSUER, "audience": AUDIENCE, "keys": {kid: public(key) for kid, (key, _) in KEYS.items()}}
    traces = {"namespace": "observability", "service": "otel-collector"}
    text = yaml.safe_dump({"extends": "base", "name": "access", "gateway": {"tokens": tokens, "traces": traces}})
    (folder / "access.yaml").write_text(text, encoding="utf-8")
    synth([str(folder / "access.yaml")], folder)
    return RenderedSet(folder / "dist" / "access")


@pytest.fixture
def container(rendered: RenderedSet) -> Manifest:
    found: Manifest = rendered.one("Deployment", "gateway")["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.fixture
def settings(container: Manifest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for variable in container["env"]:
        monkeypatch.setenv(variable["name"], variable["value"])
    return Settings()


@pytest.fixture
def here(rendered: RenderedSet, catalog: Catalog, tmp_path: Path) -> GatewayStart:
    """The same gateway as a local run starts it."""
    pod = read_rendered(rendered.folder, catalog).gateway
    programs = Path(__file__).parents[2] / ".venv" / "bin"
    return gateway_start(pod, RunFolder(tmp_path), programs, "127.0.0.1", (1, 2), "http://127.0.0.1:3", [], Keys())


def subject(tokens: Tokens, kid: str, **changes: Any) -> str | None:
    key, algorithm = KEYS[kid]
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": int(time.time()) + 60, **changes}
    return tokens.subject(jwt.encode({"alg": algorithm, "kid": kid}, claims, key, algorithms=[algorithm]).encode())


@pytest.mark.parametrize("kid", KEYS)
def test_the_gateway_believes_the_stated_issuer(
    rendered: RenderedSet, container: Manifest, settings: Settings, tmp_path: Path, kid: str
) -> None:
    assert settings.jwks_file
    assert settings.jwt_issuer
    assert settings.jwt_audience
    assert {"name": "jwks", "mountPath": str(settings.jwks_file.parent), "readOnly": True} in container["volumeMounts"]
    mounted = tmp_path / "jwks.json"
    mounted.write_text(rendered.one("ConfigMap", "gateway-jwks")["data"][settings.jwks_file.name], encoding="utf-8")
    tokens = Tokens.read(mounted, settings.jwt_issuer, settings.jwt_audience)
    assert subject(tokens, kid) == "ada"
    assert subject(tokens, kid, iss="https://else.example.com/") is None


def test_spans_go_to_the_stated_collector_and_nowhere_else(rendered: RenderedSet, settings: Settings) -> None:
    assert settings.otlp_endpoint == "http://otel-collector.observability.svc:4318"
    egress = rendered.one("NetworkPolicy", "gateway")["spec"]["egress"]
    targets = [(rule["to"], rule["ports"]) for rule in egress if "observability" in json.dumps(rule)]
    namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}
    assert targets == [([namespace], [{"port": 4318, "protocol": "TCP"}])]


def test_every_proof_holds(rendered: RenderedSet) -> None:
    result = CliRunner().invoke(main, ["check", str(rendered.folder), "--format", "json"])
    findings = json.loads(result.stdout)["findings"]
    assert [finding for finding in findings if finding["severity"] == "error"] == []


def test_a_local_run_believes_the_same_issuer_and_sends_no_spans(here: GatewayStart) -> None:
    tokens = Tokens.read(Path(here.environment["HEADWAY_GATEWAY_JWKS_FILE"]), ISSUER, AUDIENCE)
    assert subject(tokens, "ec-2026") == "ada"
    assert "HEADWAY_GATEWAY_OTLP_ENDPOINT" not in here.environment
    assert "nothing for http://otel-collector.observability.svc:4318" in "\n".join(map(str, here.replacements))


def test_an_environment_without_them_has_neither(environment: RenderedSet) -> None:
    named = {variable["name"] for m in environment.of_kind("Deployment") for variable in env_of(m)}
    assert not named & {"HEADWAY_GATEWAY_JWKS_FILE", "HEADWAY_GATEWAY_OTLP_ENDPOINT"}
    assert not [m for m in environment.of_kind("ConfigMap") if m["metadata"]["name"] == "gateway-jwks"]


def env_of(workload: Manifest) -> list[Manifest]:
    found: list[Manifest] = workload["spec"]["template"]["spec"]["containers"][0].get("env", [])
    return found
