"""Writes the JSON schemas that kubeconform reads: built-in kinds, and the custom kinds Headway emits.

    python tools/schemas.py [--kubernetes 1.35] [--out build/schemas]

    build/schemas/kubernetes/apps/deployment_v1.json            from the kubernetes-validate package
    build/schemas/kubernetes/v1/service_v1.json                 the core group is the folder `v1`
    build/schemas/kinds/keda.sh/scaledobject_v1alpha1.json      from headway.kinds

kubeconform then needs, for each of the two folders,
`-schema-location 'build/schemas/…/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'`.
"""

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

REPOSITORY = Path(__file__).resolve().parents[1]
KINDS = REPOSITORY / "charts-src" / "headway" / "kinds"
DRAFT = "http://json-schema.org/draft-07/schema#"


def main() -> int:
    arguments = _arguments()
    try:
        written = refresh(arguments.out, arguments.kubernetes)
    except UnknownKubernetesVersion as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if written:
        print(f"{written} schemas in {arguments.out}", file=sys.stderr)
    return 0


def refresh(out: Path, kubernetes: str) -> int:
    """Writes the schemas unless they are there already; returns how many it wrote."""
    now = _fingerprint(kubernetes)
    if _is_current(out, now):
        return 0
    folders = {"kubernetes": builtin_schemas(kubernetes), "kinds": kind_schemas()}
    stamp = out / "stamp"
    stamp.unlink(missing_ok=True)
    for folder, schemas in folders.items():
        _replace(out / folder, schemas)
    stamp.write_text(now)
    return sum(map(len, folders.values()))


def kind_schemas() -> dict[str, Schema]:
    """Schemas of the custom kinds Headway emits, by path."""
    from headway.kinds import EVERY_KIND, export_schemas

    return export_schemas(EVERY_KIND)


def builtin_schemas(kubernetes: str) -> dict[str, Schema]:
    """One standalone schema for every built-in kind of a Kubernetes version, by path."""
    source = _package_folder(kubernetes) / "_definitions.json"
    definitions = {name: localized(part) for name, part in json.loads(source.read_text())["$defs"].items()}
    return dict(_standalone(definitions))


def localized(schema: Any) -> Any:
    """The schema with references into its own `definitions`, and without words that only people read."""
    if isinstance(schema, list):
        return [localized(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not _is_prose(key, value)}
    return {key: _local(value) if key == "$ref" else localized(value) for key, value in kept.items()}


def referenced(schema: Any) -> Iterator[str]:
    """Names of the definitions that a schema refers to."""
    if isinstance(schema, list):
        for item in schema:
            yield from referenced(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from referenced(value)


def closure(name: str, uses: dict[str, set[str]]) -> set[str]:
    """Every definition that one needs, itself only when it is recursive (JSONSchemaProps is)."""
    found: set[str] = set()
    open_names = set(uses[name])
    while open_names:
        found |= open_names
        open_names = set().union(*(uses[needed] for needed in open_names)) - found
    return found


class UnknownKubernetesVersion(Exception):
    """kubernetes-validate carries no such version."""


def _standalone(definitions: dict[str, Schema]) -> Iterator[tuple[str, Schema]]:
    uses = {name: set(referenced(schema)) for name, schema in definitions.items()}
    for name, schema in definitions.items():
        identities = schema.get("x-kubernetes-group-version-kind", ())
        if len(identities) == 1:  # DeleteOptions and WatchEvent belong to every group; no manifest holds them
            needed = {part: definitions[part] for part in sorted(closure(name, uses))}
            yield _path(identities[0]), _pinned(schema, identities[0]) | {"definitions": needed}


def _pinned(schema: Schema, identity: dict[str, str]) -> Schema:
    api_version = "/".join(filter(None, (identity["group"], identity["version"])))
    pins = {"apiVersion": api_version, "kind": identity["kind"]}
    return {
        "$schema": DRAFT,
        **schema,
        "properties": schema["properties"] | {key: {"type": "string", "enum": [value]} for key, value in pins.items()},
        "required": sorted({*schema.get("required", ()), *pins}),
    }


def _path(identity: dict[str, str]) -> str:
    folder = identity["group"] or identity["version"]
    return f"{folder}/{identity['kind'].lower()}_{identity['version']}.json"


def _is_prose(key: str, value: Any) -> bool:
    """A description of a schema, not a property that is called `description`."""
    return key == "description" and isinstance(value, str)


def _local(reference: Any) -> Any:
    """`/api/_definitions.json#/$defs/X` made local; a property that is called `$ref` is a schema."""
    if isinstance(reference, str):
        return f"#/definitions/{reference.rpartition('/')[2]}"
    return localized(reference)


def _package_folder(kubernetes: str) -> Path:
    package = find_spec("kubernetes_validate")
    if package is None or package.origin is None:
        raise UnknownKubernetesVersion("kubernetes-validate is not installed; run: make setup")
    folders = {
        folder.name.removeprefix("v").removesuffix("-local-strict").rpartition(".")[0]: folder
        for folder in (Path(package.origin).parent / "kubernetes-json-schema").glob("v*-local-strict")
    }
    if kubernetes not in folders:
        known = ", ".join(sorted(folders, key=lambda name: [int(part) for part in name.split(".")]))
        raise UnknownKubernetesVersion(f"no schemas of Kubernetes {kubernetes}; there are {known}")
    return folders[kubernetes]


def _fingerprint(kubernetes: str) -> str:
    digest = hashlib.sha256()
    for source in (Path(__file__), *sorted(KINDS.glob("*.py"))):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    packages = " ".join(f"{name}=={version(name)}" for name in ("kubernetes-validate", "pydantic"))
    return f"kubernetes {kubernetes}\n{packages}\nsources {digest.hexdigest()}\n"


def _is_current(out: Path, fingerprint: str) -> bool:
    stamp = out / "stamp"
    complete = (out / "kubernetes").is_dir() and (out / "kinds").is_dir()
    return complete and stamp.is_file() and stamp.read_text() == fingerprint


def _replace(folder: Path, schemas: dict[str, Schema]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, schema in schemas.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema, sort_keys=True, separators=(",", ":")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the schemas that kubeconform reads.")
    parser.add_argument(
        "--kubernetes", default="1.35", metavar="X.Y", help="version of the built-in kinds (%(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path("build/schemas"), metavar="DIR", help="where (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
