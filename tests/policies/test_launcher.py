"""Behind Headway's launcher a server is judged as if its engine had been started by itself."""

import shutil
from pathlib import Path

import pytest

from headway.policies.launcher import Launch, launch
from policies.fixture_sets import FIXTURES, RULES, expected, found

PLAIN, LAUNCHED = "command: [vllm, serve]", "command: [headway-model-server, --engine, vllm, --]"
IMAGE, OWN_IMAGE = "vllm/vllm-openai:", "headway/model-server-vllm:"
STARTED = sorted(
    f"{rule}/{side}"
    for rule in RULES
    for side in ("fault", "clean")
    if any(PLAIN.encode() in path.read_bytes() for path in (FIXTURES / rule / side).glob("*.yaml"))
)


def launched(name: str, to: Path) -> Path:
    """A copy of a fixture whose servers run behind the launcher, in Headway's image; every line stays where it is."""
    folder = to / "set"
    shutil.copytree(FIXTURES / name, folder)
    for path in folder.glob("*.yaml"):
        text = path.read_bytes().replace(PLAIN.encode(), LAUNCHED.encode())
        path.write_bytes(text.replace(IMAGE.encode(), OWN_IMAGE.encode()))
    return folder


def test_most_fixtures_have_a_server_to_put_behind_the_launcher() -> None:
    assert len(STARTED) > 80


@pytest.mark.parametrize("name", STARTED)
def test_a_set_behind_the_launcher_has_the_findings_that_it_has_without(name: str, tmp_path: Path) -> None:
    plain = expected(FIXTURES / name) if name.endswith("fault") else []
    assert found(launched(name, tmp_path)) == [line.replace(IMAGE, OWN_IMAGE) for line in plain]


@pytest.mark.parametrize(
    ("words", "image", "has_command", "understood"),
    [
        (
            "/opt/bin/headway-model-server --port 80 -- m --seed 1",
            "any",
            True,
            Launch("vllm", 80, ("m", "--seed", "1")),
        ),
        ("headway-model-server --engine=sglang --port=80 -- --a", "any", True, Launch("sglang", 80, ("--a",))),
        ("headway-model-server --port $PORT -- m", "any", True, Launch("vllm", None, ("m",))),
        ("headway-model-server --simulate", "any", True, Launch("vllm", None, ())),
        (
            "--engine sglang -- m",
            "r.example/headway/model-server-sglang:v0.5.23",
            False,
            Launch("sglang", None, ("m",)),
        ),
        ("sleep 9", "headway/model-server-vllm:v0.33.0", True, None),
        ("serve m", "example/headway-model-servers:1", False, None),
    ],
)
def test_a_launcher_is_read_as_it_reads_itself(
    words: str, image: str, has_command: bool, understood: Launch | None
) -> None:
    assert launch(tuple(words.split()), image, has_command) == understood
