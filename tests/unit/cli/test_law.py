"""`headway law` with right and wrong input."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from headway.scaling import LAWS
from unit.cli.test_commands import headway, refused

EXTERNAL = {"metric": {"name": "load"}, "target": {"type": "AverageValue", "averageValue": "25"}}
HPA = {"minReplicas": 1, "maxReplicas": 10, "metrics": [{"type": "External", "external": EXTERNAL}]}


def a_sync(t: float = 15, **changes):
    return {"t": t, "spec_replicas": 2, "status_replicas": 2, "pods_ready": 2, "metric": "100", **changes}


def a_line(**changes) -> dict:
    return {
        "id": "one",
        "hpa": HPA,
        "sync_seconds": 15,
        "downscale_window_seconds": 300,
        "tolerance": 0.1,
        "syncs": [a_sync()],
        **changes,
    }


def a_file(folder: Path, *lines: object) -> str:
    file = folder / "histories.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(file)


def replayed(folder: Path, *lines: object) -> list[dict]:
    result = headway("law", "--replay", a_file(folder, *lines))
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


# a law


@pytest.mark.parametrize("name", sorted(LAWS))
def test_every_law_is_shown_beside_cpu(name: str) -> None:
    result = headway("law", name)
    assert result.exit_code == 0
    assert f"law {name}" in result.stdout
    for word in ("step", "ramp", "spike", "metric loss", "CPU 70 % of 1 core", "CPU 70 % of 3.6 cores"):
        assert word in result.stdout


def test_json_has_every_run_and_its_series() -> None:
    found = json.loads(headway("law", "queue", "--format", "json").stdout)
    assert found["formula"] == LAWS["queue"].expression(False).render()
    assert [(run["scenario"], run["scaler"]) for run in found["runs"]][:2] == [
        ("step", "law queue"),
        ("step", "CPU 70 % of 1 core"),
    ]
    assert len(found["runs"]) == 12
    for run in found["runs"]:
        assert run["requests"]["waited"] <= run["requests"]["offered"]
        assert run["replicas"]["most"] == max(count for _, count, *_ in run["replicas"]["series"])
        assert [t for t, *_ in run["replicas"]["series"]][:3] == [0, 15, 30]


def test_a_law_that_may_sleep_is_shown_in_its_second_form() -> None:
    found = json.loads(headway("law", "queue", "--min", "0", "--format", "json").stdout)
    assert found["formula"] == LAWS["queue"].expression(True).render()


def test_the_workload_can_be_stated() -> None:
    stated = ("--sequences", "32", "--service", "4", "--cold-start", "30", "--max", "5", "--usd", "2.5")
    found = json.loads(headway("law", "queue", *stated, "--format", "json").stdout)
    assert found["workload"]["cold_start_seconds"] == 30
    assert found["target"] == LAWS["queue"].target(32)
    assert max(run["replicas"]["most"] for run in found["runs"]) == 5


def test_the_picture_is_an_svg_with_a_line_for_each_scaler(tmp_path: Path) -> None:
    file = tmp_path / "law.svg"
    assert headway("law", "queue", "--picture", str(file)).exit_code == 0
    root = ElementTree.fromstring(file.read_text())  # noqa: S314
    strokes = [path.get("stroke") for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("stroke")]
    assert len(set(strokes)) == 4
    assert "http" not in file.read_text().replace("http://www.w3.org/2000/svg", "")


def test_an_unknown_law_is_answered_with_the_nearest() -> None:
    assert "no law 'queu'; did you mean queue?" in refused("law", "queu")


def test_bounds_that_cross_are_refused() -> None:
    assert "--max 2 is below --min 3" in refused("law", "queue", "--min", "3", "--max", "2")


def test_more_requests_than_can_be_simulated_are_refused() -> None:
    assert "4096 a second and replica" in refused("law", "queue", "--sequences", "4096", "--service", "1")


def test_a_picture_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    result = headway("law", "queue", "--picture", str(tmp_path / "none" / "law.svg"))
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("queue", "--replay", "x")])
def test_it_is_a_law_or_a_replay(arguments: tuple[str, ...]) -> None:
    assert "name a law, or give --replay FILE" in refused("law", *arguments)


# a replay


def test_each_line_is_answered_in_order(tmp_path: Path) -> None:
    first, second = replayed(tmp_path, a_line(), "", a_line(id=7, syncs=[a_sync(), a_sync(30, metric=None)]))
    assert first == {
        "id": "one",
        "replicas": [4],
        "reasons": [
            {
                "AbleToScale": "SucceededRescale",
                "ScalingActive": "ValidMetricFound",
                "ScalingLimited": "DesiredWithinRange",
            }
        ],
    }
    assert second["id"] == 7
    assert second["replicas"] == [4, 2]
    assert second["reasons"][1]["ScalingActive"] == "FailedGetExternalMetric"


def test_what_is_left_out_takes_the_controllers_defaults(tmp_path: Path) -> None:
    bare = {key: value for key, value in a_line().items() if key in ("id", "hpa", "syncs")}
    assert replayed(tmp_path, bare) == replayed(tmp_path, a_line())


def test_keys_of_others_may_stand_beside_ours(tmp_path: Path) -> None:
    assert replayed(tmp_path, a_line(expected=[4], syncs=[a_sync(note="x")]))[0]["replicas"] == [4]


def test_numbers_and_fractions_are_quantities(tmp_path: Path) -> None:
    for metric in ("100", 100, "1e2", "100000m", 100.0, "0.1k"):
        assert replayed(tmp_path, a_line(syncs=[a_sync(metric=metric)]))[0]["replicas"] == [4]


def test_no_history_is_no_answer(tmp_path: Path) -> None:
    assert replayed(tmp_path) == []
    assert replayed(tmp_path, a_line(syncs=[]))[0]["replicas"] == []


def test_times_are_read_to_the_nanosecond(tmp_path: Path) -> None:
    """A proposal exactly as old as the window still counts; one a nanosecond older does not."""
    first = a_sync(0.1, spec_replicas=4, status_replicas=4, pods_ready=4)

    def left(t: str) -> int:
        text = json.dumps(
            a_line(syncs=[first, a_sync(1, metric="0", spec_replicas=4, status_replicas=4, pods_ready=4)])
        )
        return replayed(tmp_path, text.replace('"t": 1,', f'"t": {t},'))[0]["replicas"][1]

    assert left("300.1") == 4
    assert left("300.100000001") == 1


def test_every_fault_of_every_line_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    file = a_file(
        tmp_path,
        a_line(),
        "{",
        "[]",
        a_line(id=None, tolerance="high", hpa={"maxReplicas": 0}),
        a_line(syncs=[a_sync(metric="lots"), {"t": 30, "spec_replicas": -1, "metirc": "5"}, 5]),
        a_line(syncs=[a_sync(30), a_sync(15)]),
        '{"id": "x", "hpa": {"maxReplicas": 1}, "syncs": [{"t": NaN}]}',
    )
    talk = refused("law", "--replay", file)
    for told in (
        ":2: no JSON",
        ":3: no JSON object",
        ":4: id: is missing",
        ':4: tolerance: "high" is no number',
        ":4: hpa.maxReplicas: 0 is out of range",
        ":5: syncs[0].metric: 'lots' is no quantity",
        ":5: syncs[1].metirc: is not known; did you mean metric?",
        ":5: syncs[1].spec_replicas: -1 is out of range",
        ":5: syncs[1].status_replicas: is missing",
        ":5: syncs[2]: is no object",
        ":6: syncs[1].t: is before the sync above",
        ":7: no JSON: NaN",
    ):
        assert told in talk, told
    assert "\n\nhint: docs/reference/hpa-replay.md" in talk


@pytest.mark.parametrize(
    "sync",
    [
        a_sync(t="15"),
        a_sync(t=True),
        a_sync(t=-1),
        a_sync(status_replicas=10**9),
        a_sync(pods_ready=1.5),
        a_sync(metric={}),
        a_sync(metric="1" * 1000),
        a_sync(metrics=[]),
        a_sync(pods=[{}]),
        a_sync(pods=[{"name": "a", "phase": "running"}]),
        a_sync(pods=[{"name": "a", "containers": [{"usage": {"cpu": "x"}}]}]),
        a_sync(pods=[{"name": "a", "containers": [5]}]),
        a_sync(pods=[{"name": "a", "custom": [1]}]),
        a_sync(pods=[{"name": "a", "ready": "yes"}]),
        a_sync(pods=[{"name": "a", "measured": True, "measured_at": "now"}]),
        a_sync(hpa={}),
        a_sync(selector="none"),
        a_sync(scale_error="lost"),
        a_sync(restart="yes"),
    ],
    ids=lambda sync: json.dumps(sync)[:60],
)
def test_no_sync_makes_it_fall_over(tmp_path: Path, sync: dict) -> None:
    assert ":1: syncs[0]" in refused("law", "--replay", a_file(tmp_path, a_line(syncs=[sync])))


def test_a_file_that_is_not_there_or_not_text_is_said_so(tmp_path: Path) -> None:
    assert "No such file" in refused("law", "--replay", str(tmp_path / "gone"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in refused("law", "--replay", str(tmp_path / "bytes"))


def test_a_law_of_the_documents_says_what_is_wrong_and_stands_beside_the_right_one() -> None:
    said = headway("law", "documented-commuters-waiting").stdout
    assert "wrong as it stands in document 001" in said
    assert "S3: running requests count nothing" in said
    assert "law virtual-commuters" in said


def test_a_law_without_a_running_term_oscillates_on_a_steady_load_and_the_shipped_one_does_not() -> None:
    runs = json.loads(headway("law", "documented-commuters-waiting", "--format", "json").stdout)["runs"]
    turns = {run["scaler"]: run["replicas"]["oscillations"] for run in runs if run["scenario"] == "step"}
    assert turns["law documented-commuters-waiting"] >= 4
    assert turns["law virtual-commuters"] == 0
