"""`headway model inspect` on folders and a bucket, right and wrong."""

import json
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from headway.catalog.loader import read_sheet
from headway.cli import model as verb
from headway.cli.main import main
from headway.domain.model_card import ModelCard
from unit.recipes.model_analysis.builders import (
    MODELS,
    SMALL_PARAMETERS,
    a_config,
    a_header,
    a_safetensors_file,
    small_tensors,
)


def inspect(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["model", "inspect", *arguments], env={"NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(path: Path | str) -> str:
    """Inspects what must end with 2, print no data and say where the fault is; returns the talk."""
    result = inspect(str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert "\nhint: " in result.stderr
    return result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint in two shards."""
    found = tmp_path / "small-llama"
    found.mkdir()
    (found / "config.json").write_text(json.dumps(a_config()))
    tensors = list(small_tensors().items())
    shards = {"model-00001-of-00002.safetensors": tensors[:9], "model-00002-of-00002.safetensors": tensors[9:]}
    for name, part in shards.items():
        (found / name).write_bytes(a_safetensors_file(a_header(dict(part))))
    weight_map = {tensor: name for name, part in shards.items() for tensor, _ in part}
    (found / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return found


def test_a_folder_is_counted_in_its_shards(folder: Path) -> None:
    found = json.loads(inspect(str(folder), "--format", "json").stdout)
    assert (found["card"]["parameters"], found["parameters_exact"]) == (SMALL_PARAMETERS, True)
    assert found["checkpoint_bytes"] == 2 * SMALL_PARAMETERS


def test_the_path_of_the_config_does_as_well(folder: Path) -> None:
    found = inspect(str(folder / "config.json"), "--format", "json")
    assert json.loads(found.stdout)["card"]["id"] == "small-llama"


def test_the_table_ends_with_a_row_that_the_catalog_takes(folder: Path, tmp_path: Path) -> None:
    result = inspect(str(folder), "--id", "acme/small-llama")
    assert result.exit_code == 0
    assert "parameters" in result.stdout
    (tmp_path / "models.csv").write_text("\n".join(result.stdout.splitlines()[-2:]) + "\n")
    sheet = read_sheet(tmp_path, "models.csv", ModelCard, ("id",))
    assert [(card.id, card.parameters) for card in sheet.nouns] == [("acme/small-llama", SMALL_PARAMETERS)]


def test_a_published_config_alone_is_enough() -> None:
    found = json.loads(inspect(str(MODELS / "Qwen--Qwen3-8B.json"), "--format", "json").stdout)
    assert (found["card"]["id"], found["card"]["parameters"]) == ("Qwen/Qwen3-8B", 8190735360)
    assert not found["parameters_exact"]


def test_the_hubs_cache_says_the_models_name(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--acme--small-llama" / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(json.dumps(a_config()))
    assert json.loads(inspect(str(snapshot), "--format", "json").stdout)["card"]["id"] == "acme/small-llama"


def test_faults_of_config_index_and_shards_are_told_at_once(folder: Path) -> None:
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"], "hidden_size": "big"}')
    (folder / "model-00001-of-00002.safetensors").write_bytes(b"\xff" * 20)
    (folder / "model-00002-of-00002.safetensors").unlink()
    said = refused(folder)
    assert "model-00001-of-00002.safetensors: header length 18446744073709551615 is absurd" in said
    assert "model-00002-of-00002.safetensors: is in the index and not in the folder; fetch the missing shard" in said
    assert "config.json: hidden_size: 'big' is not a whole number" in said
    assert "config.json: num_hidden_layers: is missing" in said


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        (0, "has 0 bytes"),
        (5, "has 5 bytes"),
        (30, "is more than the 30 bytes of the file"),
        (-1, "the header promises"),
    ],
)
def test_a_truncated_shard_is_named(folder: Path, kept: int, fault: str) -> None:
    shard = folder / "model-00001-of-00002.safetensors"
    shard.write_bytes(shard.read_bytes()[:kept])
    said = refused(folder)
    assert f"{folder}: {shard.name}: " in said
    assert fault in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1 column 1 is not JSON"),
        ('{"hidden_size": NaN}', "NaN is not a finite number"),
        ("[]", "[] is not an object"),
        ('{"architectures": ["RwkvForCausalLM"]}', "'RwkvForCausalLM' is not an architecture counted here"),
    ],
)
def test_a_config_that_cannot_be_used_is_told(folder: Path, text: str, fault: str) -> None:
    (folder / "config.json").write_text(text)
    assert fault in refused(folder)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("model.gguf", "vLLM's core does not load GGUF"), ("pytorch_model.bin", "executes the code in it")],
)
def test_other_weights_are_refused_as_folder_and_as_file(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(a_config()))
    (tmp_path / name).write_bytes(b"weights")
    assert reason in refused(tmp_path)
    assert reason in refused(tmp_path / name)


def test_an_index_cannot_lead_out_of_the_folder(folder: Path) -> None:
    index = {"weight_map": {"w": "../../../etc/passwd.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "'../../../etc/passwd.safetensors' is not a shard" in refused(folder)


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert f"error: {tmp_path}/none: {tmp_path}/none: is not there" in refused(tmp_path / "none")


def test_a_path_too_long_for_the_system_is_told() -> None:
    assert "cannot be read (File name too long)" in refused("x" * 5000)


def test_a_folder_without_a_config_is_told(tmp_path: Path) -> None:
    assert "config.json: is not there" in refused(tmp_path)


def test_a_shard_alone_asks_for_its_folder(folder: Path) -> None:
    assert "is not a config.json; give the folder it is in" in refused(folder / "model-00001-of-00002.safetensors")


def test_s3_without_boto3_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    said = refused("s3://bucket/prefix")
    assert "s3:// needs boto3, which is not installed" in said
    assert "pip install 'headway[s3]'" in said


class FakeS3:
    """A bucket over a folder, which remembers the ranges it was asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.ranges: list[tuple[str, str]] = []

    def get_paginator(self, _: str) -> "FakeS3":
        return self

    def paginate(self, Bucket: str, Prefix: str, Delimiter: str) -> Iterator[dict[str, Any]]:
        assert (Bucket, Delimiter) == ("weights", "/")
        for key, data in self.files.items():
            if key.startswith(Prefix):
                yield {"Contents": [{"Key": key, "Size": len(data)}]}
        yield {}

    def get_object(self, Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        assert Bucket == "weights"
        self.ranges.append((Key, Range))
        begin, end = map(int, Range.removeprefix("bytes=").split("-"))
        return {"Body": BytesIO(self.files[Key][begin : end + 1])}


@pytest.fixture
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeS3:
    fake = FakeS3({f"acme/small/{file.name}": file.read_bytes() for file in folder.iterdir()})
    monkeypatch.setattr(verb, "_s3_client", lambda: fake)
    return fake


@pytest.mark.parametrize("address", ["s3://weights/acme/small", "s3://weights/acme/small/config.json"])
def test_a_bucket_is_read_like_a_folder(bucket: FakeS3, address: str) -> None:
    assert bucket.files
    card = json.loads(inspect(address, "--format", "json").stdout)["card"]
    assert (card["id"], card["parameters"]) == ("acme/small", SMALL_PARAMETERS)


def test_of_a_shard_in_a_bucket_only_the_head_is_fetched(bucket: FakeS3) -> None:
    inspect("s3://weights/acme/small/")
    for key, span in bucket.ranges:
        if key.endswith(".safetensors"):
            header = int.from_bytes(bucket.files[key][:8], "little")
            assert span in ("bytes=0-7", f"bytes=8-{7 + header}")


def test_an_empty_prefix_is_told(bucket: FakeS3) -> None:
    assert bucket.files
    assert "config.json: is not there" in refused("s3://weights/nothing")


def test_a_bucket_that_refuses_is_told_with_its_words(bucket: FakeS3, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: str) -> Any:
        raise RuntimeError("Access\n Denied")

    monkeypatch.setattr(bucket, "get_object", denied)
    assert "cannot be read (Access Denied); check the permissions" in refused("s3://weights/acme/small")
