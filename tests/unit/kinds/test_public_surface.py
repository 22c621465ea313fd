import ast
from pathlib import Path

from headway import kinds
from headway.kinds import EVERY_KIND, Resource, Spec
from unit.kinds.examples import EXAMPLES

PACKAGE = Path(kinds.__file__).parent
ALLOWED = ("collections", "re", "typing", "pydantic", "pydantic_core", "headway.kinds", "headway.domain")


def imported_modules(file: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]


def all_subclasses(cls: type) -> set[type]:
    direct = {child for child in cls.__subclasses__() if child.__module__.startswith("headway.kinds")}
    return direct.union(*(all_subclasses(child) for child in direct))


def test_every_resource_of_the_package_is_in_every_kind() -> None:
    assert set(EVERY_KIND) == all_subclasses(Resource)


def test_every_spec_is_public() -> None:
    assert {spec.__name__ for spec in all_subclasses(Spec)} <= set(kinds.__all__)


def test_every_public_name_exists() -> None:
    assert [name for name in kinds.__all__ if not hasattr(kinds, name)] == []


def test_every_kind_has_an_example() -> None:
    assert {type(example) for example in EXAMPLES} == set(EVERY_KIND)


def test_the_package_imports_nothing_above_it() -> None:
    foreign = [
        f"{file.name}: {module}"
        for file in PACKAGE.glob("*.py")
        for module in imported_modules(file)
        if not any(module == name or module.startswith(f"{name}.") for name in ALLOWED)
    ]
    assert foreign == []
