"""Terraform: formatted, valid against the real provider's schema, and tested with a mocked one. No network, no AWS.

A provider mirror is a folder with `registry.terraform.io/hashicorp/aws/…`; name it in HEADWAY_TERRAFORM_MIRROR or keep it
in one of the usual places.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2] / "terraform"
PROVIDER = "terraform-provider-aws_v5.100.0*"
PLACES = ("/opt", "/usr/local/share/terraform", "~/.terraform.d")
MODULES = ("addons", "pod_identity", "responses_bucket")
ENVIRONMENTS = ("dev", "staging", "prod")
VALUES = "headway.auto.tfvars.json"
ACCEPTED = """
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
}

run "accepted" {}
"""
CODE = ("main.tf", "variables.tf", "versions.tf")

needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None,
    reason="terraform is not on PATH: formatting, validation and module tests were skipped",
)


@cache
def provider_mirror() -> Path | None:
    """The folder to give `-plugin-dir`, or nothing."""
    named = os.environ.get("HEADWAY_TERRAFORM_MIRROR")
    for place in (named,) if named else PLACES:
        for provider in Path(place).expanduser().rglob(PROVIDER):
            registry = [folder for folder in provider.parents if folder.name == "registry.terraform.io"]
            if registry:
                return registry[0].parent
    return None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of `terraform/`, so that nothing is left behind in the repository."""
    ignored = shutil.ignore_patterns(".terraform", "*.tfstate*")
    return Path(shutil.copytree(ROOT, tmp_path / "terraform", ignore=ignored))


@needs_terraform
def test_every_file_is_formatted() -> None:
    run(["fmt", "-check", "-recursive", "-diff"], ROOT)


@needs_terraform
@pytest.mark.parametrize("folder", [f"modules/{m}" for m in MODULES] + [f"environments/{e}" for e in ENVIRONMENTS])
def test_the_code_is_valid_for_the_pinned_provider(folder: str, copy: Path) -> None:
    initialise(copy / folder)
    run(["validate"], copy / folder)


@needs_terraform
@pytest.mark.parametrize("module", MODULES)
def test_the_module_passes_its_own_tests_with_a_mocked_provider(module: str, copy: Path) -> None:
    initialise(copy / "modules" / module)
    run(["test"], copy / "modules" / module)


def test_environments_differ_in_nothing_but_their_rendered_values() -> None:
    first, *others = ENVIRONMENTS
    for other in others:
        for name in CODE:
            assert (ROOT / "environments" / other / name).read_text() == (
                ROOT / "environments" / first / name
            ).read_text()


def test_the_provider_is_pinned_to_one_version_everywhere() -> None:
    files = sorted(ROOT.rglob("versions.tf"))
    assert len(files) == len(MODULES) + len(ENVIRONMENTS)
    for file in files:
        assert 'version = "5.100.0"' in file.read_text(), file


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_rendered_values_are_exactly_the_variables(environment: str) -> None:
    variables = re.findall(
        r'^variable "(\w+)"', (ROOT / "environments" / environment / "variables.tf").read_text(), re.MULTILINE
    )
    assert sorted(rendered(ROOT, environment)) == sorted(variables)


@needs_terraform
def test_rendered_values_are_accepted_once_every_fact_is_stated(copy: Path) -> None:
    folder = copy / "environments" / "prod"
    values = folder / VALUES
    rendered(copy, "prod")
    values.write_text(re.sub(r"headway-unresolved--[a-z0-9-]+", "stated", values.read_text()))
    (folder / "rendered.tftest.hcl").write_text(ACCEPTED)
    initialise(folder)
    run(["test"], folder)


@needs_terraform
def test_rendered_values_with_an_unstated_fact_stop_the_plan_and_say_what_to_do(copy: Path) -> None:
    folder = copy / "environments" / "prod"
    if "headway-unresolved--" not in json.dumps(rendered(copy, "prod")):
        pytest.skip("this fork has stated every fact: nothing is left for Terraform to refuse")
    (folder / "rendered.tftest.hcl").write_text(ACCEPTED)
    initialise(folder)
    with pytest.raises(AssertionError, match="run make synth"):
        run(["test"], folder)


def rendered(root: Path, environment: str) -> dict[str, Any]:
    """The values that `headway synth` wrote for an environment."""
    file = root / "environments" / environment / VALUES
    if not file.exists():
        pytest.skip(f"{file.name} of {environment} is not rendered yet: run make synth; its check was skipped")
    values: dict[str, Any] = json.loads(file.read_text())
    return values


def initialise(folder: Path) -> None:
    mirror = provider_mirror()
    if mirror is None:
        pytest.skip(
            f"no {PROVIDER} below HEADWAY_TERRAFORM_MIRROR or {', '.join(PLACES)}: "
            f"validation and module tests of {folder.name} were skipped"
        )
    run(["init", "-backend=false", "-input=false", f"-plugin-dir={mirror}"], folder)


def run(arguments: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments, "-no-color"] if arguments[0] != "fmt" else ["terraform", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"terraform {' '.join(arguments)} in {folder}:\n{done.stdout}\n{done.stderr}"
