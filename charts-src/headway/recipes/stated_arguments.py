"""Arguments that a deployment states for its engine: whether the engine has them, and what contradicts the plan.

The flags are those that the engine's own parser listed (`engine_flags.csv`), or that a backend's contract names.
"""

import re
from collections.abc import Iterator, Mapping

from headway.catalog import Catalog
from headway.domain.accelerator import Accelerator
from headway.domain.engine import EngineContract
from headway.domain.engine_argument import ArgumentValue, as_texts
from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.fault import did_you_mean
from headway.recipes.engine_arguments import StatedArgument
from headway.recipes.kernels import as_capability

Stated = Mapping[str, ArgumentValue]
FlagFinding = tuple[str, str, str]
"""The flag as stated, what is wrong, what would be right."""

FREE = ("dtype",)
"""Planned settings that a deployment may state by itself."""
OWNERS = {
    "model": "state checkpoints",
    "served_name": "state served_name",
    "host": "leave it out: the Service, probes and policies follow the engine's contract",
    "port": "leave it out: the Service, probes and policies follow the engine's contract",
    "context_tokens": "state context_tokens",
    "concurrency": "state concurrency",
    "kv_cache_dtype": "state kv_precisions: [fp8]",
    "memory_utilization": "leave it out: the memory plan decides it",
    "tensor_parallel": "state pin.gpu_count",
    "pipeline_parallel": "state pin.gpu_count",
    "load_format": "leave it out: weights are streamed from the models bucket",
    "loader_config": "leave it out: weights are streamed from the models bucket",
    "shutdown": "state longest_stream_seconds",
}
"""What to state in place of a flag that Headway sets, by its meaning."""

SPELLINGS = {"whole": r"-?\d+", "number": r"-?\d+(\.\d+)?([eE]-?\d+)?", "count": r"-?\d+|\d+(\.\d+)?[kKmMgGtT]|auto"}
KINDS = {"whole": "a whole number", "number": "a number", "count": "a whole number (8192 or 8k)"}
"""Kinds of values as people say them."""


def stated_arguments(stated: Stated, engine: EngineContract, catalog: Catalog) -> tuple[StatedArgument, ...]:
    """The command line's share of what a deployment states; it must have no faults."""
    flags = flags_by_name(engine, catalog)
    found: list[StatedArgument] = []
    for name, value in stated.items():
        flag = flags[name]
        if flag.arity == "none":
            text = flag.flag if _turned_on(name, value, flag) else flag.off
            found.append(StatedArgument(flag=f"--{text}", server_only=flag.server_only))
        else:
            values = () if value is True and flag.arity == "optional" else as_texts(value)
            found.append(StatedArgument(flag=f"--{flag.flag}", values=values, server_only=flag.server_only))
    return tuple(found)


def flags_by_name(engine: EngineContract, catalog: Catalog) -> dict[str, EngineFlag]:
    """Every flag of an engine under each of its names."""
    return {name: flag for flag in catalog.engine_flags.get(engine.name, ()) for name in flag.names}


def argument_faults(stated: Stated, engine: EngineContract, catalog: Catalog) -> Iterator[FlagFinding]:
    """What an engine would refuse, what Headway decides itself, and what weakens safety."""
    flags = flags_by_name(engine, catalog)
    seen: dict[str, str] = {}
    for name, value in stated.items():
        flag = flags.get(name)
        if rule := _rule(name, value, flag, engine, catalog):
            yield name, rule.problem, rule.remedy
        elif flag is None:
            yield (name, *_unknown(name, engine, flags, catalog))
        elif owner := _owner(flag, engine):
            yield (name, *owner)
        elif flag.replaced_by:
            yield name, f"is deprecated in {engine.name} {flag.version}", f"state {flag.replaced_by}"
        elif flag.flag in seen:
            yield name, f"is the same flag as {seen[flag.flag]}", "keep one of them"
        elif wrong := misshapen(value, flag):
            yield (name, *wrong)
        if flag is not None:
            seen.setdefault(flag.flag, name)


def why_not_on(stated: Stated, engine: EngineContract, accelerator: Accelerator) -> tuple[str, str] | None:
    """The stated flag that an accelerator cannot do, with the reason; `None` when it can do all of them."""
    for name, value in stated.items():
        meaning, text = engine.meaning_of(f"--{name}"), str(value)
        reason = None
        if meaning == "dtype" and text == "bfloat16" and not accelerator.bf16:
            reason = f"{accelerator.name} has no bfloat16"
        elif meaning == "quantization" and accelerator.vendor == "nvidia":
            needs, has = engine.kernels.quantization_methods.get(text), accelerator.compute_capability or (0, 0)
            if needs and has < as_capability(needs):
                reason = f"{text} needs compute capability {needs} in {engine.name} {engine.version},"
                reason += f" {accelerator.name} has {has[0]}.{has[1]}"
        if reason:
            return name, reason
    return None


