"""The gateway's Deployment says what the program understands: settings, files, ports, upstreams."""

import json
from pathlib import Path, PurePosixPath

import pytest

from conftest import Manifest, RenderedSet
from headway.domain.gateway_settings import ENVIRONMENT_PREFIX, GatewaySettings, variable, variables
from headway_gateway.questions import QUESTIONS_PREFIX
from headway_gateway.replicas.upstreams_file import read_upstreams
from headway_gateway.settings import Settings
from headway_gateway.surveys.answer import ANSWERS_PREFIX
from headway_gateway.surveys.draw import DRAWS_PREFIX, ENTRIES_PREFIX


@pytest.fixture
def pod(environment: RenderedSet) -> Manifest:
    found: Manifest = environment.one("Deployment", "gateway")["spec"]["template"]["spec"]
    return found


@pytest.fixture
def container(pod: Manifest) -> Manifest:
    [found] = pod["containers"]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def rendered(container: Manifest) -> dict[str, str]:
    named = {entry["name"]: entry["value"] for entry in container["env"]}
    return {name: value for name, value in named.items() if name.startswith(ENVIRONMENT_PREFIX)}


@pytest.fixture
def settings(rendered: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the program makes of its environment."""
    for name, value in rendered.items():
        monkeypatch.setenv(name, value)
    return Settings()


def argument(container: Manifest, name: str) -> str:
    return str(container["args"][container["args"].index(name) + 1])


def test_every_variable_is_a_setting_of_the_program(rendered: dict[str, str]) -> None:
    assert set(rendered) <= {variable(name) for name in GatewaySettings.model_fields}


def test_the_program_reads_what_was_rendered_and_nothing_is_left_to_its_defaults(
    rendered: dict[str, str], settings: Settings
) -> None:
    assert variables(settings) == rendered
    left = {name for name in GatewaySettings.model_fields if variable(name) not in rendered}
    assert {getattr(settings, name) for name in left} == {None}


def test_no_variable_of_the_gateway_is_stated_twice(container: Manifest) -> None:
    names = [entry["name"] for entry in container["env"]]
    assert sorted(set(names)) == names


def test_every_file_it_reads_is_mounted_from_something_that_holds_it(
    pod: Manifest, container: Manifest, settings: Settings, environment: RenderedSet
) -> None:
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    files = [value for value in dict(settings).values() if isinstance(value, Path)]
    for path in (*files, Path(argument(container, "--upstreams"))):
        volume = volumes[mounts[str(path.parent)]]
        assert path.name in keys_of(volume, environment), f"{path} is not in {volume}"


def keys_of(volume: Manifest, environment: RenderedSet) -> set[str]:
    """Files that a ConfigMap or a Secret makes of its keys."""
    if "configMap" in volume:
        return set(environment.one("ConfigMap", volume["configMap"]["name"])["data"])
    found = environment.one("ExternalSecret", volume["secret"]["secretName"])["spec"]["data"]
    return {entry["secretKey"] for entry in found}


def test_keys_are_the_whole_secret_as_it_stands(environment: RenderedSet) -> None:
    """`name:sha256-hex` lines: a property or a template would make something else of them."""
    spec = environment.one("ExternalSecret", "gateway-api-keys")["spec"]
    [entry] = spec["data"]
    assert set(entry["remoteRef"]) == {"key"}
    assert "template" not in spec["target"]


def test_it_listens_where_containers_services_and_probes_look(container: Manifest, environment: RenderedSet) -> None:
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": int(argument(container, "--port")), "admin": int(argument(container, "--admin-port"))}
    for probe, path in (("startupProbe", "/readyz"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        assert (container[probe]["httpGet"]["port"], container[probe]["httpGet"]["path"]) == ("admin", path)
    services = {name: environment.one("Service", name)["spec"]["ports"][0] for name in ("gateway", "gateway-admin")}
    assert {port["targetPort"]: port["port"] for port in services.values()} == ports


def test_only_arguments_that_the_program_has_are_given(container: Manifest) -> None:
    assert [word for word in container["args"] if word.startswith("--")] == [
        "--host",
        "--port",
        "--admin-port",
        "--upstreams",
    ]


def test_the_program_reads_the_upstreams_and_they_are_services(environment: RenderedSet, tmp_path: Path) -> None:
    file = tmp_path / "upstreams.json"
    file.write_text(environment.one("ConfigMap", "gateway-upstreams")["data"]["upstreams.json"], encoding="utf-8")
    services = {
        f"http://{m['metadata']['name']}.{m['metadata']['namespace']}.svc:{m['spec']['ports'][0]['port']}"
        for m in environment.of_kind("Service")
    }
    upstreams = read_upstreams(file)
    assert upstreams
    assert {upstream.url for upstream in upstreams} <= services
    assert all(upstream.context_tokens for upstream in upstreams)


def test_the_mode_is_one_that_the_page_knows(environment: RenderedSet) -> None:
    assert environment.one("ConfigMap", "gateway-mode")["data"]["mode"] in ("quiz", "survey")


def test_endpoints_are_watched_with_the_right_to_watch_them(
    pod: Manifest, settings: Settings, environment: RenderedSet
) -> None:
    assert settings.discovery == "endpointslices"
    assert pod["automountServiceAccountToken"] is True
    roles = [m for m in environment.of_kind("Role") if m["metadata"]["name"] == "gateway-watches-endpoints"]
    assert {m["metadata"]["namespace"] for m in roles} == {"headway-inference"}
    [rule] = roles[0]["rules"]
    assert rule == {
        "apiGroups": ["discovery.k8s.io"],
        "resources": ["endpointslices"],
        "verbs": ["get", "list", "watch"],
    }


def test_the_pod_outlives_its_pause_and_its_drain(pod: Manifest, container: Manifest, settings: Settings) -> None:
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] >= pause + settings.drain_seconds + 5


def test_it_may_write_what_it_keeps_and_read_it_back_and_nothing_else(
    settings: Settings, environment: RenderedSet, repository: Path
) -> None:
    inputs = repository / "terraform" / "environments" / environment.folder.name / "headway.auto.tfvars.json"
    role = json.loads(inputs.read_text(encoding="utf-8"))["pod_identities"]["headway-gateway-gateway"]
    bucket = f"arn:aws:s3:::{settings.responses_bucket}"
    kept = ["surveys", *(["questions"] if settings.keep_questions else [])]
    assert role["actions"] == ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    assert set(role["resources"]) == {bucket, *(f"{bucket}/{prefix}/*" for prefix in kept)}


def test_the_bucket_deletes_what_it_keeps_when_the_object_says_so(
    settings: Settings, environment: RenderedSet, repository: Path
) -> None:
    inputs = repository / "terraform" / "environments" / environment.folder.name / "headway.auto.tfvars.json"
    bucket = json.loads(inputs.read_text(encoding="utf-8"))["responses_bucket"]
    assert (bucket["name"], bucket["retention_days"]) == (settings.responses_bucket, settings.survey_retention_days)
    kept = {ANSWERS_PREFIX, DRAWS_PREFIX, ENTRIES_PREFIX, *([QUESTIONS_PREFIX] if settings.keep_questions else [])}
    assert {prefix.split("/")[0] for prefix in kept} == set(bucket["folders"])


def test_it_writes_nowhere_but_in_tmp(container: Manifest) -> None:
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    writable = [PurePosixPath(m["mountPath"]) for m in container["volumeMounts"] if not m.get("readOnly")]
    assert writable == [PurePosixPath("/tmp")]  # noqa: S108  a volume
