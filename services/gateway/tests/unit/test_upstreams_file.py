"""The upstreams file: what it may say, and what is said about one that cannot be used."""

from pathlib import Path

import pytest

from headway_gateway.replicas.upstreams_file import BadUpstreams, found_in, read_upstreams


def read(tmp_path: Path, text: str) -> list[tuple[str, str, list[str], int | None]]:
    file = tmp_path / "upstreams.json"
    file.write_text(text)
    return [
        (found.name, found.contract, [str(address) for address in found.addresses], found.context_tokens)
        for found in found_in(read_upstreams(file))
    ]


def test_a_model_has_every_address_that_serves_it(tmp_path: Path) -> None:
    text = """[{"url": "http://127.0.0.1:8001", "models": ["tiny", "small"], "context_tokens": 2048},
               {"url": "http://127.0.0.1:8002/", "models": ["tiny"]},
               {"url": "http://127.0.0.1:8002", "models": ["tiny"]},
               {"url": "https://models.example", "models": ["far"], "contract": "generate"},
               {"models": ["asleep"]}]"""
    assert read(tmp_path, text) == [
        ("tiny", "openai", ["127.0.0.1:8001", "127.0.0.1:8002"], 2048),
        ("small", "openai", ["127.0.0.1:8001"], 2048),
        ("far", "generate", ["models.example:443"], None),
        ("asleep", "openai", [], None),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "truncated"),
        ("{}", "Expected `array`"),
        ('[{"url": "http://127.0.0.1:8001"}]', "missing required field `models`"),
        ('[{"url": "http://127.0.0.1:8001", "models": []}]', "length >= 1"),
        ('[{"models": ["tiny"], "key": "secret"}]', "unknown field `key`"),
        ('[{"models": ["tiny"], "contract": "soap"}]', "contract"),
        ('[{"models": ["tiny"], "context_tokens": 0}]', ">= 1"),
        ('[{"url": "ftp://127.0.0.1", "models": ["tiny"]}]', r"\[0\].url: 'ftp://127.0.0.1' is not an address"),
        ('[{"url": "http://user@127.0.0.1", "models": ["tiny"]}]', "is not an address like"),
        ('[{"url": "http://127.0.0.1:99999", "models": ["tiny"]}]', "is not an address"),
        ('[{"url": "http://127.0.0.1/v1", "models": ["tiny"]}]', "is not an address like"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(BadUpstreams, match=fault):
        read(tmp_path, text)


def test_every_bad_address_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadUpstreams) as refused:
        read(tmp_path, '[{"url": "x", "models": ["a"]}, {"models": ["b"]}, {"url": "y", "models": ["c"]}]')
    assert [line.split(".url")[0][-3:] for line in str(refused.value).splitlines()] == ["[0]", "[2]"]


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadUpstreams, match="No such file"):
        read_upstreams(tmp_path / "none.json")
