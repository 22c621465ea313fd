"""A render either happens or leaves everything as it was."""

from pathlib import Path

import pytest

from headway import synth as composition
from headway.environments import EnvironmentFaults
from headway.policies import Finding, Report
from headway.synth import RenderedSetFaults, synth


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_bad_environment_keeps_all_from_being_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("extends: base\nname: bad\npools: {t4-1x: {accelerator: t5}}\n")
    with pytest.raises(EnvironmentFaults, match="t5"):
        synth(["dev", str(bad)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_finding_in_the_rendered_set_leaves_the_old_one_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synth(["dev"], tmp_path)
    before = everything(tmp_path)
    finding = Finding("some-rule", (), "error", "dist/dev/a.yaml", 3, "Deployment/a/b", "is wrong", "correct it")
    monkeypatch.setattr(composition, "check", lambda *_: Report((finding,), (), (), 1, 1))
    with pytest.raises(RenderedSetFaults, match="Deployment/a/b: is wrong; correct it"):
        synth(["dev"], tmp_path)
    assert everything(tmp_path) == before


def test_what_an_environment_no_longer_renders_is_gone(tmp_path: Path) -> None:
    synth(["dev"], tmp_path)
    stale = tmp_path / "dist" / "dev" / "gateway" / "ConfigMap.stale.yaml"
    stale.write_text("kind: ConfigMap\n")
    synth(["dev"], tmp_path)
    assert not stale.exists()
    assert (tmp_path / "dist" / "dev" / "gateway" / "Deployment.gateway.yaml").exists()


def test_rendering_one_environment_leaves_the_others_alone(tmp_path: Path) -> None:
    synth(["dev"], tmp_path)
    before = everything(tmp_path / "dist" / "dev")
    synth(["staging"], tmp_path)
    assert everything(tmp_path / "dist" / "dev") == before
    assert (tmp_path / "apps" / "staging" / "Application.gateway.yaml").exists()


def test_no_temporary_folder_is_left_behind(tmp_path: Path) -> None:
    synth(["dev"], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apps", "argocd", "dist", "terraform"]
