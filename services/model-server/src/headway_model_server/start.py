"""From the command line to one checked start, of a real engine or a simulated one."""

from collections.abc import Iterator
from dataclasses import dataclass

from headway.catalog import Catalog
from headway.domain.engine import EngineContract
from headway.domain.fault import did_you_mean
from headway_model_server.engine_arguments import EngineArguments, read_arguments
from headway_model_server.engine_command import engine_command, missing_engine
from headway_model_server.faults import CannotStart, StartFault
from headway_model_server.supervision.launch import Launch

DRAIN_SECONDS = 30
"""Bound of the drain where neither `--drain-seconds` nor the engine's own flag states one."""
TOKENS_COUNTER = "generation_tokens_total"
"""What vLLM 0.32.0 and SGLang 0.5.23 both call it, behind the prefix of their series."""


@dataclass(frozen=True)
class Options:
    """The launcher's own options as given; `None` where they were left out."""

    engine: str = "vllm"
    simulate: bool = False
    gpu: str | None = None
    host: str | None = None
    port: int | None = None
    drain_seconds: int | None = None


@dataclass(frozen=True)
class Start:
    """A start without faults."""

    contract: EngineContract
    arguments: tuple[str, ...]
    """The engine's, with host and port."""
    host: str
    port: int
    drain_seconds: int
    serves_api: bool

    @property
    def tokens_series(self) -> str:
        """The engine's own counter of generated tokens."""
        return f"{self.contract.metrics.prefix}{TOKENS_COUNTER}"

    def launch(self) -> Launch:
        """The real engine's."""
        return Launch(
            command=engine_command(self.contract.name, self.arguments, self.serves_api),
            drain_seconds=self.drain_seconds,
            tokens_series=self.tokens_series,
        )


def checked(options: Options, texts: tuple[str, ...], catalog: Catalog) -> Start:
    """The start that was asked for; raises `CannotStart` with everything that is wrong."""
    contract = catalog.engines[options.engine]
    arguments, found = read_arguments(texts, contract, catalog)
    faults = [*found, *_disagreements(options, arguments, contract), *_simulation(options, catalog)]
    if not options.simulate and (missing := missing_engine(options.engine)):
        faults.append(missing)
    if faults:
        raise CannotStart(tuple(faults))
    names = contract.arguments
    host = options.host or arguments.value(names.host) or "127.0.0.1"
    port = options.port or int(arguments.value(names.port) or contract.port)
    return Start(
        contract=contract,
        arguments=(*texts, *_listening(arguments, contract, host, port)),
        host=host,
        port=port,
        drain_seconds=_drain_seconds(options, arguments, contract),
        serves_api=not (contract.group and any(arguments.has(flag) for flag in contract.group.worker)),
    )


def _listening(arguments: EngineArguments, contract: EngineContract, host: str, port: int) -> Iterator[str]:
    """Host and port, where the arguments leave them to the launcher."""
    for flag, value in ((contract.arguments.host, host), (contract.arguments.port, str(port))):
        if flag is not None and not arguments.has(flag):
            yield from (flag, value)


def _drain_seconds(options: Options, arguments: EngineArguments, contract: EngineContract) -> int:
    if options.drain_seconds is not None:
        return options.drain_seconds
    return int(arguments.value(contract.arguments.shutdown) or DRAIN_SECONDS)


def _disagreements(options: Options, arguments: EngineArguments, contract: EngineContract) -> Iterator[StartFault]:
    """Options of the launcher that the engine's arguments contradict."""
    names = contract.arguments
    pairs = (
        ("--host", options.host, names.host),
        ("--port", options.port, names.port),
    )
    for option, mine, flag in pairs:
        theirs = arguments.value(flag)
        if mine is not None and theirs is not None and str(mine) != theirs:
            yield StartFault(
                option, f"is {mine}, and the engine arguments state {theirs}", "state one of them, or the same"
            )
    theirs = arguments.value(names.shutdown)
    if theirs is not None and options.drain_seconds is not None and str(options.drain_seconds) != theirs:
        problem = f"is {options.drain_seconds}, and {names.shutdown} is {theirs}"
        yield StartFault("--drain-seconds", problem, f"leave it out: {names.shutdown} is its default")


def _simulation(options: Options, catalog: Catalog) -> Iterator[StartFault]:
    if options.simulate and options.gpu is None:
        yield StartFault(
            "--simulate", "names no GPU", "add --gpu NAME; known are " + ", ".join(sorted(catalog.accelerators))
        )
    elif options.simulate and options.gpu not in catalog.accelerators:
        yield StartFault("--gpu", f"is {options.gpu!r}", did_you_mean(str(options.gpu), catalog.accelerators))
    elif options.gpu is not None and not options.simulate:
        yield StartFault(
            "--gpu", f"is {options.gpu!r} without --simulate", "leave it out: an engine finds its GPU by itself"
        )
