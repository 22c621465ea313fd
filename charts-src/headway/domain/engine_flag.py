"""Flags of an engine's server as its own argument parser lists them, and rules that the parser does not know."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.engine import Arity
from headway.domain.noun import Noun

RuleKind = Literal["removed", "unsafe", "planned"]


class EngineFlag(Noun):
    """One flag, as recorded from an engine's argument parser."""

    engine: str
    """Name of the engine."""
    flag: str = Field(min_length=1)
    """Its name without dashes."""
    aliases: str = ""
    """Further names, with blanks between; for a switch, the last one may turn it off."""
    arity: Arity
    """How many values it takes."""
    kind: Literal["", "whole", "number", "count"] = ""
    """Kind of its values, a count being a whole number that may end in k, M or G; empty for any text."""
    choices: str = ""
    """Values it accepts, with blanks between; empty for any."""
    server_only: bool
    """Whether only the server has it, not the engine's other programs."""
    replaced_by: str = ""
    """What takes its place, where the parser calls it deprecated."""
    version: str = Field(min_length=1)
    """Version of the engine that was asked."""
    source: str = Field(min_length=1)
    """Where it was read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the recording."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the first one first."""
        return (self.flag, *self.aliases.split())

    @property
    def off(self) -> str | None:
        """The name that turns a switch off, or `None`."""
        last = self.names[-1]
        turned = {"enable": "disable", "disable": "enable"}.get(self.flag.partition("-")[0], "no")
        opposites = (f"no-{self.flag}", f"{turned}-{self.flag.partition('-')[2]}")
        return last if self.arity == "none" and last != self.flag and last in opposites else None


class FlagRule(Noun):
    """Why a flag that exists, or existed, must not be stated."""

    engine: str
    """Name of the engine; `*` for every one."""
    flag: str = Field(min_length=1)
    """Its name without dashes."""
    value: str = ""
    """The value that is refused; empty refuses every one."""
    kind: RuleKind
    """`removed`: the version has it no more; `unsafe`: it weakens safety; `planned`: Headway decides it."""
    problem: str = Field(min_length=1)
    """What is wrong with it."""
    remedy: str = Field(min_length=1)
    """What to do instead."""
    source: str = Field(min_length=1)
    """Where that was read."""
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Date of the row."""
