"""The engine's arguments, read the way the engine will read them.

Which flags there are, how many values each takes and which must not be stated is asked of `headway.catalog` and
`headway.recipes`, as at synth; there is no second list here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headway.catalog import Catalog
from headway.domain.engine import EngineContract
from headway.domain.engine_argument import ArgumentValue
from headway.domain.engine_flag import EngineFlag
from headway.recipes.stated_arguments import argument_faults, flags_by_name, misshapen
from headway_model_server.faults import StartFault


@dataclass
class EngineArguments:
    """One command line behind `--`."""

    texts: tuple[str, ...]
    """As given."""
    model: str | None = None
    """Where the weights are."""
    stated: dict[str, ArgumentValue] = field(default_factory=dict)
    """Values by flag without dashes; `True` for a switch."""

    def value(self, flag: str | None) -> str | None:
        """One flag's value (`--port`), or `None` where it is not stated."""
        found = self.stated.get(flag.lstrip("-")) if flag else None
        return found if isinstance(found, str) else None

    def has(self, flag: str) -> bool:
        """Whether a flag is stated."""
        return flag.lstrip("-") in self.stated


def read_arguments(
    texts: Sequence[str], engine: EngineContract, catalog: Catalog
) -> tuple[EngineArguments, tuple[StartFault, ...]]:
    """What is stated, and everything that is wrong with it."""
    flags = flags_by_name(engine, catalog)
    arguments = EngineArguments(tuple(texts))
    faults = [*_read(arguments, flags), *_against_the_engine(arguments, engine, catalog, flags)]
    if arguments.model is None and (named := engine.arguments.model):
        arguments.model = arguments.value(named)
    if arguments.model is None:
        named = engine.arguments.model or "the first argument behind --"
        faults.append(StartFault("engine arguments", "name no model", f"state a folder or s3:// prefix as {named}"))
    return arguments, tuple(faults)


def _read(arguments: EngineArguments, flags: Mapping[str, EngineFlag]) -> Iterator[StartFault]:
    rest = list(arguments.texts)
    while rest:
        text = rest.pop(0)
        if not text.startswith("-"):
            if arguments.model is None:
                arguments.model = text
            else:
                yield StartFault(f"engine argument {text!r}", "belongs to no flag", "leave it out, or quote it")
            continue
        if not text.startswith("--"):
            yield StartFault(text, "is a short or single-dash flag", "write it in full, with two dashes")
            continue
        written, equals, value = text[2:].partition("=")
        name = written.partition(".")[0].replace("_", "-")
        flag = flags.get(name)
        if name in arguments.stated and not (flag and flag.arity == "many"):
            yield StartFault(f"--{name}", "is stated twice", "keep one of them")
        if equals:
            arguments.stated[name] = value
        else:
            arguments.stated[name] = _values(rest, flag)
        if flag and flag.arity == "one" and arguments.stated[name] is True:
            yield StartFault(f"--{name}", "has no value", "state one behind it")
            del arguments.stated[name]


def _values(rest: list[str], flag: EngineFlag | None) -> ArgumentValue:
    """Takes a flag's values off the command line; those of an unknown flag are taken as its own."""
    if flag is not None and flag.arity == "none":
        return True
    values: list[str] = []
    while rest and not rest[0].startswith("--") and (not values or (flag and flag.arity == "many")):
        values.append(rest.pop(0))
    if not values:
        return True
    return tuple(values) if flag is not None and flag.arity == "many" else values[0]


def _against_the_engine(
    arguments: EngineArguments, engine: EngineContract, catalog: Catalog, flags: Mapping[str, EngineFlag]
) -> Iterator[StartFault]:
    """Flags that Headway plans are checked for their shape, all others as in an environment file."""
    planned = _planned(engine)
    for name, value in arguments.stated.items():
        flag = flags.get(name)
        if flag is not None and planned.intersection(flag.names) and (wrong := misshapen(value, flag)):
            yield StartFault(f"--{name}", *wrong)
    others = {name: value for name, value in arguments.stated.items() if name not in planned}
    for name, problem, remedy in argument_faults(others, engine, catalog):
        yield StartFault(f"--{name}", problem, remedy)


def _planned(engine: EngineContract) -> frozenset[str]:
    """Flags of every rendered start, without dashes."""
    names = (getattr(engine.arguments, meaning) for meaning in type(engine.arguments).model_fields)
    group = engine.group
    grouped = (group.nodes, group.rank, group.leader, *group.worker) if group else ()
    fixed = (text for text in engine.fixed_arguments if text.startswith("--"))
    return frozenset(name.lstrip("-") for name in (*names, *grouped, *fixed) if name)
