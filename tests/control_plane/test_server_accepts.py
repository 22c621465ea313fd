"""A real API server accepts everything that is rendered: schemas, CEL rules, admission, and no warning."""

import copy
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from control_plane.plane import ControlPlane, Manifest, Refused
from headway.domain.fact import is_unresolved

ENVIRONMENTS = ("dev", "staging", "prod")
SETTINGS = 2
"""ConfigMaps for Argo CD that belong to no environment."""
BUILT_IN = {"", "apps", "autoscaling", "batch", "policy"}


def rendered(repository: Path, *trees: str) -> list[Manifest]:
    """The objects below the folders or files named."""
    paths = [path for tree in trees for path in sorted((repository / tree).rglob("*.yaml"))]
    assert paths, trees
    return [yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in paths]


def group(manifest: Manifest) -> str:
    head, slash, _ = manifest["apiVersion"].partition("/")
    return head if slash else ""


def of_environment(repository: Path, environment: str) -> list[Manifest]:
    objects = rendered(repository, f"dist/{environment}", f"apps/{environment}", f"argocd/{environment}")
    settings = [yaml.safe_load(path.read_text()) for path in sorted((repository / "argocd").glob("*.yaml"))]
    return objects + settings


@pytest.fixture(scope="module")
def prepared(plane: ControlPlane, definitions: Path, repository: Path) -> ControlPlane:
    """The plane with the definitions that the rendered objects need, and their namespaces."""
    objects = [m for environment in ENVIRONMENTS for m in of_environment(repository, environment)]
    custom = {g for g in map(group, objects) if g not in BUILT_IN and not g.endswith(".k8s.io")}
    custom |= {g for g in map(group, objects) if (definitions / g).is_dir()} - {""}
    plane.apply_definitions(path for g in sorted(custom) for path in sorted((definitions / g).glob("*.yaml")))
    names = {m["metadata"]["namespace"] for m in objects if "namespace" in m["metadata"]}
    stated = {m["metadata"]["name"]: m for m in objects if m["kind"] == "Namespace"}
    bare = (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in sorted(names - set(stated))
    )
    plane.apply([*stated.values(), *bare])
    return plane


@pytest.fixture(scope="module")
def stated(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped environments with every fact stated, rendered as `make synth` renders them."""
    folder = tmp_path_factory.mktemp("stated")
    facts = yaml.safe_load((repository / "tests/environments/valid/every-fact-stated.yaml").read_text())
    files = []
    for environment in ENVIRONMENTS:
        shipped = yaml.safe_load((repository / f"charts-src/headway/environments/{environment}.yaml").read_text())
        assert not set(shipped) & {"cluster", "edge", "gitops"}
        merged = {
            **shipped,
            **{key: facts[key] for key in ("cluster", "edge", "gitops")},
            "name": f"{environment}-stated",
        }
        files.append(folder / f"{environment}.yaml")
        files[-1].write_text(yaml.safe_dump(merged))
    flags = [word for file in files for word in ("--env", str(file))]
    subprocess.run([str(repository / ".venv/bin/headway"), "synth", *flags, "--out", str(folder / "out")], check=True)
    return folder / "out"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_is_accepted_once_its_facts_are_stated(
    prepared: ControlPlane, repository: Path, stated: Path, environment: str
) -> None:
    objects = of_environment(stated, f"{environment}-stated")
    assert len(objects) >= len(of_environment(repository, environment)) - SETTINGS
    assert _other_than_known(prepared.apply(objects, "--dry-run=server")) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_committed_is_refused_for_unstated_facts_alone(
    prepared: ControlPlane, repository: Path, environment: str
) -> None:
    with pytest.raises(Refused) as refused:
        prepared.apply(of_environment(repository, environment), "--dry-run=server")
    for line in _other_than_known(str(refused.value)):
        values = re.findall(r'Invalid value: "([^"]*)"', line)
        assert values, line
        assert all(map(is_unresolved, values)), line


def _other_than_known(said: str) -> list[str]:
    """What the server said, but for its advice on the name that Argo CD gave its finalizer."""
    return [line for line in said.splitlines() if '"resources-finalizer.argocd.argoproj.io"' not in line]


def a_budget_without_duration(pool: Manifest) -> None:
    pool["spec"]["disruption"]["budgets"] = [{"nodes": "0", "schedule": "@daily"}]


def a_weight_above_a_hundred(pool: Manifest) -> None:
    pool["spec"]["weight"] = 101


def more_at_least_than_at_most(scaler: Manifest) -> None:
    scaler["spec"] |= {"minReplicaCount": 5, "maxReplicaCount": 2}


def limits_below_requests(deployment: Manifest) -> None:
    deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] = "1Mi"


def an_alias_among_other_images(node_class: Manifest) -> None:
    node_class["spec"]["amiSelectorTerms"].append({"id": "ami-0123456789abcdef0"})


FAULTS: list[tuple[str, str, Callable[[Manifest], None], str]] = [
    ("NodePool", "t4-1x", a_budget_without_duration, "'schedule' must be set with 'duration'"),
    ("NodePool", "t4-1x", a_weight_above_a_hundred, "less than or equal to 100"),
    ("ScaledObject", "mistral-7b-awq", more_at_least_than_at_most, "minReplicaCount"),
    ("Deployment", "mistral-7b-awq", limits_below_requests, "must be less than or equal to memory limit"),
    ("EC2NodeClass", "t4-1x", an_alias_among_other_images, "'alias'"),
]


@pytest.mark.parametrize(("kind", "name", "spoil", "words"), FAULTS, ids=[fault[2].__name__ for fault in FAULTS])
def test_the_server_refuses_what_is_wrong(
    prepared: ControlPlane, prod, kind: str, name: str, spoil: Callable[[Manifest], None], words: str
) -> None:
    spoilt = copy.deepcopy(prod.one(kind, name))
    spoil(spoilt)
    with pytest.raises(Refused, match=words):
        prepared.apply([spoilt], "--dry-run=server")
