"""Reads rendered recipe records: from a file, from a folder of manifests, or from a commit."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from headway.cli.failures import fail

SUFFIX = "-recipe"
RECORD = "recipe.yaml"
HINT = "headway recipe --diff takes files, folders such as dist/prod, or REF:FOLDER such as main:dist/prod"


def read_records(place: str) -> dict[str, dict[str, Any]]:
    """Records by the app's folder, or by the deployment's name where a file is read.

    Ends the command with exit code 2 where there are none.
    """
    texts = dict(_texts(place))
    records: dict[str, dict[str, Any]] = {}
    faults = []
    for name, text in texts.items():
        try:
            records.update(_records(name, text))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            faults.append(f"{place}: {name}: cannot be read as YAML ({str(error).splitlines()[0]}); render it again")
    if faults:
        fail(faults, HINT)
    if not records:
        fail([f"{place}: holds no recipe record; name a rendered folder or a ConfigMap …{SUFFIX}"], HINT)
    return records


def _texts(place: str) -> Iterator[tuple[str, bytes]]:
    path = Path(place)
    if path.is_file():
        yield path.name, path.read_bytes()
    elif path.is_dir():
        for file in sorted(path.rglob(f"ConfigMap.*{SUFFIX}.yaml")):
            yield file.relative_to(path).as_posix(), file.read_bytes()
    elif ":" in place or not path.suffix:
        yield from _committed(*_split(place))
    else:
        fail([f"{place}: no such file or folder; name one that is there"], HINT)


def _split(place: str) -> tuple[str, str]:
    ref, _, folder = place.partition(":")
    return ref, folder.rstrip("/") or "dist"


def _committed(ref: str, folder: str) -> Iterator[tuple[str, bytes]]:
    done = subprocess.run(
        ["git", "archive", "--format=tar", ref, "--", folder], capture_output=True, check=False, timeout=60
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        fail([f"{ref}:{folder}: {said[-1] if said else 'git cannot read it'}; name a commit and a folder in it"], HINT)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            content = archive.extractfile(member) if member.isfile() else None
            if content and name.match(f"ConfigMap.*{SUFFIX}.yaml"):
                yield name.relative_to(folder).as_posix(), content.read()


def _records(name: str, text: bytes) -> dict[str, dict[str, Any]]:
    found = {}
    for manifest in yaml.safe_load_all(text.decode()):
        data = manifest.get("data") if isinstance(manifest, dict) else None
        if isinstance(data, dict) and isinstance(data.get(RECORD), str):
            deployment = str(manifest.get("metadata", {}).get("name", name)).removesuffix(SUFFIX)
            app = PurePosixPath(name).parent.as_posix()
            record = yaml.safe_load(data[RECORD])
            if isinstance(record, dict):
                found[deployment if app == "." else app] = record
    return found
