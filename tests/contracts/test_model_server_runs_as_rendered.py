"""The launcher takes the command line of every rendered model server, and the image is built on the engine that it names."""

from typing import Any

import pytest

from conftest import Manifest, RenderedSet
from headway.catalog import Catalog

cli = pytest.importorskip(
    "headway_model_server.cli", reason="the launcher's program is not here: nothing read the commands"
)


def servers(environment: RenderedSet) -> list[Manifest]:
    """Containers that start with the launcher."""
    templates = [m["spec"]["template"] for m in environment.of_kind("Deployment")]
    templates += [m["spec"]["leaderWorkerTemplate"]["leaderTemplate"] for m in environment.of_kind("LeaderWorkerSet")]
    found = [container for template in templates for container in template["spec"]["containers"]]
    return [container for container in found if "headway-model-server" in container.get("command", ())]


def options(container: Manifest) -> dict[str, Any]:
    """The command line as the program's own parser reads it."""
    words = [*container["command"][1:], *container["args"]]
    parsed: dict[str, Any] = cli.main.make_context("headway-model-server", words).params
    return parsed


def test_there_is_a_launcher_in_front_of_every_shipped_engine(environment: RenderedSet) -> None:
    assert len(servers(environment)) == len(environment.of_kind("ScaledObject"))


def test_it_hands_the_engine_exactly_the_arguments_of_the_container(environment: RenderedSet) -> None:
    for container in servers(environment):
        read = options(container)
        assert list(read["engine_arguments"]) == container["args"]
        assert read["port"] == container["ports"][0]["containerPort"]


def test_it_finds_nothing_wrong_with_them(environment: RenderedSet, catalog: Catalog) -> None:
    from headway_model_server.start import Options, checked

    for container in servers(environment):
        read = options(container)
        # A simulated start is checked like a real one, but for the engine's package, which is in the image alone.
        asked = Options(read["engine"], True, "h100", read["host"], read["port"], read["drain_seconds"])
        start = checked(asked, read["engine_arguments"], catalog)
        assert start.arguments == tuple(container["args"])
        assert start.drain_seconds == int(container["args"][container["args"].index("--shutdown-timeout") + 1])
