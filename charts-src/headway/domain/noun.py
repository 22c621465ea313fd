"""What every noun of the domain has in common: it is frozen, complete and says its units.

A noun is a pydantic model that refuses unknown fields. The docstring under a field is its meaning; a `Unit` in
the field's type is its unit. `headway explain` and `docs/reference` print both, so neither is written twice.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as people read it: `Unit("s")`."""

    name: str


class Noun(BaseModel):
    """A frozen value of the domain; unknown fields are errors and field docstrings are descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


def spelled(pattern: str, description: str) -> AfterValidator:
    """A validator for texts that match `pattern` from end to end; the message says `description`, not the pattern."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value):
            return value
        raise ValueError(f"{value!r} is not {description}")

    return AfterValidator(check)


Seconds = Annotated[float, Unit("s"), Field(ge=0)]
WholeSeconds = Annotated[int, Unit("s"), Field(ge=0)]
Gibibytes = Annotated[float, Unit("GiB"), Field(ge=0)]
Mebibytes = Annotated[int, Unit("MiB"), Field(ge=0)]
Bytes = Annotated[int, Unit("bytes"), Field(ge=0)]
Millicores = Annotated[int, Unit("millicores"), Field(ge=0)]
Gigabits = Annotated[float, Unit("Gbit/s"), Field(ge=0)]
Tokens = Annotated[int, Unit("tokens"), Field(ge=1)]
UsdPerHour = Annotated[float, Unit("USD/h"), Field(ge=0)]
RequestsPerSecond = Annotated[float, Unit("requests/s"), Field(ge=0)]

GIB = 2**30
MIB = 2**20


def counted(number: int, noun: str) -> str:
    """`1 replica`, `3 replicas`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
