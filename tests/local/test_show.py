"""The show's clock and mode, and what is said of its load."""

import json
from pathlib import Path

import pytest
from hand import Hand

from headway.local.faults import CannotRun
from headway.local.load import PROFILES, played_seconds
from headway.local.run_folder import RunFolder
from headway.local.show import Show

SCRIPT = Path("tools/load/headway.js")


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def show(clock: Hand, tmp_path: Path) -> Show:
    return Show(RunFolder.make(tmp_path, "dev"), clock)


def test_a_show_has_no_time_before_its_clock_is_started(show: Show, clock: Hand) -> None:
    clock.at = 4000
    assert show.seconds is None
    show.follow_the_clock()
    assert (show.seconds, show.mode) == (0, "quiz")


@pytest.mark.parametrize(("minutes", "mode"), [(27.9, "quiz"), (28, "survey"), (45, "survey")])
def test_the_clock_turns_to_the_survey_28_minutes_after_its_start(
    show: Show, clock: Hand, minutes: float, mode: str
) -> None:
    clock.at = 1000
    show.follow_the_clock()
    clock.at += minutes * 60
    show.follow_the_clock()
    assert show.mode == mode


def test_the_clock_goes_on_while_the_presenter_decides(show: Show, clock: Hand) -> None:
    show.follow_the_clock()
    clock.at = 60
    show.set("survey")
    assert (show.seconds, show.mode, show.by_the_clock) == (60, "survey", False)
    show.follow_the_clock()
    assert (show.seconds, show.mode) == (60, "quiz")


def test_a_show_that_is_over_begins_anew_when_its_clock_is_started_again(show: Show, clock: Hand) -> None:
    show.follow_the_clock()
    clock.at = 31 * 60
    show.set("quiz")
    show.follow_the_clock()
    assert (show.seconds, show.mode) == (0, "quiz")


def test_a_restart_begins_the_show_anew_at_any_minute(show: Show, clock: Hand) -> None:
    show.follow_the_clock()
    clock.at = 29 * 60
    show.follow_the_clock()
    assert show.mode == "survey"
    show.restart()
    assert (show.seconds, show.mode, show.by_the_clock) == (0, "quiz", True)


def test_every_profile_says_how_long_it_takes() -> None:
    assert played_seconds(SCRIPT, "tube-demo", 10) == 168
    assert {name: played_seconds(SCRIPT, name, 1) > 0 for name in PROFILES} == dict.fromkeys(PROFILES, True)


def test_profiles_are_those_that_k6_reads() -> None:
    assert set(json.loads(SCRIPT.with_name("profiles.json").read_text())) == set(PROFILES)


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"nothing\.js: no such file"):
        played_seconds(tmp_path / "nothing.js", "spike", 1)
