"""What every test may rely on: the pinned Node, one catalog, the shipped environments as rendered objects."""

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from headway.catalog import Catalog, load_catalog
from headway.synth import import_cdk8s

import_cdk8s()
settings.register_profile("untimed", deadline=None)  # a busy machine is not a fault
settings.load_profile("untimed")
REPOSITORY = Path(__file__).parent.parent
Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


class RenderedSet:
    """The objects below a folder, by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @functools.cached_property
    def objects(self) -> dict[str, Manifest]:
        """Path below the folder → object."""
        return {
            str(path.relative_to(self.folder)): yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
            for path in sorted(self.folder.rglob("*.yaml"))
        }

    def of_kind(self, kind: str) -> list[Manifest]:
        return [found for found in self.objects.values() if found["kind"] == kind]

    def one(self, kind: str, name: str) -> Manifest:
        found = [m for m in self.of_kind(kind) if m["metadata"]["name"] == name]
        assert len(found) == 1, f"{len(found)} objects {kind}/{name} below {self.folder}"
        return found[0]


@pytest.fixture(scope="session")
def prod() -> RenderedSet:
    return RenderedSet(REPOSITORY / "dist" / "prod")


@pytest.fixture(scope="session")
def dev() -> RenderedSet:
    return RenderedSet(REPOSITORY / "dist" / "dev")


@pytest.fixture(scope="session", params=["dev", "staging", "prod"])
def environment(request: pytest.FixtureRequest) -> RenderedSet:
    return RenderedSet(REPOSITORY / "dist" / request.param)
