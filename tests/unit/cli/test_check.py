"""`headway check`: exit codes, one shape for programs, the same findings in every format."""

import json
from pathlib import Path

import pytest

from headway.policies import ALL, FILE_RULES
from policies.fixture_sets import FIXTURES
from unit.cli.test_commands import headway, refused

FAULT = str(FIXTURES / "pod-fits-no-machine" / "fault" / "model.yaml")
CLEAN = str(FIXTURES / "pod-fits-no-machine" / "clean")
WARNED = str(FIXTURES / "reference-unresolved" / "fault")
SUPPRESSED = str(FIXTURES / "suppression-unused" / "fault")


@pytest.mark.parametrize(("path", "code"), [(CLEAN, 0), (WARNED, 0), (FAULT, 1)])
def test_only_errors_fail(path: str, code: int) -> None:
    assert headway("check", path).exit_code == code


def test_a_path_that_is_not_there_and_no_path_are_bad_input() -> None:
    assert "gone.yaml: no such file or folder" in refused("check", "gone.yaml")
    assert "no path given" in refused("check")
    assert "did you mean prod?" in refused("check", CLEAN, "--env", "prd")
    assert "gone: no such file or folder" in refused("check", CLEAN, "--terraform", "gone")


def test_the_json_shape_is_the_contract() -> None:
    data = json.loads(headway("check", FAULT, "--format", "json").stdout)
    [finding] = data["findings"]
    assert list(finding) == ["rule", "traps", "severity", "file", "line", "object", "message", "remedy"]
    assert (finding["rule"], finding["traps"], finding["line"]) == ("pod-fits-no-machine", ["H6"], 10)
    assert data["checked"] == {"files": 1, "objects": 3, "rules": len(ALL)}


def test_sarif_and_annotations_carry_the_same_places() -> None:
    run = json.loads(headway("check", FAULT, "--format", "sarif").stdout)["runs"][0]
    [result] = run["results"]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 10}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [result["ruleId"]]
    first = headway("check", FAULT, "--format", "github").stdout.splitlines()[0]
    assert first.startswith(f"::error file={FAULT},line=10,title=pod-fits-no-machine Deployment/trainer::")


def test_what_is_suppressed_is_listed_with_its_reason() -> None:
    text = headway("check", SUPPRESSED).stdout
    assert "Service/web: service-port-unknown: the pods are made by an operator" in text
    sarif = json.loads(headway("check", SUPPRESSED, "--format", "sarif").stdout)
    kinds = [result["suppressions"][0]["kind"] for result in sarif["runs"][0]["results"] if "suppressions" in result]
    assert kinds == ["inSource"]


def test_standard_input_is_read() -> None:
    from click.testing import CliRunner

    from headway.cli import main

    text = Path(FAULT).read_text()
    result = CliRunner().invoke(main, ["check", "-", "--format", "json"], input=text)
    assert [f["file"] for f in json.loads(result.stdout)["findings"]] == ["<stdin>"]


def test_nothing_to_check_is_said() -> None:
    result = headway("check", "README.md")
    assert (result.exit_code, "no Kubernetes object was found" in result.stderr) == (0, True)


def test_every_rule_is_listed_with_remedy_and_page(repository: Path) -> None:
    text = headway("check", "--rules").stdout
    listed = json.loads(headway("check", "--rules", "--format", "json").stdout)
    assert [rule["id"] for rule in listed] == [rule.id for rule in (*FILE_RULES, *ALL)]
    for rule in listed:
        assert rule["id"] in text
        assert f"## {rule['id']}\n" in (repository / rule["page"].partition("#")[0]).read_text()


def test_the_environment_closes_the_set_and_takes_the_daemon_sets_off() -> None:
    severities = {
        f["severity"]
        for f in json.loads(headway("check", WARNED, "--env", "dev", "--format", "json").stdout)["findings"]
    }
    assert severities == {"error"}
    assert "beside DaemonSets" in headway("check", FAULT, "--env", "dev").stdout


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_what_is_shipped_is_clean(environment: str, repository: Path) -> None:
    folders = [str(repository / top / environment) for top in ("dist", "apps", "argocd")]
    folders.append(str(repository / "argocd" / "argocd-cm.yaml"))
    result = headway("check", *folders, "--env", environment, "--format", "json")
    assert [f for f in json.loads(result.stdout)["findings"] if f["severity"] != "note"] == []
