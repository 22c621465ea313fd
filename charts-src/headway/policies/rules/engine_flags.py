"""Flags of vLLM and SGLang, against what the parsers of known releases listed."""

import re
from collections.abc import Iterator

from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.fault import did_you_mean
from headway.policies.engine_releases import Known, known_flags
from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.model_server import SHORT_FLAGS, ModelServer, Version, model_servers
from headway.policies.rule import Hit, rule
from headway.recipes.stated_arguments import misshapen

GONE_SINCE: dict[str, tuple[Version, str]] = {
    "disable-log-requests": ((0, 11, 0), "leave it out: requests are logged only with --enable-log-requests"),
    "swap-space": ((0, 20, 0), "leave it out: the engine preempts by recomputing"),
    "calculate-kv-scales": ((0, 28, 0), "leave it out"),
    "override-attention-dtype": ((0, 28, 0), "leave it out"),
    "use-v2-block-manager": ((0, 11, 0), "leave it out"),
    "num-scheduler-steps": ((0, 11, 0), "leave it out"),
    "device": ((0, 11, 0), "leave it out: the image decides"),
}
"""Flag of vLLM → release that is known to lack it (the true one may be earlier), and what to do."""
SWITCHES = frozenset(
    {
        "disable-custom-all-reduce",
        "disable-log-stats",
        "enable-auto-tool-choice",
        "enable-expert-parallel",
        "enable-lora",
        "enable-prefix-caching",
        "enforce-eager",
        "headless",
        "trust-remote-code",
    }
)
"""Flags without a value in every release of vLLM that had them; `enable-chunked-prefill` took one in early releases."""
_FOUND_OUT_LATER = re.compile(r"[$<{]")


@rule(
    "engine-flag-unknown",
    severity="error",
    proves="Every flag of a model server is one that its release of vLLM or SGLang has.",
    needs="The server's flags and the version in its image's tag; flags known to be gone are a warning without it.",
    remedy="correct the flag",
)
def engine_flag_unknown(index: Index) -> Iterator[Hit]:
    """The engine ends with "unrecognized arguments" before it loads anything, and the pod crashes in a loop. Flags are
    those that the parsers of vLLM 0.33.0 and SGLang 0.5.23 listed; they hold for these releases and the ones right before,
    where the spelling that turns a switch off is not judged. Of other releases only flags whose removal is known are."""
    for server in index.derive(model_servers):
        known = known_flags(index, server)
        for flag in server.flags:
            if known and (found := _gone(server, flag, known) or _unknown(server, flag, known)):
                yield found


def _gone(server: ModelServer, flag: str, known: Known) -> Hit | None:
    """A flag that is known to have been removed; one that the recorded release has again is judged up to that release."""
    version, back = server.version, known.has(flag)
    if back and (version is None or version >= known.version):
        return None
    since, remedy = GONE_SINCE.get(flag, (None, "")) if server.engine == "vllm" else (None, "")
    removed = next((r for r in known.rules if r.kind == "removed" and r.flag == flag and not r.value), None)
    if since is None and (removed is None or (version and version < known.version)):
        return None
    if version and since and version < since:
        return None
    message = removed.problem if removed else f"--{flag} is no flag of {known.title} any more"
    severity: Severity | None = None if version else "warning" if server.follows_upstream else "note"
    return Hit(server.place(f"--{flag}"), message, removed.remedy if removed else remedy, severity)


def _unknown(server: ModelServer, flag: str, known: Known) -> Hit | None:
    plain = flag.partition(".")[0]
    if not known.holds or known.begins(plain) or (not known.exact and known.has_stem(plain)):
        return None
    theirs = known.elsewhere(plain)
    remedy = f"it is a flag of {theirs}" if theirs else did_you_mean(flag, known.flags, "remove it")
    return Hit(server.place(f"--{flag}"), f"--{flag} is no flag of {known.title}", remedy)


@rule(
    "engine-flag-value",
    severity="error",
    proves="Every flag of a model server has a value its parser takes, and no flag is stated against itself.",
    needs="The server's flags, and exactly a release whose parser was recorded: vLLM 0.33, SGLang 0.5.23. A value for a"
    " switch that every release of vLLM had as one is found in any.",
    remedy="correct the value",
)
def engine_flag_value(index: Index) -> Iterator[Hit]:
    """The parser refuses a text where it wants a number, a word that is none of its choices, and a flag without its value:
    the pod crashes in a loop. A flag that is stated twice with two values, or switched on and off, is a warning: the last
    one wins, and the first one reads as if it held. Values from variables and templates are not judged."""
    for server in index.derive(model_servers):
        known = known_flags(index, server)
        if known is None or not known.exact:
            yield from _switches(server) if server.engine == "vllm" else ()
            continue
        first: dict[str, tuple[str, str | None]] = {}
        for name, value, stands_apart in _stated(server):
            flag = known.flags.get(name)
            if flag is None or (value and _FOUND_OUT_LATER.search(value)):
                continue
            hit = _refused(server, name, value, flag, stands_apart, known)
            if hit := hit or _contradicted(server, name, value, flag, first):
                yield hit


