"""The engine's command line, as manifests render it and as people mistype it."""

from pathlib import Path

import pytest
import yaml

from headway.catalog import load_catalog
from headway_model_server.simulated import ArgumentError
from headway_model_server.simulated.replica.arguments import EngineSettings, read_arguments

CATALOG = load_catalog()
DIST = Path(__file__).resolve().parents[4] / "dist"
RENDERED = sorted(DIST.glob("*/*/Deployment.*.yaml"))


def read(*texts: str) -> EngineSettings:
    return read_arguments(texts, CATALOG)


def engine_containers() -> list[tuple[str, list[str]]]:
    """Arguments of every rendered vLLM container, with the file they are in."""
    found = []
    for path in RENDERED:
        for container in yaml.safe_load(path.read_text())["spec"]["template"]["spec"]["containers"]:
            if "vllm" in container.get("command", ()):
                found.append((f"{path.parts[-3]}/{path.name}", container["args"]))
    return found


@pytest.mark.parametrize(("name", "arguments"), engine_containers())
def test_rendered_arguments_are_taken_as_they_are(name: str, arguments: list[str]) -> None:
    settings = read(*arguments)
    served = arguments[arguments.index("--served-model-name") + 1]
    assert (settings.model, settings.served_names) == (arguments[0], (served,)), name


def test_there_are_rendered_engines_to_read() -> None:
    assert len(engine_containers()) >= 6


def test_the_program_may_stand_before_its_arguments() -> None:
    assert read("vllm", "serve", "m").model == "m"


def test_a_value_may_follow_an_equals_sign_and_underscores_stand_for_dashes() -> None:
    assert read("m", "--max_model_len=2k").max_model_len == 2000


@pytest.mark.parametrize(
    ("text", "number"), [("4096", 4096), ("1k", 1000), ("1K", 1024), ("25.6k", 25600), ("auto", None)]
)
def test_whole_numbers_have_the_endings_of_vllm(text: str, number: int | None) -> None:
    assert read("m", "--max-model-len", text).max_model_len == number


def test_several_served_names_are_kept_in_order() -> None:
    assert read("m", "--served-model-name", "a", "b", "--dtype", "half").served_names == ("a", "b")


@pytest.mark.parametrize("flag", ["--no-enable-prefix-caching", "--disable-prefix-caching"])
def test_a_switch_is_turned_off_in_the_old_and_the_new_spelling(flag: str) -> None:
    assert read("m", flag).prefix_caching is False


def test_without_a_shutdown_timeout_requests_get_no_time() -> None:
    assert read("m").shutdown_seconds == 0.0


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("m", "--max-modl-len", "1"), r"arguments: --max-modl-len 1 \(did you mean max-model-len\?\)"),
        (("m", "more"), "unrecognized arguments: more"),
        (("m", "--max-model-len"), "argument --max-model-len: expected one argument"),
        (("m", "--max-model-len", "long"), "invalid int value: 'long'"),
        (("m", "--gpu-memory-utilization", "much"), "invalid float value: 'much'"),
        (("m", "--kv-cache-dtype", "int3"), r"invalid choice: 'int3' \(choose from 'auto'"),
    ],
)
def test_a_wrong_argument_is_refused_in_the_words_of_the_parser(texts: tuple[str, ...], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        read(*texts)
