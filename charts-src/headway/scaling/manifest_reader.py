"""Reads scalars out of manifests that anybody wrote, and collects what an API server would refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headway.domain.fault import did_you_mean
from headway.scaling.machine_numbers import INT32_MAX
from headway.scaling.quantity import Quantity, stored


@dataclass(frozen=True)
class Refusal:
    """One thing that an API server would refuse."""

    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.remedy}"


class Refused(ValueError):
    """The object is no valid HPA; `refusals` has everything that is wrong."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = tuple(refusals)


class ManifestReader:
    """Collects refusals while it reads."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def refuse(self, path: str, problem: str, remedy: str) -> None:
        self.refusals.append(Refusal(path or "hpa", problem, remedy))

    # scalars

    def mapping(self, path: str, value: Any) -> Mapping[str, Any]:
        if value is None or isinstance(value, Mapping):
            return value or {}
        self.refuse(path, f"{shown(value)} is no object", "write the fields of the object")
        return {}

    def sequence(self, path: str, value: Any) -> list[Any]:
        if value is None or isinstance(value, list | tuple):
            return list(value or ())
        self.refuse(path, f"{shown(value)} is no list", "write a list")
        return []

    def integer(self, path: str, value: Any, least: int, most: int = INT32_MAX) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(path, f"{shown(value)} is no whole number", f"write a number from {least} to {most}")
        elif not least <= value <= most:
            self.refuse(path, f"{value} is out of range", f"write a number from {least} to {most}")
        else:
            return value
        return least

    def choice(self, path: str, value: Any, known: tuple[str, ...]) -> Any:
        if value not in known:
            self.refuse(path, f"{shown(value)} is not known", did_you_mean(str(value), known))
            return known[0]
        return value

    def quantity(self, path: str, value: Any) -> Quantity:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.refuse(path, f"{shown(value)} is no quantity", 'write "25", "700m" or "1.5"')
            return stored("1")
        try:
            return stored(str(value).strip())
        except ValueError as error:
            self.refuse(path, str(error).partition("; ")[0], 'write "25", "700m" or "1.5"')
            return stored("1")

    def name(self, path: str, value: Any) -> str:
        if isinstance(value, str) and value:
            return value
        self.refuse(path, "is missing" if value in (None, "") else f"{shown(value)} is no name", "name it")
        return ""


def shown(value: Any) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
