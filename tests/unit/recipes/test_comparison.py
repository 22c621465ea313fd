"""Why a choice changed."""

import copy
from pathlib import Path
from typing import Any

from headway.recipes import choose
from headway.recipes.comparison import compare
from headway.recipes.record import record
from unit.environments.builders import CATALOG, a_model, a_spec, only


def recorded(folder: Path, **model: Any) -> dict[str, Any]:
    return record(choose("it", a_spec(folder, models=only(it=a_model(**model))), CATALOG))


def test_the_same_record_says_nothing(tmp_path: Path) -> None:
    assert compare(recorded(tmp_path), recorded(tmp_path)) == []


def test_a_changed_choice_says_what_became_of_either(tmp_path: Path) -> None:
    pools = ["t4-1x", "a10g-1x"]
    old = recorded(tmp_path, pools=pools)
    new = recorded(tmp_path, pools=pools, objective={"ttft_seconds": 2.0, "tpot_seconds": 0.02})
    lines = compare(old, new)
    assert lines[0] == "g4dn.2xlarge (1 × t4), awq, vllm ─▶ g5.xlarge (1 × a10g), awq, vllm"
    assert lines[1].startswith("the old choice now: p95 TPOT 0.02")
    assert lines[2].startswith("the new choice before: costs ")
    assert (
        "asked: promise was p95 TTFT 2 s, TPOT 0.1 s, margin 10 %, now p95 TTFT 2 s, TPOT 0.02 s, margin 10 %" in lines
    )


def test_a_price_that_moved_shows_both(tmp_path: Path) -> None:
    old = recorded(tmp_path)
    new = copy.deepcopy(old)
    new["usd_per_hour"]["spot"] = 9.9
    assert compare(old, new) == [
        f"the choice is the same: {old['chosen']['machine']}, awq, vllm",
        f"usd_per_hour.spot: {old['usd_per_hour']['spot']} ─▶ 9.9",
    ]


def test_a_deployment_that_came_or_went_is_named(tmp_path: Path) -> None:
    it = recorded(tmp_path)
    assert compare(None, it) == [f"new: {it['chosen']['machine']}, awq, vllm"]
    assert compare(it, None) == [f"no longer served (was {it['chosen']['machine']}, awq, vllm)"]
