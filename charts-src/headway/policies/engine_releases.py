"""Flags that the release of a model server is known to have, by what the parsers of recorded releases listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from headway.catalog import Catalog
from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.runtime_image import Engine
from headway.policies.index import Index
from headway.policies.model_server import ModelServer, Version

TITLES: dict[Engine, str] = {"vllm": "vllm serve", "sglang": "sglang.launch_server"}
_OPPOSITES = ("no-", "disable-", "enable-")


@dataclass(frozen=True)
class Known:
    """What is known of the flags of one server's release."""

    engine: Engine
    version: Version
    """Release whose parser was asked."""
    flags: Mapping[str, EngineFlag]
    """Every flag by each of its names."""
    rules: tuple[FlagRule, ...]
    others: Mapping[str, str]
    """Flags of other engines: name → engine."""
    exact: bool = False
    """Whether the server runs the very release that was asked, patches aside."""
    holds: bool = False
    """Whether the list holds for the server's release: that one, or the one right before."""

    @property
    def title(self) -> str:
        """How the program is called."""
        return TITLES[self.engine]

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(_stem(name) for name in self.flags)

    def has(self, name: str) -> bool:
        """Whether it is the name of a flag."""
        return name in self.flags

    def begins(self, name: str) -> bool:
        """Whether a flag begins so: parsers take abbreviations."""
        return name in self.flags or any(known.startswith(name) for known in self.flags)

    def has_stem(self, name: str) -> bool:
        """Whether a switch is known whose opposite may be spelled so."""
        return _stem(name) in self._stems

    def elsewhere(self, name: str) -> str | None:
        """Another engine that has the flag."""
        return self.others.get(name)

    def removed_value(self, flag: EngineFlag, value: str) -> FlagRule | None:
        """Why a value that once was one is none any more."""
        gone = (rule for rule in self.rules if rule.kind == "removed" and rule.flag == flag.flag and rule.value)
        return next((rule for rule in gone if rule.value == value), None)


def known_flags(index: Index, server: ModelServer) -> Known | None:
    """What is known of a server's flags; `None` where nothing of its engine was recorded."""
    return index.derive(_by_release).of(server)


class Releases:
    """The recorded releases, matched with those of servers."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[tuple[Engine, Version | None], Known | None] = {}

    def of(self, server: ModelServer) -> Known | None:
        """What is known of a server's release."""
        key = (server.engine, server.version)
        if key not in self._made:
            self._made[key] = self._known(*key)
        return self._made[key]

    def _known(self, engine: Engine, version: Version | None) -> Known | None:
        recorded = self._catalog.engine_flags.get(engine, ())
        if not recorded:
            return None
        asked = _version(recorded[0].version)
        flags = {name: flag for flag in recorded for name in flag.names}
        others = {
            name: other
            for other, listed in self._catalog.engine_flags.items()
            for flag in listed
            for name in flag.names
            if other != engine
        }
        rules = tuple(rule for rule in self._catalog.flag_rules if rule.engine in ("*", engine))
        age = None if version is None else _releases_before(engine, version, asked)
        return Known(engine, asked, flags, rules, others, exact=age == 0, holds=age in (0, 1))


def _by_release(index: Index) -> Releases:
    return Releases(index.facts.catalog)


def _releases_before(engine: Engine, version: Version, asked: Version) -> int | None:
    """How many releases lie between two: vLLM counts them in its minor version, SGLang in its patch; `None` across more."""
    at = 1 if engine == "vllm" else 2
    return asked[at] - version[at] if version[:at] == asked[:at] else None


def _version(text: str) -> Version:
    parts = [int(part) for part in text.split(".")[:3]]
    return parts[0], parts[1], parts[2]


def _stem(name: str) -> str:
    """A switch's name without what turns it on or off: `no-enable-x`, `disable-x` and `enable-x` are one switch."""
    for prefix in _OPPOSITES:
        name = name.removeprefix(prefix)
    return name
