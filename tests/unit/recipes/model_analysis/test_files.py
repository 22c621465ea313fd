"""The bytes of a checkpoint: JSON, safetensors heads, file names."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.recipes.model_analysis import (
    UnreadableModel,
    header_length,
    parse_config,
    parse_header,
    parse_index,
    weight_files,
)
from unit.recipes.model_analysis.builders import a_header, a_safetensors_file, small_tensors

FILE = a_safetensors_file(a_header(small_tensors()))
LENGTH = int.from_bytes(FILE[:8], "little")


def refused(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(UnreadableModel) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_header_is_read_from_the_head_of_the_file_alone() -> None:
    length = header_length(FILE[:8], len(FILE), "model.safetensors")
    assert parse_header(FILE[8 : 8 + length], len(FILE), "model.safetensors") == a_header(small_tensors())


def test_an_absurd_header_length_is_refused_before_it_is_read() -> None:
    said = refused(header_length, b"\xff" * 8, 10**12, "a.safetensors")
    assert said.startswith("a.safetensors: header length 18446744073709551615 is absurd")


def test_a_header_longer_than_its_file_is_refused() -> None:
    assert "header length 5000 is more than the 100 bytes" in refused(
        header_length, (5000).to_bytes(8, "little"), 100, "a.safetensors"
    )


def test_a_file_shorter_than_the_length_is_refused() -> None:
    assert "has 3 bytes" in refused(header_length, b"abc", 3, "a.safetensors")


def test_a_file_that_ends_before_its_last_tensor_is_refused() -> None:
    said = refused(parse_header, FILE[8 : 8 + LENGTH], len(FILE) - 1, "a.safetensors")
    assert f"the header promises {len(FILE)} bytes and the file has {len(FILE) - 1}" in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "line 1 column 1 is not JSON"),
        (b"{", "is not JSON"),
        (b"[1]", "[1] is not an object"),
        (b'{"a": NaN}', "NaN is not a finite number"),
        (b'{"a": 1, "a": 2}', "key 'a' is there twice"),
        (b'{"a": "\xff"}', "is not UTF-8 at byte 7"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_json_that_is_no_config_says_where_it_breaks(text: bytes, fault: str) -> None:
    assert fault in refused(parse_config, text)


@pytest.mark.parametrize("shard", ["../../etc/passwd", "/etc/shadow.safetensors", "a/b.safetensors", "model.bin", 7])
def test_an_index_points_to_nothing_but_safetensors_beside_it(shard: object) -> None:
    text = json.dumps({"weight_map": {"w": shard}}).encode()
    assert "is not a shard" in refused(parse_index, text, "model.safetensors.index.json")


def test_an_index_names_each_shard_once() -> None:
    text = json.dumps({"weight_map": {"a": "2.safetensors", "b": "1.safetensors", "c": "2.safetensors"}}).encode()
    assert parse_index(text, "index") == ("1.safetensors", "2.safetensors")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("model-Q4_K_M.gguf", "vLLM's core does not load GGUF"),
        ("pytorch_model.bin", "loading one executes the code in it"),
        ("model.pt", "executes"),
        ("model.pth", "executes"),
    ],
)
def test_weights_that_are_not_safetensors_are_refused_with_the_reason(name: str, reason: str) -> None:
    (fault,) = weight_files({name, "config.json", "training_args.bin"}).faults
    assert fault.place == name
    assert reason in str(fault)


def test_safetensors_beside_pickles_are_taken() -> None:
    found = weight_files({"model.safetensors", "pytorch_model.bin", "consolidated.safetensors"})
    assert (found.shards, found.faults) == (("model.safetensors",), ())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parse in (parse_config, lambda text: parse_index(text, "i"), lambda text: parse_header(text, 300, "s")):
        with suppress(UnreadableModel):
            parse(data)
