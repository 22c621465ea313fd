"""`headway recipe`: what is asked can be changed, what fails says what would help, and two renders can be compared."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from unit.cli.test_commands import headway, refused


def asked(*arguments: str) -> dict:
    return json.loads(headway("recipe", *arguments, "--format", "json").stdout)


def test_the_json_has_every_key_of_the_contract() -> None:
    answer = asked("mistral-7b-awq")
    assert set(answer) >= {"chosen", "fallbacks", "candidates"}
    contract = {
        "instance_type", "gpu", "gpu_count", "precision", "engine", "fits", "memory_gib", "full_length_sequences",
        "ttft_seconds", "tpot_seconds", "usd_per_hour", "rejected_by",
    }  # fmt: skip
    assert all(contract <= set(candidate) for candidate in answer["candidates"])
    assert answer["chosen"] == answer["candidates"][0]
    assert [step["kind"] for step in answer["fallbacks"]] == ["capacity", "hardware", "hardware"]


def test_an_impossible_promise_ends_with_1_and_three_ways_out() -> None:
    result = headway("recipe", "mistral-7b-awq", "--ttft", "0.01", "--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["chosen"] is None
    assert len(answer["nearest"]) == 3
    assert all(near["change"].startswith("an objective of ") for near in answer["nearest"])


def test_what_would_have_to_change_is_enough() -> None:
    near = json.loads(headway("recipe", "llama-3.1-8b", "--ttft", "0.02", "--format", "json").stdout)["nearest"][0]
    seconds = near["change"].removeprefix("an objective of ").removesuffix(" s for TTFT")
    assert asked("llama-3.1-8b", "--ttft", seconds)["chosen"]["instance_type"] == near["instance_type"]


def test_a_heavier_load_takes_more_replicas_and_costs_more() -> None:
    light, heavy = (asked("Mistral-7B-Instruct-v0.3", "--rate", rate)["chosen"] for rate in ("1", "40"))
    assert heavy["replicas"] * heavy["gpu_count"] > light["replicas"] * light["gpu_count"]
    assert heavy["usd_per_hour"]["fleet"] > light["usd_per_hour"]["fleet"]


def test_a_context_shorter_than_the_request_is_refused() -> None:
    said = refused("recipe", "mistral-7b-awq", "--context", "100")
    assert "a typical request has 600 tokens (prompt and output) and the context is 100" in said


def test_half_the_bytes_hold_twice_the_tokens() -> None:
    both = asked("llama-3.3-70b", "--kv", "16bit", "--kv", "fp8")["candidates"]
    held = {(c["instance_type"], c["kv_precision"]): c["full_length_sequences"] for c in both}
    for (machine, kv), sequences in held.items():
        if kv == "16bit":
            assert 2 * sequences <= held[machine, "fp8"] <= 2 * sequences + 1


def test_a_card_without_any_known_size_is_refused_with_the_way_to_one() -> None:
    said = refused("recipe", "Qwen3.5-27B")
    assert "the catalog knows no size of Qwen/Qwen3.5-27B in any weight format" in said
    assert "headway model inspect" in said


def test_without_a_model_and_without_a_diff_it_asks_for_one() -> None:
    result = headway("recipe")
    assert result.exit_code == 2
    assert "Missing argument 'MODEL' (or --diff OLD NEW)" in result.stderr


@pytest.fixture
def changed(repository: Path, tmp_path: Path) -> Path:
    """A copy of the rendered record of mistral-7b-awq with another price of spot."""
    source = repository / "dist/prod/mistral-7b-awq/ConfigMap.mistral-7b-awq-recipe.yaml"
    manifest = yaml.safe_load(source.read_text())
    record = yaml.safe_load(manifest["data"]["recipe.yaml"])
    record["usd_per_hour"]["spot"] = 0.1
    manifest["data"]["recipe.yaml"] = yaml.safe_dump(record, sort_keys=False)
    target = tmp_path / "mistral-7b-awq" / source.name
    target.parent.mkdir()
    target.write_text(yaml.safe_dump(manifest))
    return tmp_path


def test_a_diff_of_folders_names_what_changed(repository: Path, changed: Path) -> None:
    result = headway("recipe", "--diff", str(repository / "dist/prod/mistral-7b-awq"), str(changed / "mistral-7b-awq"))
    assert result.exit_code == 0
    assert "usd_per_hour.spot: 0.3179 ─▶ 0.1" in result.stdout


def test_a_diff_of_a_folder_with_itself_is_empty(repository: Path) -> None:
    folder = str(repository / "dist")
    assert headway("recipe", "--diff", folder, folder).stdout == "no recipe changed\n"
    assert json.loads(headway("recipe", "--diff", folder, folder, "--format", "json").stdout) == {"changed": {}}


def test_a_diff_reads_commits(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    if subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=False).returncode:
        pytest.skip("not a git checkout")
    assert headway("recipe", "--diff", "HEAD:dist/prod", "HEAD:dist/prod").stdout == "no recipe changed\n"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere.yaml", "nowhere.yaml: no such file or folder"),
        ("no-such-ref:dist", "no-such-ref:dist: "),
        ("{}", "holds no recipe record"),
    ],
    ids=["file", "commit", "folder"],
)
def test_a_place_without_records_is_refused(place: str, said: str, tmp_path: Path) -> None:
    assert said in refused("recipe", "--diff", place.format(tmp_path), place.format(tmp_path))


def test_a_record_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ConfigMap.a-recipe.yaml").write_text("a: [", encoding="utf-8")
    assert "cannot be read as YAML" in refused("recipe", "--diff", str(tmp_path), str(tmp_path))
