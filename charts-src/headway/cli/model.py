"""`headway model inspect`: a checkpoint's model card, from its config and safetensors headers alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Protocol

import click

from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.domain.model_card import ModelCard
from headway.recipes.model_analysis import (
    HEADER_LENGTH_BYTES,
    Analysis,
    ModelFault,
    UnreadableModel,
    analyse,
    catalog_header,
    catalog_row,
    header_length,
    parse_config,
    parse_header,
    parse_index,
    weight_files,
)
from headway.recipes.model_analysis.files import refusal

CONFIG = "config.json"
LARGEST_JSON_BYTES = 64 * 2**20
"""Indexes of the largest checkpoints have about 10 MB; more is some other file."""
HINT = "headway model inspect FOLDER, with config.json in it, or s3://bucket/prefix"
HUB_CACHE = re.compile(r"models--([\w.-]+?)--([\w.-]+)")


class Checkpoint(Protocol):
    """A place that holds the files of one checkpoint."""

    address: str
    """As the user gave it."""
    config: str
    """Name of the config among `sizes`."""

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file by name."""

    def read(self, name: str, begin: int, length: int) -> bytes:
        """Bytes of one file from `begin`; fewer where it ends."""


class LocalFolder:
    """A checkpoint on disk."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.folder = path if path.is_dir() else path.parent
        self.config = CONFIG if path.is_dir() else path.name

    def sizes(self) -> Mapping[str, int]:
        return {file.name: file.stat().st_size for file in self.folder.iterdir() if file.is_file()}

    def read(self, name: str, begin: int, length: int) -> bytes:
        with (self.folder / name).open("rb") as file:
            file.seek(begin)
            return file.read(length)


class Bucket:
    """A checkpoint in S3, read by ranged GETs."""

    config = CONFIG

    def __init__(self, address: str, client: Any) -> None:
        self.address = address
        self.bucket, _, prefix = address.removeprefix("s3://").partition("/")
        prefix = prefix.removesuffix(CONFIG).rstrip("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.client = client

    def sizes(self) -> Mapping[str, int]:
        pages = self.client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.bucket, Prefix=self.prefix, Delimiter="/")
        objects = (item for page in found for item in page.get("Contents", ()))
        return {item["Key"].removeprefix(self.prefix): item["Size"] for item in objects}

    def read(self, name: str, begin: int, length: int) -> bytes:
        span = f"bytes={begin}-{begin + length - 1}"
        answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name, Range=span)
        data: bytes = answer["Body"].read()
        return data


@click.group()
def model() -> None:
    """Facts of a model."""


@model.command()
@click.argument("path")
@click.option("--id", "model_id", default="", help="Name on the model hub, when the path does not say it.")
@format_option
@reports_faults
def inspect(path: str, model_id: str, style: str) -> None:
    """Print the model card of the checkpoint at PATH, and its row for the catalog; weights are not read."""
    try:
        analysis = _analysed(_checkpoint(path))
    except UnreadableModel as error:
        fail([f"{path}: {fault}" for fault in error.faults], HINT)
    counted = "counted in safetensors headers" if analysis.parameters_exact else "derived from the shape"
    today = datetime.now(UTC).date().isoformat()
    card = analysis.card(model_id or _guessed_id(path), f"shape: config.json of {path}; parameters: {counted}", today)
    if style == "json":
        print_json(_json(analysis, card))
        return
    console().print(table(card.id, ("fact", "value"), _facts(analysis, card)))
    click.echo(f"\n{catalog_header()}\n{catalog_row(card)}")


def _checkpoint(path: str) -> Checkpoint:
    if path.startswith("s3://"):
        return Bucket(path, _s3_client())
    local = Path(path)
    try:
        there = local.exists()
    except OSError as error:  # a name too long, a folder that may not be entered
        _refuse(path, f"cannot be read ({error.strerror})", "check the path and the permissions")
    if not there:
        _refuse(path, "is not there", f"give a folder with {CONFIG}, or s3://bucket/prefix")
    if local.is_file():
        if (fault := refusal(local.name)) is not None:
            raise UnreadableModel([fault])
        if local.suffix != ".json" or local.name.endswith(".index.json"):
            _refuse(local.name, "is not a config.json", "give the folder it is in")
    return LocalFolder(local)


def _s3_client() -> Any:
    try:
        boto3, config = import_module("boto3"), import_module("botocore.config")
    except ImportError:
        fail(["s3:// needs boto3, which is not installed"], "pip install 'headway[s3]'")
    try:
        return boto3.client("s3", config=config.Config(connect_timeout=10, read_timeout=60))
    except Exception as error:  # botocore's own tree, which cannot be named without it
        fail([f"s3: {_in_a_line(error)}"], "aws sts get-caller-identity")


def _analysed(source: Checkpoint) -> Analysis:
    """Everything that is wrong with config, index and headers is told at once."""
    sizes = _listing(source)
    files = weight_files(sizes)
    faults = list(files.faults)
    if source.config not in sizes:
        faults.append(ModelFault(source.config, "is not there", f"give a folder with {CONFIG}"))
    shards, config = set(files.shards), None
    try:
        shards = {shard for name in files.indexes for shard in parse_index(_whole(source, name, sizes), name)} or shards
    except UnreadableModel as error:
        faults += error.faults
    headers = {name: header for name in sorted(shards) if (header := _header(source, name, sizes, faults)) is not None}
    try:
        if source.config in sizes:
            config = parse_config(_whole(source, source.config, sizes), source.config)
            analysis = analyse(config, list(headers.values()), list(headers))
    except UnreadableModel as error:
        faults += error.faults
    if faults:
        raise UnreadableModel(faults)
    return analysis


def _header(
    source: Checkpoint, name: str, sizes: Mapping[str, int], faults: list[ModelFault]
) -> Mapping[str, Any] | None:
    if name not in sizes:
        faults.append(ModelFault(name, "is in the index and not in the folder", "fetch the missing shard"))
        return None
    try:
        first = _bytes(source, name, 0, min(HEADER_LENGTH_BYTES, sizes[name]))
        length = header_length(first, sizes[name], name)
        return parse_header(_bytes(source, name, HEADER_LENGTH_BYTES, length), sizes[name], name)
    except UnreadableModel as error:
        faults += error.faults
        return None


def _whole(source: Checkpoint, name: str, sizes: Mapping[str, int]) -> bytes:
    if sizes[name] > LARGEST_JSON_BYTES:
        _refuse(name, f"has {sizes[name]} bytes", f"a JSON file of a checkpoint has {LARGEST_JSON_BYTES} at most")
    return _bytes(source, name, 0, sizes[name])


def _bytes(source: Checkpoint, name: str, begin: int, length: int) -> bytes:
    """Bytes of one file; S3 refuses the range of an empty one."""
    try:
        return source.read(name, begin, length) if length else b""
    except Exception as error:  # OSError, or one of botocore's, which cannot be named without it
        _refuse(name, f"cannot be read ({_in_a_line(error)})", "check the permissions")


def _listing(source: Checkpoint) -> Mapping[str, int]:
    try:
        return source.sizes()
    except Exception as error:  # OSError, or one of botocore's, which cannot be named without it
        _refuse("folder", f"cannot be listed ({_in_a_line(error)})", "check the address and the permissions")


def _in_a_line(error: Exception) -> str:
    """Words of an error, which botocore spreads over several lines."""
    return " ".join(str(error).split())[:200]


def _refuse(place: str, problem: str, remedy: str) -> NoReturn:
    raise UnreadableModel([ModelFault(place, problem, remedy)])


def _guessed_id(path: str) -> str:
    """`org/name` of the hub's cache, else the last two folders of an S3 address, else the folder's own name."""
    cached = HUB_CACHE.search(path)
    if cached:
        return f"{cached[1]}/{cached[2]}"
    parts = [part for part in path.removeprefix("s3://").split("/") if part not in ("", CONFIG, ".")]
    if path.startswith("s3://"):
        return "/".join(parts[1:][-2:]) or parts[0]
    local = Path(path).resolve()
    return (local.parent if local.name == CONFIG else local).name.removesuffix(".json").replace("--", "/", 1)


def _facts(analysis: Analysis, card: ModelCard) -> Sequence[tuple[str, str]]:
    counted = "from safetensors headers" if analysis.parameters_exact else "computed from the shape"
    rows: list[tuple[str, object]] = [
        ("architecture", analysis.architecture),
        ("layers", card.layers),
        ("hidden size", card.hidden_size),
        ("intermediate size", card.intermediate_size),
        ("attention", card.attention),
        ("heads", card.attention_heads),
        ("KV heads", card.kv_heads),
        ("head dim", card.head_dim),
        ("vocabulary", card.vocabulary),
        ("context", _with_unit(card.context_tokens, "tokens")),
        ("sliding window", _with_unit(card.sliding_window_tokens, "tokens")),
        ("full-attention layers", analysis.shape.full_attention_layers),
        ("experts", card.experts or None),
        ("parameters", f"{card.parameters:,} ({counted})"),
        ("active parameters", _with_unit(card.active_parameters, "")),
        ("native format", card.native_dtype),
        ("KV cache a token", f"{card.kv_bytes_per_token_16bit:,} bytes at 16 bit"),
        *((f"weights {name}", f"{size:,} bytes") for name, size in card.weight_bytes.items()),
        ("checkpoint", _with_unit(analysis.checkpoint_bytes, "bytes")),
        *(("note", note) for note in analysis.notes),
    ]
    return [(fact, str(value)) for fact, value in rows if value is not None]


def _with_unit(value: int | None, unit: str) -> str | None:
    return None if value is None else f"{value:,} {unit}".rstrip()


def _json(analysis: Analysis, card: ModelCard) -> dict[str, Any]:
    return {
        "architecture": analysis.architecture,
        "card": card.model_dump(mode="json"),
        "parameters_exact": analysis.parameters_exact,
        "quantization": analysis.quantization.method or None,
        "checkpoint_bytes": analysis.checkpoint_bytes,
        "full_attention_layers": analysis.shape.full_attention_layers,
        "notes": list(analysis.notes),
        "catalog_row": catalog_row(card),
    }
