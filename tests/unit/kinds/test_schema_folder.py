"""tools/schemas.py, and kubeconform reading what it wrote."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from unit.kinds.examples import EXAMPLES, a_scaled_object

REPOSITORY = Path(__file__).parents[3]
KUBECONFORM = REPOSITORY / "build" / "bin" / "kubeconform"
LAYOUT = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"

needs_kubeconform = pytest.mark.skipif(
    not KUBECONFORM.exists(), reason=f"kubeconform is not at {KUBECONFORM}; run: make setup"
)


def write_schemas(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/schemas.py", "--out", str(out), *options]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("schemas")
    result = write_schemas(out)
    assert result.returncode == 0, result.stderr
    return out


def a_deployment(**pod_spec: Any) -> dict[str, Any]:
    container = {
        "name": "gateway",
        "image": "gateway:1",
        "resources": {"limits": {"cpu": 1, "memory": "1Gi"}},
    }
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container], **pod_spec}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "gateway"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}, "template": template},
    }


def a_custom_resource_definition(**spec_schema: Any) -> dict[str, Any]:
    nested = {"type": "object", "properties": {"description": {"type": "array", "items": {"type": "string"}}}}
    schema = {"type": "object", "properties": {"spec": nested | spec_schema}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": "Thing", "plural": "things"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]},
    }


def a_service() -> dict[str, Any]:
    ports = [{"port": 80, "targetPort": "http"}]
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": ports}}


def kubeconform(folder: Path, manifest: dict[str, Any]) -> tuple[int, str]:
    locations = [str(folder / part / LAYOUT) for part in ("kubernetes", "kinds")]
    command = [str(KUBECONFORM), "-strict", *(f"-schema-location={place}" for place in locations)]
    result = subprocess.run(
        command, input=json.dumps(manifest), capture_output=True, text=True, timeout=60, check=False
    )
    return result.returncode, result.stdout + result.stderr


@needs_kubeconform
@pytest.mark.parametrize(
    "manifest",
    [a_deployment(), a_service(), a_custom_resource_definition()] + [example.manifest() for example in EXAMPLES],
    ids=lambda manifest: manifest["kind"],
)
def test_kubeconform_accepts_a_good_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    assert kubeconform(folder, manifest) == (0, "")


def a_scaler_with_an_unknown_field() -> dict[str, Any]:
    manifest = a_scaled_object().manifest()
    manifest["spec"]["replicas"] = 3
    return manifest


@needs_kubeconform
@pytest.mark.parametrize(
    ("manifest", "field"),
    [
        (a_deployment(backoffLimit=3), "backoffLimit"),
        (a_scaler_with_an_unknown_field(), "replicas"),
        (a_custom_resource_definition(propertys={}), "propertys"),
    ],
    ids=["Deployment", "ScaledObject", "CustomResourceDefinition"],
)
def test_kubeconform_refuses_an_unknown_field(folder: Path, manifest: dict[str, Any], field: str) -> None:
    code, output = kubeconform(folder, manifest)
    assert code == 1
    assert field in output


def test_every_schema_stands_alone(folder: Path) -> None:
    for file in folder.rglob("*.json"):
        text = file.read_text()
        schema = json.loads(text)
        Draft7Validator.check_schema(schema)
        assert "_definitions.json" not in text
        for reference in text.split('"$ref":"')[1:]:
            assert reference.partition('"')[0].rpartition("/")[2] in schema["definitions"], file


def test_properties_that_are_called_like_keywords_survive(folder: Path) -> None:
    file = folder / "kubernetes/apiextensions.k8s.io/customresourcedefinition_v1.json"
    (props,) = (
        part
        for name, part in json.loads(file.read_text())["definitions"].items()
        if name.endswith("v1.JSONSchemaProps")
    )
    assert {"$ref", "description", "properties"} <= props["properties"].keys()


def test_the_core_group_is_the_folder_v1(folder: Path) -> None:
    assert (folder / "kubernetes/v1/service_v1.json").is_file()
    assert (folder / "kubernetes/apps/deployment_v1.json").is_file()
    assert (folder / "kinds/keda.sh/scaledobject_v1alpha1.json").is_file()


def test_a_second_run_writes_nothing(folder: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    again = write_schemas(folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


def test_another_kubernetes_version_replaces_the_folder(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    newest = write_schemas(tmp_path, "--kubernetes", "1.36")
    assert newest.returncode == 0
    assert "kubernetes 1.36" in (tmp_path / "stamp").read_text()
    assert "schemas in" in newest.stderr


def test_an_unknown_kubernetes_version_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    result = write_schemas(tmp_path, "--kubernetes", "1.12")
    assert result.returncode == 2
    assert "no schemas of Kubernetes 1.12; there are 1.25, 1.26" in result.stderr
