"""Which faults are on, how often, and for whom."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from headway.domain.fault import did_you_mean
from headway_model_server.simulated.faults.catalogue import KINDS


class NoSuchFault(ValueError):
    """A fault that does not exist, or is stated wrongly."""


@dataclass(slots=True)
class Fault:
    """One fault that is on."""

    name: str
    value: float
    count: int | None = None
    """Requests that still meet it; `None` for no end."""
    probability: float = 1.0
    """Share of requests that meet it."""

    def shown(self) -> dict[str, Any]:
        """As the admin path shows it."""
        return {"value": self.value, "count": self.count, "probability": self.probability}


class FaultPlan:
    """The faults that are on. Draws come from the seed, so that the same requests meet the same faults."""

    def __init__(self, seed: int, texts: Iterable[str] = ()) -> None:
        self.active: dict[str, Fault] = {}
        self.met: Counter[str] = Counter()
        """How often each fault has struck."""
        self._random = random.Random(seed)  # noqa: S311  the same seed must give the same faults
        for text in texts:
            fault = parse_fault(text)
            self.active[fault.name] = fault

    def replace(self, stated: Mapping[str, Any]) -> None:
        """Switches exactly these on: `{NAME: true | value | {"value": …, "count": …, "probability": …}}`.

        Raises `NoSuchFault`, and changes nothing then.
        """
        self.active = {name: _fault(name, value) for name, value in stated.items() if value is not False}

    def value(self, name: str) -> float | None:
        """The value of a server's fault; `None` when it is off."""
        fault = self.active.get(name)
        return fault.value if fault else None

    def draw(self) -> Mapping[str, float]:
        """The faults that one request meets, with their values."""
        met = {fault.name: fault.value for fault in list(self.active.values()) if self._strikes(fault)}
        self.met.update(met.keys())
        return met

    def shown(self) -> dict[str, Any]:
        """What is on, and what has struck."""
        return {"active": {name: fault.shown() for name, fault in self.active.items()}, "met": dict(self.met)}

    def _strikes(self, fault: Fault) -> bool:
        if KINDS[fault.name].place != "request" or fault.count == 0:
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        if fault.count is not None:
            fault.count -= 1
        return True


def parse_fault(text: str) -> Fault:
    """`NAME[=VALUE][,count=N][,probability=P]`. Raises `NoSuchFault`."""
    first, *rest = text.split(",")
    name, _, value = first.partition("=")
    stated: dict[str, Any] = {"value": value} if value else {}
    for part in rest:
        key, _, number = part.partition("=")
        stated[key.strip()] = number
    return _fault(name.strip(), stated)


def _fault(name: str, stated: Any) -> Fault:
    if name not in KINDS:
        raise NoSuchFault(f"no fault {name!r}; {did_you_mean(name, KINDS)}")
    terms = dict(stated) if isinstance(stated, Mapping) else {} if stated is True else {"value": stated}
    if unknown := set(terms) - {"value", "count", "probability"}:
        raise NoSuchFault(f"{name}: no {sorted(unknown)[0]!r}; state value, count or probability")
    try:
        default = KINDS[name].default
        value = float(terms["value"]) if terms.get("value") is not None else default or 0.0
        count = int(terms["count"]) if terms.get("count") is not None else None
        probability = float(terms.get("probability", 1.0))
    except (TypeError, ValueError):
        raise NoSuchFault(f"{name}: value, count and probability are numbers") from None
    if not (0.0 <= probability <= 1.0 and (count is None or count >= 0) and value >= 0.0):
        raise NoSuchFault(f"{name}: value and count are at least 0, probability is 0 to 1")
    return Fault(name, value, count, probability)
