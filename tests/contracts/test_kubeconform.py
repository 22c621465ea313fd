"""kubeconform -strict over what is committed, as `make synth` runs it; and it must be able to refuse."""

import subprocess

import pytest
import yaml

LOCATIONS = ("kubernetes", "kinds")


@pytest.fixture
def kubeconform(repository):
    template = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
    flags = [flag for name in LOCATIONS for flag in ("-schema-location", f"build/schemas/{name}/{template}")]

    def run(*paths: str) -> subprocess.CompletedProcess[str]:
        command = ["build/bin/kubeconform", "-strict", "-summary", *flags, *paths]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)

    return run


def test_everything_that_is_committed_is_valid(kubeconform) -> None:
    done = kubeconform("dist", "apps", "argocd/dev", "argocd/staging", "argocd/prod")
    assert done.returncode == 0, done.stdout
    assert "Invalid: 0, Errors: 0, Skipped: 0" in done.stdout


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("dist/prod/gateway/Deployment.gateway.yaml", "replica"),
        ("dist/prod/mistral-7b-awq/ScaledObject.mistral-7b-awq.yaml", "minReplicas"),
        ("dist/prod/nodes/NodePool.t4-1x.yaml", "expireAfter"),
    ],
)
def test_an_unknown_field_is_refused(kubeconform, repository, tmp_path, file: str, key: str) -> None:
    broken = yaml.safe_load((repository / file).read_text())
    broken["spec"][key] = 1
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(broken))
    done = kubeconform(str(tmp_path / "broken.yaml"))
    assert done.returncode == 1
    assert key in done.stdout
