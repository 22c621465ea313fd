"""The command line with right and wrong input: exit codes, and data apart from talk."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headway.cli import main
from headway.environments.loader import SHIPPED
from unit.environments.builders import FIXTURES, a_file

INVALID = str(FIXTURES / "invalid" / "many-at-once.yaml")
STATED = str(FIXTURES / "valid" / "every-fact-stated.yaml")
INSTINCT = str(FIXTURES / "valid" / "instinct-outside-eks.yaml")
NO_MODELS = str(FIXTURES / "valid" / "no-models.yaml")


def headway(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments), env={"NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*arguments: str) -> str:
    """Runs a command that must end with 2 and print nothing but talk; returns the talk."""
    result = headway(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


ENVIRONMENT_VERBS = [
    ("explain", "{}"),
    ("plan", "{}"),
    ("recipe", "mistral-7b-awq", "--env", "{}"),
    ("doctor", "--env", "{}"),
    ("synth", "--env", "{}"),
]


@pytest.mark.parametrize("verb", ENVIRONMENT_VERBS, ids=lambda verb: verb[0])
def test_an_unknown_environment_is_answered_with_the_nearest(verb: tuple[str, ...]) -> None:
    talk = refused(*(part.format("prd") for part in verb))
    assert "no environment 'prd'; did you mean prod?" in talk
    assert "\n\nhint: " in talk


@pytest.mark.parametrize("verb", ENVIRONMENT_VERBS, ids=lambda verb: verb[0])
def test_every_verb_reports_all_faults_of_an_environment(verb: tuple[str, ...]) -> None:
    talk = refused(*(part.format(INVALID) for part in verb))
    assert talk.count("error: ") == 13


@pytest.mark.parametrize("verb", ENVIRONMENT_VERBS, ids=lambda verb: verb[0])
def test_a_file_that_is_not_there_is_said_so(verb: tuple[str, ...], tmp_path: Path) -> None:
    assert "no such file" in refused(*(part.format(tmp_path / "gone.yaml") for part in verb))


def test_the_base_is_no_environment() -> None:
    assert "no environment 'base'" in refused("plan", "base")


@pytest.mark.parametrize(
    ("key", "remedy"),
    [("models.mistral-7b-awq.limit", "did you mean limits?"), ("models.llama-2-7b", "did you mean llama-2-7b-qlora?")],
)
def test_explain_answers_an_unknown_key_with_the_nearest(key: str, remedy: str) -> None:
    assert remedy in refused("explain", "prod", key)


def test_explain_prints_value_origin_and_meaning() -> None:
    result = headway("explain", "prod", "floor")
    assert result.exit_code == 0
    assert "prod.yaml:5" in result.stdout
    assert "Least `limits.replicas.min`" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "prod"),
        ("explain", "prod", "pools"),
        ("plan", "prod"),
        ("plan", INSTINCT),
        ("plan", NO_MODELS),
        ("recipe", "llama-3.1-8b"),
        ("recipe", "mistral-7b-awq", "--env", "dev"),
        ("doctor",),
    ],
    ids=lambda arguments: " ".join(arguments[:2])[-30:],
)
def test_json_is_all_there_is_on_stdout(arguments: tuple[str, ...]) -> None:
    result = headway(*arguments, "--format", "json")
    assert json.loads(result.stdout)
    assert result.stderr == ""


def test_json_and_text_explain_the_same_keys() -> None:
    rows = json.loads(headway("explain", "dev", "gateway", "--format", "json").stdout)
    text = headway("explain", "dev", "gateway").stdout
    assert rows
    assert all(row["key"] in text for row in rows)


def test_an_unknown_format_is_bad_input() -> None:
    assert "'yaml' is not one of" in refused("plan", "prod", "--format", "yaml")


def test_plan_adds_up_the_cost_of_what_it_shows() -> None:
    (total,) = [line for line in headway("plan", "prod").stdout.splitlines() if line.startswith("together")]
    deployments = json.loads(headway("plan", "prod", "--format", "json").stdout)["deployments"]
    assert f"{sum(one['usd_per_hour']['floor'] for one in deployments):.2f}" in total


def test_a_total_with_an_unknown_price_is_unknown() -> None:
    (total,) = [line for line in headway("plan", INSTINCT).stdout.splitlines() if line.startswith("together")]
    assert total.split()[1:] == ["unknown"] * 4


def test_an_environment_without_models_plans_to_nothing() -> None:
    result = headway("plan", NO_MODELS)
    assert (result.exit_code, result.stdout) == (0, "prepared states no model deployment\n")


def test_plan_draws_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "plan.svg"
    assert headway("plan", "dev", "--picture", str(picture)).exit_code == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_a_picture_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    result = headway("plan", "dev", "--picture", str(tmp_path / "nowhere" / "plan.svg"))
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_recipe_ranks_the_chosen_first() -> None:
    ranked = json.loads(headway("recipe", "mistral-7b-awq", "--env", "prod", "--format", "json").stdout)
    assert ranked["chosen"] == ranked["candidates"][0]
    assert ranked["chosen"]["fits"]


def test_recipe_answers_an_unknown_deployment_with_the_nearest() -> None:
    assert "did you mean llama-3.1-8b?" in refused("recipe", "llama-3-8b", "--env", "prod")


def test_recipe_ends_with_1_when_nothing_fits_and_still_shows_why(tmp_path: Path) -> None:
    path = a_file(tmp_path, "models: {llama-2-7b-qlora: {checkpoints: {awq: null, 16bit: models/llama-2/}}}\n")
    result = headway("recipe", "llama-2-7b-qlora", "--env", str(path), "--format", "json")
    assert result.exit_code == 1
    ranked = json.loads(result.stdout)
    assert ranked["chosen"] is None
    assert all(candidate["rejected_by"]["unit"] == "GiB" for candidate in ranked["candidates"])


def test_init_writes_a_file_that_can_be_planned(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.yaml"
    result = headway("init", "sandbox", "--out", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"wrote {path}" in result.stderr
    assert headway("plan", str(path)).exit_code == 0


def test_init_to_stdout_prints_the_file_and_nothing_else() -> None:
    result = headway("init", "sandbox", "--out", "-")
    assert result.stdout.startswith("# Environment sandbox.")
    assert result.stderr == ""


def test_init_does_not_write_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.yaml"
    path.write_text("mine", encoding="utf-8")
    assert "exists already" in refused("init", "sandbox", "--out", str(path))
    assert path.read_text(encoding="utf-8") == "mine"


def test_init_without_a_place_writes_among_the_shipped_ones_and_never_over_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(SHIPPED / "base.yaml", tmp_path)
    monkeypatch.setattr("headway.cli.init.SHIPPED", tmp_path)
    assert headway("init", "sandbox").exit_code == 0
    assert (tmp_path / "sandbox.yaml").exists()
    assert "exists already" in refused("init", "sandbox")


def test_init_says_where_it_cannot_write(tmp_path: Path) -> None:
    talk = refused("init", "sandbox", "--out", str(tmp_path / "nowhere" / "sandbox.yaml"))
    assert "cannot write" in talk
    assert "--out" in talk


@pytest.mark.parametrize("name", ["Sandbox", "base", "a_b", "-a", "a" * 21, ""])
def test_init_refuses_what_is_no_name(name: str) -> None:
    assert "is no name for an environment" in refused("init", "--out", "-", "--", name)


def test_doctor_ends_with_1_while_a_fact_is_open() -> None:
    result = headway("doctor", "--env", "prod", "--format", "json")
    assert result.exit_code == 1
    missing = [check["subject"] for check in json.loads(result.stdout) if check["state"] == "missing"]
    assert "prod: cluster.account_id" in missing


def test_doctor_finds_no_fact_open_when_all_are_stated() -> None:
    checks = json.loads(headway("doctor", "--env", STATED, "--format", "json").stdout)
    assert [check["found"] for check in checks if check["subject"] == f"facts of {STATED}"] == ["all stated"]


def test_brackets_in_what_is_found_are_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "[/x]" / "schemas"
    folder.mkdir(parents=True)
    monkeypatch.setenv("HEADWAY_UPSTREAM", str(folder.parent))
    assert "[/x]" in headway("doctor", "--env", STATED).stdout.replace("\n", "").replace(" ", "")


def test_synth_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert headway("synth", "--env", "dev", "--out", str(tmp_path / "file" / "below")).exit_code == 2


def test_help_names_every_verb() -> None:
    result = headway("--help")
    assert result.exit_code == 0
    for verb in ("synth", "plan", "recipe", "explain", "doctor", "init"):
        assert f"\n  {verb} " in result.stdout


def test_an_unknown_verb_is_bad_input() -> None:
    assert "No such command 'simulat'" in refused("simulat")


def test_recipe_ranks_a_model_card_over_the_whole_catalog() -> None:
    ranked = json.loads(headway("recipe", "Qwen2.5-7B-Instruct", "--format", "json").stdout)
    assert len({row["gpu"] for row in ranked["candidates"]}) > 8
    assert ranked["chosen"]["fits"]
    prices = [
        row["usd_per_hour"]["spot"] for row in ranked["candidates"] if row["fits"] and row["usd_per_hour"]["spot"]
    ]
    assert prices[0] == min(prices)


def test_recipe_takes_another_context_and_concurrency() -> None:
    short = json.loads(headway("recipe", "mistral-7b-awq", "--context", "1024", "--format", "json").stdout)
    long = json.loads(headway("recipe", "mistral-7b-awq", "--context", "8192", "--format", "json").stdout)
    assert short["chosen"]["full_length_sequences"] > long["chosen"]["full_length_sequences"]
