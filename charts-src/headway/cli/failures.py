"""How bad input ends a command: every fault on stderr, a hint, exit code 2."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

import click

from headway.catalog import CatalogFault
from headway.environments import EnvironmentFaults

P = ParamSpec("P")
R = TypeVar("R")
BAD_INPUT = 2


def reports_faults(command: Callable[P, R]) -> Callable[P, R]:
    """Wraps a verb: faults in environments and catalog are printed, all of them, and end it with exit code 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except EnvironmentFaults as error:
            fail(
                [str(fault) for fault in error.faults],
                "docs/reference/environment.md explains every key; headway init NAME writes a commented file",
            )
        except CatalogFault as error:
            fail([str(fault) for fault in error.faults], "correct the rows in charts-src/headway/catalog/data")

    return wrapped


def fail(lines: Sequence[str], hint: str) -> NoReturn:
    """Prints faults and a hint to stderr and exits with 2."""
    for line in lines:
        click.echo(f"error: {line}", err=True)
    click.echo(f"\nhint: {hint}", err=True)
    raise SystemExit(BAD_INPUT)
