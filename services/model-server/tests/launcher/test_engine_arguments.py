"""Rendered arguments pass as they are; anything an engine would stumble over is said before it is started."""

from pathlib import Path

import pytest
import yaml

from headway.catalog import Catalog, load_catalog
from headway_model_server.faults import CannotStart
from headway_model_server.start import Options, Start, checked

DIST = Path(__file__).parents[4] / "dist"
GOOD = ("s3://models/tiny", "--served-model-name", "tiny", "--max-model-len", "1024")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def start(catalog: Catalog, *arguments: str, **options: object) -> Start:
    """A simulated start, which needs no engine here."""
    return checked(Options(simulate=True, gpu="l4", **options), arguments, catalog)  # type: ignore[arg-type]


def faults(catalog: Catalog, *arguments: str, **options: object) -> list[str]:
    with pytest.raises(CannotStart) as wrong:
        start(catalog, *arguments, **options)
    return [str(fault) for fault in wrong.value.faults]


def rendered() -> list[tuple[str, str, tuple[str, ...]]]:
    """File, engine and arguments of every engine container in `dist`."""
    found = []
    for path in sorted(DIST.glob("*/*/*.yaml")):
        text = path.read_text()
        if "name: engine\n" not in text:
            continue
        for container in containers(yaml.safe_load(text)):
            if container.get("name") == "engine" and "args" in container:
                engine = "vllm" if "vllm" in container["command"] else "sglang"
                found.append((str(path.relative_to(DIST)), engine, tuple(container["args"])))
    return found


def containers(node: object) -> list[dict[str, object]]:
    if isinstance(node, dict):
        here = [each for each in node.get("containers", ()) if isinstance(each, dict)]
        return here + [each for value in node.values() for each in containers(value)]
    return [each for part in node for each in containers(part)] if isinstance(node, list) else []


def test_there_are_rendered_engines_to_check() -> None:
    assert len(rendered()) >= 8


@pytest.mark.parametrize(("file", "engine", "arguments"), rendered())
def test_what_is_rendered_starts(catalog: Catalog, file: str, engine: str, arguments: tuple[str, ...]) -> None:  # noqa: ARG001
    resolved = tuple("1" if text.startswith("$(LWS_") else text for text in arguments)
    assert start(catalog, *resolved, engine=engine, port=8000).arguments == resolved


def test_host_and_port_are_added_where_they_are_left_out(catalog: Catalog) -> None:
    assert start(catalog, *GOOD, port=8123).arguments[-4:] == ("--host", "127.0.0.1", "--port", "8123")


def test_the_drain_lasts_as_long_as_the_engines_own_shutdown_timeout(catalog: Catalog) -> None:
    assert start(catalog, *GOOD, "--shutdown-timeout", "95").drain_seconds == 95


def test_the_drain_lasts_30_seconds_where_nothing_is_stated(catalog: Catalog) -> None:
    assert start(catalog, *GOOD).drain_seconds == 30


def test_a_worker_of_a_group_serves_no_api(catalog: Catalog) -> None:
    assert not start(catalog, *GOOD, "--headless").serves_api


def test_an_equals_sign_and_underscores_are_read_as_the_engine_reads_them(catalog: Catalog) -> None:
    assert start(catalog, "tiny", "--shutdown_timeout=7").drain_seconds == 7


def test_sglang_names_its_model_by_a_flag(catalog: Catalog) -> None:
    arguments = ("--model-path", "s3://models/tiny", "--context-length", "1024", "--enable-metrics")
    assert start(catalog, *arguments, engine="sglang").contract.name == "sglang"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            ("--max-model-lem", "1"),
            "--max-model-lem: vllm 0.33.0 has no flag 'max-model-lem'; did you mean max-model-len?",
        ),
        (("--context-length", "1"), "it is one of sglang; vllm calls it max-model-len"),
        (("--max-num-seqs", "many"), "--max-num-seqs: is 'many'; state a whole number"),
        (("--max-num-seqs",), "--max-num-seqs: has no value; state one behind it"),
        (("--max-num-seqs", "1", "--max-num-seqs", "2"), "--max-num-seqs: is stated twice; keep one of them"),
        (("--trust-remote-code",), "--trust-remote-code: runs code that comes with the checkpoint"),
        (("--enable-log-requests",), "--enable-log-requests: writes prompts into logs"),
        (("-tp", "2"), "-tp: is a short or single-dash flag"),
        (("another",), "engine argument 'another': belongs to no flag"),
    ],
)
def test_a_wrong_argument_is_named_with_its_remedy(catalog: Catalog, wrong: tuple[str, ...], said: str) -> None:
    assert any(said in fault for fault in faults(catalog, *GOOD, *wrong))


def test_a_start_without_a_model_is_refused(catalog: Catalog) -> None:
    assert any("name no model" in fault for fault in faults(catalog, "--max-num-seqs", "8"))


def test_ports_that_disagree_are_refused(catalog: Catalog) -> None:
    assert faults(catalog, *GOOD, "--port", "8001", port=8000) == [
        "--port: is 8000, and the engine arguments state 8001; state one of them, or the same"
    ]


def test_everything_wrong_is_said_at_once(catalog: Catalog) -> None:
    assert len(faults(catalog, *GOOD, "--nope", "1", "--max-num-seqs", "x", "--port", "8001", port=8000)) == 3
