"""Typed access to a config: what is missing or wrong is noted, and reading goes on, so that all faults are told."""

import math
from collections.abc import Mapping
from typing import Any

from headway.recipes.model_analysis.faults import ModelFault, shown

LARGEST = 2**40
"""No count in a config is larger; a larger one is a slip of the keyboard."""
LONGEST_TEXT = 100


class Settings:
    """One object of a config. A getter that finds a fault notes it and returns a harmless value."""

    def __init__(
        self, values: Mapping[str, Any], place: str, faults: list[ModelFault], defaults: Mapping[str, int] | None = None
    ) -> None:
        self.values = values
        self.place = place
        self.faults = faults
        self.defaults = defaults or {}
        self.broken: set[str] = set()
        """Keys that a fault was found under."""
        self.defaulted: list[str] = []
        """Keys that the config leaves to the default of the architecture's class."""

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.values.get(key) is not None

    def whole(self, key: str, default: int | None = None, least: int = 1, most: int = LARGEST) -> int:
        """A whole number; without a default, and without one in the architecture's class, the key must be there."""
        value = self.values.get(key)
        if value is None:
            if default is None and key in self.defaults:
                self.defaulted.append(f"{key} {self.defaults[key]}")
                default = self.defaults[key]
            if default is not None:
                return default
            state = "is null" if key in self.values else "is missing"
            self.fault(key, state, f"write a whole number, {least} or more")
        elif type(value) is not int:
            self.fault(key, f"{shown(value)} is not a whole number", f"write a whole number, {least} or more")
        elif not least <= value <= most:
            self.fault(key, f"{shown(value)} is out of range", f"write {least} to {most}")
        else:
            return value
        return least or 1

    def maybe(self, key: str) -> int | None:
        """A whole number that may be missing."""
        return self.whole(key) if self.has(key) else None

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(key, f"{shown(value)} is neither true nor false", "write true or false")
            return default
        return value

    def text(self, key: str) -> str:
        """A text, empty when it is not there."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(key, f"{shown(value)} is not a text", 'write it in quotes, such as "bfloat16"')
            return ""
        if not value.isprintable() or len(value) > LONGEST_TEXT:
            self.fault(key, f"{shown(value)} is not a name", "write one word")
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when it is not there."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(key, f"{shown(value)} is not a list of texts", 'write a list such as ["full_attention"]')
            return ()
        return tuple(value)

    def wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, empty when it is not there."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            self.fault(key, f"{shown(value)} is not a list of whole numbers", "write a list such as [128, 128]")
            return ()
        return tuple(value)

    def inner(self, key: str) -> "Settings | None":
        """The object under `key`, or `None` when there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(key, f"{shown(value)} is not an object", "write an object in braces")
            return None
        return Settings(value, f"{self.place}: {key}", self.faults)

    def sound(self, *keys: str) -> bool:
        """Whether no fault was found under any of them, so that they can be compared."""
        return not self.broken & set(keys)

    def fault(self, key: str, problem: str, remedy: str) -> None:
        """Notes what is wrong with `key`."""
        self.broken.add(key)
        self.faults.append(ModelFault(f"{self.place}: {key}", problem, remedy))

    def refuse_infinite(self) -> None:
        """A mapping that did not come from JSON may hold NaN, in keys that nobody reads too."""
        for key, value in self.values.items():
            if isinstance(value, float) and not math.isfinite(value):
                self.fault(str(key), f"{value} is not a finite number", "write a finite number")
