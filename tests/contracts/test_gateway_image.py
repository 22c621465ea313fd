"""The gateway's image: what it is built from is here, what it starts is declared, whom it runs as is whom the pod allows."""

import re
import tomllib
from pathlib import Path

import pytest

from conftest import RenderedSet

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


@pytest.fixture
def service(repository: Path) -> Path:
    return repository / "services" / "gateway"


@pytest.fixture
def dockerfile(service: Path) -> str:
    return (service / "Dockerfile").read_text(encoding="utf-8")


def test_it_runs_as_the_user_that_the_pod_demands(dockerfile: str, environment: RenderedSet) -> None:
    security = environment.one("Deployment", "gateway")["spec"]["template"]["spec"]["securityContext"]
    assert re.findall(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE) == [
        (str(security["runAsUser"]), str(security["runAsGroup"]))
    ]


def test_it_starts_a_program_that_the_service_declares(dockerfile: str, service: Path) -> None:
    project = tomllib.loads((service / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [started] = re.findall(r'^ENTRYPOINT \["([^"]+)"\]$', dockerfile, re.MULTILINE)
    assert started in project["scripts"]


def test_it_exposes_the_ports_of_the_container(dockerfile: str, environment: RenderedSet) -> None:
    [container] = environment.one("Deployment", "gateway")["spec"]["template"]["spec"]["containers"]
    [exposed] = re.findall(r"^EXPOSE (.+)$", dockerfile, re.MULTILINE)
    assert [int(port) for port in exposed.split()] == [port["containerPort"] for port in container["ports"]]


def test_everything_it_copies_is_in_the_repository_and_let_through(
    dockerfile: str, service: Path, repository: Path
) -> None:
    lines = (service / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE) for word in line.split()[:-1]
    ]
    assert len(copied) >= 5
    for path in copied:
        assert (repository / path).exists(), path
        assert path.split("/")[0] in let_through, path


def test_nothing_is_installed_without_a_hash(dockerfile: str, repository: Path) -> None:
    installs = re.findall(r"pip install ([^\\\n]+)", dockerfile)
    assert installs
    assert all("--require-hashes" in words or "--no-index" in words for words in installs)
    text = (repository / "requirements" / "gateway.txt").read_text(encoding="utf-8")
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:])


def test_it_holds_the_versions_that_are_tested(repository: Path) -> None:
    held, tested = (
        dict(PIN.findall((repository / "requirements" / name).read_text(encoding="utf-8")))
        for name in ("gateway.txt", "dev.txt")
    )
    assert len(held) > 30
    assert {name: tested.get(name) for name in held} == held
    assert "headway" not in held


def test_its_base_is_a_version_and_can_be_replaced_by_a_digest(dockerfile: str) -> None:
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
