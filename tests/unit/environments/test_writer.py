"""`headway init` writes a file that is its own manual."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from headway.domain.environment import EnvironmentSpec
from headway.environments import load_environment, plan
from headway.environments.describe import model_in
from headway.environments.loader import SHIPPED
from headway.environments.source import read
from headway.environments.writer import EXAMPLES, new_environment
from unit.environments.builders import CATALOG

TEXT = new_environment("sandbox", read(SHIPPED / "base.yaml", "base.yaml").plain())
HEADER_LINES = 5
YAML_WORDS = ["no", "yes", "on", "off", "true", "false", "null", "y", "n"]


def every_field(
    model: type[BaseModel] = EnvironmentSpec, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, FieldInfo]]:
    """Every field below a model with its path; `*` stands for any name of a mapping, `[]` for a place in a list."""
    for name, field in model.model_fields.items():
        here = (*path, name)
        yield ".".join(here), field
        if inner := model_in(field.annotation) or model_in(getattr(field.annotation, "__args__", (0, 0))[-1]):
            text = str(field.annotation)
            step = ("*",) if text.startswith("dict") else ("[]",) if text.startswith("tuple") else ()
            yield from every_field(inner, (*here, *step))


def uncommented() -> str:
    """The file with every `# ` at the start of a line removed, as a reader would who wants everything stated."""
    lines = TEXT.splitlines()
    return "\n".join([*lines[:HEADER_LINES], *(line.removeprefix("# ") for line in lines[HEADER_LINES:])]) + "\n"


def loads(folder: Path, text: str, name: str = "sandbox") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_loads_as_it_is_written(tmp_path: Path) -> None:
    environment = load_environment(str(loads(tmp_path, TEXT)), CATALOG)
    assert environment.spec.name == "sandbox"
    assert len(plan(environment, CATALOG)) == len(environment.spec.models)


@pytest.mark.parametrize("name", YAML_WORDS)
def test_a_name_that_yaml_reads_as_another_thing_is_quoted(tmp_path: Path, name: str) -> None:
    path = loads(tmp_path, new_environment(name, {}), name)
    assert load_environment(str(path), CATALOG).spec.name == name


def test_the_file_states_nothing_but_its_name_and_what_it_extends() -> None:
    assert yaml.safe_load(TEXT) == {"extends": "base", "name": "sandbox"}


def test_the_file_loads_with_everything_uncommented_and_leaves_only_other_images_open(tmp_path: Path) -> None:
    environment = load_environment(str(loads(tmp_path, uncommented())), CATALOG)
    assert environment.unresolved == tuple(
        f"cluster.images.{key}.digest" for key in ("collector", "frontend", "gateway")
    )


def test_the_uncommented_file_can_be_planned(tmp_path: Path) -> None:
    environment = load_environment(str(loads(tmp_path, uncommented())), CATALOG)
    assert "my-model" in [planned.name for planned in plan(environment, CATALOG)]


def test_every_key_of_an_environment_is_in_the_file() -> None:
    shown = set()
    stack: list[str] = []
    for line in uncommented().splitlines():
        if match := re.match(r"( *)([\w.-]+):", line):
            depth = len(match[1]) // 2
            stack[depth:] = [match[2]]
            shown.add(".".join(stack))
    named = {re.sub(r"^(pools|models|backends|cluster\.images)\.[\w-]+(?=\.|$)", r"\1.*", path) for path in shown}
    named = {re.sub(r"^(gateway\.tokens\.keys)\.[\w-]+(?=\.|$)", r"\1.*", path) for path in named}
    named = {re.sub(r"^(backends\.\*\.images)\.[\w-]+(?=\.|$)", r"\1.*", path) for path in named}
    for path, _ in every_field():
        if "[]" not in path:
            assert path in named, path


def test_every_field_says_what_it_means() -> None:
    for path, field in every_field():
        assert field.description, f"{path} has no docstring"
        assert field.description.strip().endswith((".", ")")), path


def test_the_meaning_of_every_key_stands_above_it() -> None:
    for path, field in every_field():
        if "[]" not in path and path != "name":
            assert " ".join((field.description or "").split()) in TEXT, path


def test_a_fact_is_marked_and_never_invented() -> None:
    facts = [line for line in TEXT.splitlines() if "FACT: " in line]
    assert len(facts) == 15
    assert all(line.endswith("(no default)") for line in facts)


def test_every_example_is_for_a_key_that_exists() -> None:
    paths = {path for path, _ in every_field()}
    assert set(EXAMPLES) <= paths


def test_values_shown_are_those_of_the_base() -> None:
    assert "#   region: us-east-1\n" in TEXT
    assert "#     instance_types: [g6.xlarge, g6.2xlarge, g6.4xlarge]\n" in TEXT