def _turned_on(name: str, value: ArgumentValue, flag: EngineFlag) -> bool:
    """Whether a switch ends up on: `disable-x: true` says what `enable-x: false` says."""
    return bool(value) != (name == flag.off)


def _rule(
    name: str, value: ArgumentValue, flag: EngineFlag | None, engine: EngineContract, catalog: Catalog
) -> FlagRule | None:
    names = {name, flag.flag} if flag else {name}
    switch = flag is not None and flag.arity == "none" and isinstance(value, bool)
    texts = as_texts(_turned_on(name, value, flag) if flag and switch else value)
    words = {word for text in texts for word in (text, *re.findall(r"[^\s\[\]\",']+", text))}
    for rule in catalog.flag_rules:
        if rule.engine in ("*", engine.name) and rule.flag in names and (not rule.value or rule.value in words):
            return rule
    return None


def _unknown(name: str, engine: EngineContract, flags: Mapping[str, EngineFlag], catalog: Catalog) -> tuple[str, str]:
    if not flags:
        return f"{engine.name} states no flags", f"list it with its number of values under backends.{engine.name}.flags"
    problem = f"{engine.name} {engine.version} has no flag {name!r}"
    for other in catalog.engines.values():
        theirs = flags_by_name(other, catalog).get(name)
        if other.name == engine.name or theirs is None:
            continue
        meaning = other.meaning_of(f"--{theirs.flag}") or other.meaning_of(f"--{name}")
        here = engine.flag_of(meaning) if meaning else None
        if here and meaning in OWNERS:
            right = f"{engine.name} calls it {here.lstrip('-')}, and Headway sets it: {OWNERS[meaning]}"
        elif here:
            right = f"{engine.name} calls it {here.lstrip('-')}"
        else:
            right = did_you_mean(name, flags, f"leave it out, or allow {other.name} only")
        return f"{problem}: it is one of {other.name}", right
    return problem, did_you_mean(name, flags, "leave it out")


def _owner(flag: EngineFlag, engine: EngineContract) -> tuple[str, str] | None:
    """What decides a flag that Headway sets itself."""
    named = [f"--{name}" for name in flag.names]
    for text in named:
        meaning = engine.argument_of(text)
        if meaning and meaning not in FREE:
            return "is set by Headway", OWNERS[meaning]
        if engine.group and text in (engine.group.nodes, engine.group.rank, engine.group.leader, *engine.group.worker):
            return "is set by Headway", "leave it out, or state pin.gpu_count"
        if text in engine.fixed_arguments:
            return "is part of every start", "leave it out"
    return None


def misshapen(value: ArgumentValue, flag: EngineFlag) -> tuple[str, str] | None:
    """Whether a value has the wrong number, kind or wording for its flag."""
    shown = ", ".join(as_texts(value))
    if flag.arity == "none":
        if not isinstance(value, bool):
            return f"is {shown!r}, and it is a switch", "state true" + (" or false" if flag.off else "")
        if not value and flag.off is None:
            return "is false, and it has no opposite", "leave it out"
        return None
    if isinstance(value, tuple) and flag.arity != "many":
        return f"has {len(value)} values and takes one", "state one value"
    if isinstance(value, bool) and not (value and flag.arity == "optional"):
        return f"is {shown} and takes a value", _expected(flag)
    return next((wrong for text in as_texts(value) if (wrong := _wrong_word(text, value, flag))), None)


def _wrong_word(text: str, value: ArgumentValue, flag: EngineFlag) -> tuple[str, str] | None:
    if value is True:
        return None
    if flag.kind and not re.fullmatch(SPELLINGS[flag.kind], text):
        return f"is {text!r}", _expected(flag)
    if flag.choices and text not in flag.choices.split():
        return f"is {text!r}", did_you_mean(text, flag.choices.split())
    return None


def _expected(flag: EngineFlag) -> str:
    if flag.choices:
        return f"state one of {', '.join(flag.choices.split()[:8])}"
    return f"state {KINDS[flag.kind]}" if flag.kind else "state a value"
