"""The engine's command line, against the flags that the engines have."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from headway.catalog import load_catalog
from headway.recipes import EngineArguments
from headway.recipes.engine_arguments import StatedArgument
from headway.recipes.stated_arguments import flags_by_name

CATALOG = load_catalog()


def some_arguments(engine: str = "vllm", **over: Any) -> EngineArguments:
    lawful: dict[str, Any] = {
        "engine": CATALOG.engines[engine],
        "model": "s3://acme-models/mistral",
        "served_name": "mistral",
        "context_tokens": 4096,
        "concurrency": 32,
        "memory_utilization": 0.92,
        "stream_buffer_bytes": 2**32,
        "shutdown_seconds": 95,
    }
    return EngineArguments(**{**lawful, **over})


def flags(arguments: tuple[str, ...]) -> list[str]:
    return [text for text in arguments if text.startswith("--")]


def value(arguments: tuple[str, ...], flag: str) -> str:
    return arguments[arguments.index(flag) + 1]


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_every_flag_is_one_that_the_engine_lists_itself(engine: str) -> None:
    listed = flags_by_name(CATALOG.engines[engine], CATALOG)
    given = flags(some_arguments(engine=engine, kv_cache_dtype="fp8").arguments())
    assert [flag for flag in given if flag.removeprefix("--") not in listed] == []


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_every_choice_is_one_that_the_engine_offers(engine: str) -> None:
    listed = flags_by_name(CATALOG.engines[engine], CATALOG)
    arguments = some_arguments(engine=engine, dtype="half", kv_cache_dtype="fp8").arguments()
    for flag in flags(arguments):
        if choices := listed[flag.removeprefix("--")].choices.split():
            assert value(arguments, flag) in choices, flag


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_no_flag_is_given_twice_and_each_has_its_value(engine: str) -> None:
    arguments = some_arguments(engine=engine).arguments()
    given = flags(arguments)
    assert len(given) == len(set(given))
    assert len(arguments) == 2 * len(given) + (1 if engine == "vllm" else -1)


@pytest.mark.parametrize(
    ("engine", "context", "sequences", "tensor", "pipeline"),
    [
        ("vllm", "--max-model-len", "--max-num-seqs", "--tensor-parallel-size", "--pipeline-parallel-size"),
        ("sglang", "--context-length", "--max-running-requests", "--tp-size", "--pp-size"),
    ],
)
def test_both_engines_get_the_same_plan_under_their_own_names(
    engine: str, context: str, sequences: str, tensor: str, pipeline: str
) -> None:
    arguments = some_arguments(engine=engine, tensor_parallel=8, pipeline_parallel=2).arguments()
    values = [value(arguments, flag) for flag in (context, sequences, tensor, pipeline)]
    assert values == ["4096", "32", "8", "2"]


def test_sglangs_share_of_memory_leaves_room_for_what_it_does_not_count() -> None:
    arguments = some_arguments(engine="sglang").arguments()
    assert float(value(arguments, "--mem-fraction-static")) == pytest.approx(0.87)


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_the_streamer_is_limited_in_what_it_buffers(engine: str) -> None:
    config = json.loads(value(some_arguments(engine=engine).arguments(), "--model-loader-extra-config"))
    assert config == {"concurrency": 16, "memory_limit": 2**32}


def test_a_request_that_runs_may_finish_after_sigterm() -> None:
    assert value(some_arguments(shutdown_seconds=95).arguments(), "--shutdown-timeout") == "95"


def test_the_cache_is_filled_with_the_arguments_it_is_used_with() -> None:
    arguments = some_arguments()
    served, filled = arguments.arguments(), arguments.compile_command()
    assert filled[:3] == ("vllm", "bench", "latency")
    for flag in ("--dtype", "--max-model-len", "--max-num-seqs", "--gpu-memory-utilization", "--tensor-parallel-size"):
        assert value(filled, flag) == value(served, flag)


def test_sglang_has_no_compile_cache_to_fill() -> None:
    with pytest.raises(ValueError, match="sglang keeps no compile cache"):
        some_arguments(engine="sglang").compile_command()


@pytest.mark.parametrize("over", [{"memory_utilization": 1.0}, {"concurrency": 0}, {"tensor_parallel": 0}])
def test_arguments_that_no_engine_takes_are_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        some_arguments(**over)


def test_what_is_stated_takes_the_place_of_what_is_planned() -> None:
    arguments = some_arguments(stated=(StatedArgument(flag="--dtype", values=("bfloat16",)),)).arguments()
    assert value(arguments, "--dtype") == "bfloat16"
    assert flags(arguments).count("--dtype") == 1


def test_the_cache_is_filled_with_what_is_stated_for_the_engine_and_not_for_its_server() -> None:
    stated = (
        StatedArgument(flag="--max-num-batched-tokens", values=("4096",)),
        StatedArgument(flag="--max-log-len", values=("10",), server_only=True),
    )
    arguments = some_arguments(stated=stated)
    assert value(arguments.arguments(), "--max-log-len") == "10"
    assert value(arguments.compile_command(), "--max-num-batched-tokens") == "4096"
    assert "--max-log-len" not in arguments.compile_command()


@pytest.mark.parametrize(("engine", "called"), [("vllm", "fp8"), ("sglang", "fp8_e4m3")])
def test_an_fp8_kv_cache_has_each_engines_own_name(engine: str, called: str) -> None:
    assert value(some_arguments(engine=engine, kv_cache_dtype="fp8").arguments(), "--kv-cache-dtype") == called
    assert "--kv-cache-dtype" not in some_arguments(engine=engine).arguments()


def test_an_engine_gets_only_what_its_contract_has_a_name_for() -> None:
    contract = CATALOG.engines["sglang"]
    bare = contract.model_copy(
        update={"arguments": contract.arguments.model_copy(update={"dtype": None, "loader_config": None})}
    )
    arguments = some_arguments().model_copy(update={"engine": bare}).arguments()
    assert "--dtype" not in arguments
    assert "--model-loader-extra-config" not in arguments
