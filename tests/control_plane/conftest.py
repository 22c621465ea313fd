"""One control plane for every test here; without it they are skipped, saying what builds it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane.plane import ControlPlane

PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "karpenter-scarce",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the control plane every test here is skipped before anything is made."""
    if reason := _missing(config.rootpath):
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


def _missing(repository: Path) -> str:
    if not all((repository / "build" / "bin" / name).exists() for name in PROGRAMS):
        return "not built: make control-plane"
    return "" if os.environ.get("HEADWAY_CONTROL_PLANE") else "needs a network of its own: make control-plane"


@pytest.fixture(scope="session")
def plane(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Running, empty but for what Kubernetes itself makes."""
    programs = repository / "build" / "bin"
    started = ControlPlane(
        programs, repository / "build" / "control-plane" / "stages", tmp_path_factory.mktemp("control-plane")
    )
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def definitions(repository: Path) -> Path:
    """Upstream's custom resource definitions, a folder for each API group."""
    folder = Path(os.environ.get("HEADWAY_UPSTREAM", repository.parent / "shared")) / "crds"
    if not folder.is_dir():
        pytest.skip(f"no upstream definitions in {folder}; HEADWAY_UPSTREAM=FOLDER names another place")
    return folder