def _switches(server: ModelServer) -> Iterator[Hit]:
    """ "ignored explicit argument": what argparse says to `--enforce-eager=true`."""
    for name, value, stands_apart in _stated(server):
        if name in SWITCHES and not stands_apart and value is not None:
            remedy = f"leave it out, or state --no-{name}" if value.lower() == "false" else f"state --{name} alone"
            yield Hit(server.place(f"--{name}="), f"--{name} is a switch and takes no value", remedy)


def _stated(server: ModelServer) -> Iterator[tuple[str, str | None, bool]]:
    """Every flag as written, with the word that is its value, and whether that is a word of its own."""
    words = server.words
    for position, word in enumerate(words):
        if not (word.startswith("--") or word in SHORT_FLAGS):
            continue
        name, equals, value = SHORT_FLAGS.get(word, word[2:]).partition("=")
        after = words[position + 1] if position + 1 < len(words) else "--"
        absent = after.startswith("--") or after in SHORT_FLAGS
        yield name.replace("_", "-"), (value if equals else None if absent else after), not equals


def _refused(
    server: ModelServer, name: str, value: str | None, flag: EngineFlag, stands_apart: bool, known: Known
) -> Hit | None:
    place = server.place(f"--{name}")
    if flag.arity == "none":
        wrong = None if stands_apart or value is None else f"--{name} is a switch and takes no value"
        return Hit(place, wrong, f"state --{name} alone") if wrong else None
    if value is None:
        return Hit(place, f"--{name} has no value", f"state one behind --{name}") if flag.arity == "one" else None
    if removed := known.removed_value(flag, value):
        return Hit(place, f"--{name} {value}: {removed.problem}", removed.remedy)
    if found := misshapen(value, flag):
        return Hit(place, f"--{name} {found[0]}", found[1])
    return None


def _contradicted(
    server: ModelServer, name: str, value: str | None, flag: EngineFlag, first: dict[str, tuple[str, str | None]]
) -> Hit | None:
    says = ("off" if name == flag.off else "on") if flag.arity == "none" else value
    earlier = first.setdefault(flag.flag, (name, says))
    if flag.arity not in ("one", "optional", "none") or earlier[1] == says or flag.flag in _REPEATED:
        return None
    before = f"--{earlier[0]}" + ("" if flag.arity == "none" else f" {earlier[1]}")
    now = f"--{name}" + ("" if flag.arity == "none" else f" {value}")
    return Hit(server.place(now.partition(" ")[0]), f"{now} overrides {before}", "keep one of them", "warning")


_REPEATED = frozenset({"middleware", "lora-modules", "cuda-graph-bs"})
"""Flags that may be stated several times, each adding to the ones before."""


@rule(
    "engine-flag-unsafe",
    severity="note",
    proves="No model server is started with a flag that weakens its safety.",
    needs="The server's flags.",
    remedy="leave the flag out",
)
def engine_flag_unsafe(index: Index) -> Iterator[Hit]:
    """Code that comes with a checkpoint, templates and files that come with a request, prompts in logs, pages of any site:
    each is a decision somebody may have made on purpose, so this is a note. A key that is written out in the arguments is
    in Git, and in the list of processes: a warning."""
    for server in index.derive(model_servers):
        known = known_flags(index, server)
        for name, value, _ in _stated(server) if known else ():
            found = _unsafe(known.rules, known.flags.get(name), name, value) if known else None
            if found is None or (value and _FOUND_OUT_LATER.search(value)):
                continue
            severity: Severity | None = "warning" if name.endswith("api-key") and value else None
            yield Hit(server.place(f"--{name}"), f"--{name} {found.problem}", found.remedy, severity)


def _unsafe(rules: tuple[FlagRule, ...], flag: EngineFlag | None, name: str, value: str | None) -> FlagRule | None:
    switched_on = flag is not None and flag.arity == "none" and name != flag.off
    words = {"true"} if switched_on else set(re.split(r"[\s\[\]\",']+", value or ""))
    names = {name, flag.flag} if flag else {name}
    unsafe = (r for r in rules if r.kind == "unsafe" and r.flag in names)
    return next((r for r in unsafe if (value or switched_on) and (not r.value or r.value in words)), None)
