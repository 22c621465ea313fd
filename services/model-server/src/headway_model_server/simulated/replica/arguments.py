"""The engine's command line, read by the flags that vLLM's own parser listed (`engine_flags.csv`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headway.catalog import Catalog
from headway.domain.engine_flag import EngineFlag
from headway.domain.fault import did_you_mean
from headway_model_server.simulated.errors import ArgumentError

ENGINE = "vllm"
PROGRAM = ("vllm", "serve")
ALIASES = {"-tp": "--tensor-parallel-size", "-pp": "--pipeline-parallel-size", "-q": "--quantization"}
"""Short flags that vLLM has and the catalog does not list."""
FACTORS = {"k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
"""vLLM's endings of whole numbers: a small letter is decimal, a large one binary."""


@dataclass(frozen=True)
class EngineSettings:
    """The arguments that change what a client or an operator sees."""

    model: str
    served_names: tuple[str, ...]
    """Names that clients may ask for, the first one in answers; the model itself where none is stated."""
    max_model_len: int | None
    max_num_seqs: int | None
    max_num_batched_tokens: int | None
    memory_utilization: float | None
    tensor_parallel: int
    pipeline_parallel: int
    quantization: str | None
    fp8_kv_cache: bool
    block_size: int | None
    kv_blocks: int | None
    prefix_caching: bool
    shutdown_seconds: float
    """Time that running requests get after SIGTERM; 0 stops them at once."""


def read_arguments(texts: tuple[str, ...], catalog: Catalog) -> EngineSettings:
    """The settings of a command line. Raises `ArgumentError` with the words of the engine's parser."""
    if texts[:2] == PROGRAM:
        texts = texts[2:]
    flags = {name: flag for flag in catalog.engine_flags[ENGINE] for name in flag.names}
    values, positional = _parse(texts, flags)
    model = (values.get("model") or positional or ["Qwen/Qwen3-0.6B"])[0]
    return EngineSettings(
        model=model,
        served_names=tuple(values.get("served-model-name") or [model]),
        max_model_len=_whole(values, "max-model-len"),
        max_num_seqs=_whole(values, "max-num-seqs"),
        max_num_batched_tokens=_whole(values, "max-num-batched-tokens"),
        memory_utilization=_number(values, "gpu-memory-utilization"),
        tensor_parallel=_whole(values, "tensor-parallel-size") or 1,
        pipeline_parallel=_whole(values, "pipeline-parallel-size") or 1,
        quantization=next(iter(values.get("quantization", ())), None),
        fp8_kv_cache=(values.get("kv-cache-dtype") or ["auto"])[0].startswith("fp8"),
        block_size=_whole(values, "block-size"),
        kv_blocks=_whole(values, "num-gpu-blocks-override"),
        prefix_caching=(values.get("enable-prefix-caching") or ["on"])[0] == "on",
        shutdown_seconds=_number(values, "shutdown-timeout") or 0.0,
    )


def _parse(texts: tuple[str, ...], flags: Mapping[str, EngineFlag]) -> tuple[dict[str, list[str]], list[str]]:
    """Values by the flag's first name, and what stands without a flag. A switch has the value `on` or `off`."""
    values: dict[str, list[str]] = {}
    positional: list[str] = []
    unknown: list[str] = []
    words = list(texts)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            (unknown if positional else positional).append(word)
            continue
        name, _, stated = ALIASES.get(word, word).lstrip("-").partition("=")
        name = name.replace("_", "-")
        flag = flags.get(name) or flags.get(name.removeprefix("no-"))
        if flag is None or (flag.flag != name and name not in flag.names and flag.arity != "none"):
            unknown.append(word)
            continue
        values[flag.flag] = list(_values(word, name, flag, [stated] if stated else [], words))
    if unknown:
        hint = did_you_mean(unknown[0].lstrip("-"), flags, "")
        raise _refused(f"unrecognized arguments: {' '.join(unknown)}" + (f" ({hint})" if hint else ""))
    return values, positional


def _values(word: str, name: str, flag: EngineFlag, stated: list[str], words: list[str]) -> Iterator[str]:
    """Takes the values of one flag from the words behind it."""
    if flag.arity == "none":
        yield "off" if name != flag.flag and (name == flag.off or name.startswith("no-")) else "on"
        return
    most = 1 if flag.arity in ("one", "optional") else len(words)
    while not stated or (most > 1 and words and not words[0].startswith("-")):
        if len(stated) >= most or not words or words[0].startswith("--"):
            break
        stated.append(words.pop(0))
    if not stated and flag.arity != "optional":
        raise _refused(f"argument --{flag.flag}: expected {'one argument' if most == 1 else 'at least one argument'}")
    for text in stated:
        if flag.choices and text not in flag.choices.split():
            choices = ", ".join(f"'{choice}'" for choice in flag.choices.split())
            raise _refused(f"argument {word}: invalid choice: '{text}' (choose from {choices})")
        yield text


def _whole(values: Mapping[str, list[str]], flag: str) -> int | None:
    if flag not in values or values[flag][0] in ("auto", "-1"):
        return None
    text = values[flag][0]
    if not (match := re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgGtT]?)", text)):
        raise _refused(f"argument --{flag}: invalid int value: '{text}'")
    return int(float(match[1]) * FACTORS.get(match[2], 1))


def _number(values: Mapping[str, list[str]], flag: str) -> float | None:
    if flag not in values:
        return None
    try:
        return float(values[flag][0])
    except ValueError:
        raise _refused(f"argument --{flag}: invalid float value: '{values[flag][0]}'") from None


def _refused(message: str) -> ArgumentError:
    return ArgumentError(f"vllm serve: error: {message}")
