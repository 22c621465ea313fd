"""Reads an environment: file, what it extends, facts left open, validation. All faults at once.

<env>.yaml ──extends──▶ base.yaml      read with file and line of every value     source.py
         merge                         differences over base                      merge.py
         open facts                    unstated facts become markers              open_facts.py
         EnvironmentSpec               shape, units, ranges                       shape_faults.py
         checks                        names, hardware, promises that contradict  checks.py
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from headway.catalog import Catalog
from headway.domain.environment import EnvironmentSpec
from headway.domain.fault import Fault, did_you_mean
from headway.domain.model_deployment import ModelDeployment
from headway.environments.checks import Parts, backends_in, check
from headway.environments.faults import EnvironmentFaults
from headway.environments.merge import merge
from headway.environments.open_facts import open_facts
from headway.environments.shape_faults import shape_faults
from headway.environments.source import Located, Origin, read

SHIPPED = Path(__file__).parent
EXTENDS = "extends"


@dataclass(frozen=True)
class Environment:
    """A valid environment with where each of its values was stated."""

    spec: EnvironmentSpec
    tree: Located
    unresolved: tuple[str, ...]
    """Paths of facts that nobody has stated, sorted."""

    def origin(self, path: str) -> Origin:
        """Where the value at a dotted path was stated, or the nearest value above it."""
        return self.tree.find(split_path(self.tree, path)).origin


def environment_names(folder: Path = SHIPPED) -> tuple[str, ...]:
    """Names of the environments in a folder; `base` is what they extend, not one of them."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml") if path.stem != "base"))


def load_environment(name_or_path: str, catalog: Catalog, folder: Path = SHIPPED) -> Environment:
    """The environment of that name in `folder`, or in a YAML file. Raises `EnvironmentFaults` with every fault."""
    path = _path(name_or_path, folder)
    faults: list[Fault] = []
    tree = _with_extended(path, folder, (), faults)
    name = tree.value.get("name") or Located(path.stem, Origin(tree.origin.file, 1))
    tree = replace(tree, value={**tree.value, "name": name})
    _own_name(path, tree, folder)
    tree, unresolved = open_facts(tree, _needed_images(tree, catalog))
    unread = {(fault.file, fault.line, fault.path) for fault in faults}
    spec: EnvironmentSpec | None = None
    try:
        spec = EnvironmentSpec.model_validate(tree.plain())
    except ValidationError as error:
        found = shape_faults(error, tree)
        faults.extend(fault for fault in found if (fault.file, fault.line, fault.path) not in unread)
    faults.extend(check(Parts.of(tree), catalog, tree))
    if faults or spec is None:
        raise EnvironmentFaults(faults)
    return Environment(spec, tree, unresolved)


def _own_name(path: Path, tree: Located, folder: Path) -> None:
    """A file elsewhere must not carry a shipped environment's name: rendering it would replace that one's folders."""
    name = tree.value["name"]
    if name.value in environment_names(folder) and path.resolve() != (folder / f"{name.value}.yaml").resolve():
        problem = f"{name.value!r} is the name of {_shown(folder)}/{name.value}.yaml"
        raise EnvironmentFaults(
            [Fault(name.origin.file, name.origin.line, "name", problem, "give it a name of its own")]
        )


def _needed_images(tree: Located, catalog: Catalog) -> tuple[str, ...]:
    """Images that the environment runs: those without a GPU always, engines by what its deployments and pools name."""
    data = tree.plain()
    pools, models = data.get("pools"), data.get("models")
    named = {str(pool.get("accelerator")) for pool in _mappings(pools)}
    vendors = {accelerator.vendor for key, accelerator in catalog.accelerators.items() if key in named}
    engines = {engine for model in _mappings(models) for engine in _engines(model)}
    images = catalog.with_backends(backends_in(data)).images
    return tuple(
        key
        for key, image in images.items()
        if image.engine is None or (image.engine in engines and image.vendor in vendors)
    )


def _engines(model: dict[str, Any]) -> list[str]:
    """Engines that a deployment names, as far as it can be read."""
    pin, named = model.get("pin"), model.get("engines")
    if isinstance(pin, dict) and pin.get("engine"):
        return [str(pin["engine"])]
    default = ModelDeployment.model_fields["engines"].default
    return [str(engine) for engine in (named if isinstance(named, list) else default)]


def _mappings(data: object) -> list[dict[str, Any]]:
    return [value for value in data.values() if isinstance(value, dict)] if isinstance(data, dict) else []


def split_path(tree: Located, dotted: str) -> tuple[str, ...]:
    """`models.llama-3.1-8b.card` as keys: a key may itself hold dots, so the longest key that exists wins."""
    parts = dotted.split(".") if dotted else []
    keys: list[str] = []
    here = tree
    while parts:
        for size in range(len(parts), 0, -1):
            key = ".".join(parts[:size])
            if here.is_mapping and key in here.value:
                here = here.value[key]
                break
        else:
            size, key = 1, parts[0]
        keys.append(key)
        parts = parts[size:]
    return tuple(keys)


def _path(name_or_path: str, folder: Path) -> Path:
    if name_or_path.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    names = environment_names(folder)
    if name_or_path not in names:
        remedy = did_you_mean(name_or_path, names)
        raise EnvironmentFaults([Fault(str(_shown(folder)), 1, "", f"no environment {name_or_path!r}", remedy)])
    return folder / f"{name_or_path}.yaml"


def _with_extended(path: Path, folder: Path, seen: tuple[Path, ...], faults: list[Fault]) -> Located:
    shown = str(_shown(path))
    if not path.is_file():
        raise EnvironmentFaults([Fault(shown, 1, "", "no such file", "name an environment or a YAML file")])
    tree = read(path, shown, faults)
    below = tree.value.get(EXTENDS)
    if below is None:
        return tree
    tree = replace(tree, value={key: child for key, child in tree.value.items() if key != EXTENDS})
    base = _extended_path(str(below.value), path, folder)
    if not base.is_file() or base.resolve() in (*seen, path.resolve()):
        problem = f"names {below.value!r}, which is no file" if not base.is_file() else "leads back to this file"
        raise EnvironmentFaults(
            [
                *faults,
                Fault(
                    below.origin.file,
                    below.origin.line,
                    EXTENDS,
                    problem,
                    "name `base` or a YAML file beside this one",
                ),
            ]
        )
    return merge(_with_extended(base, folder, (*seen, path.resolve()), faults), tree)


def _extended_path(name: str, path: Path, folder: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        return path.parent / name
    beside = path.parent / f"{name}.yaml"
    return beside if beside.is_file() else folder / f"{name}.yaml"


def _shown(path: Path) -> Path:
    """A path as messages show it: relative to where the user stands, when it is below."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path
