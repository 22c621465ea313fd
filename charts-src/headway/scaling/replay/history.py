"""Recorded histories: what a controller saw at each sync, one history a line."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from headway.domain.fault import Fault
from headway.scaling.hpa import (
    NANOSECONDS,
    ControllerSettings,
    HpaSpec,
    Observation,
    Pod,
    Refused,
    identical_pods,
    parse,
    read_hpa,
)
from headway.scaling.machine_numbers import INT32_MAX
from headway.scaling.replay.pods import MOST_SECONDS, PodFault, read_pods

MOST_PODS = 200_000
"""More than Kubernetes supports in a cluster (150,000)."""
_SELECTORS = ("valid", "missing", "invalid", "ambiguous")
_SCALE_ERRORS = ("get", "update")
LINE_KEYS = {
    "id",
    "hpa",
    "sync_seconds",
    "downscale_window_seconds",
    "tolerance",
    "cpu_initialization_seconds",
    "readiness_delay_seconds",
    "syncs",
}
SYNC_KEYS = {
    "t",
    "spec_replicas",
    "status_replicas",
    "pods_ready",
    "metric",
    "metrics",
    "pods",
    "hpa",
    "restart",
    "scale_error",
    "selector",
}


@dataclass(frozen=True)
class Step:
    """One sync."""

    seen: Observation
    changed: HpaSpec | None = None
    """The HPA's spec from this sync on, where it was edited."""
    restarted: bool = False
    """Whether the controller was restarted before this sync."""


@dataclass(frozen=True)
class History:
    """One HPA's life under one controller manager."""

    id: str | int
    spec: HpaSpec
    settings: ControllerSettings
    steps: tuple[Step, ...]


class HistoryFaults(ValueError):
    """Lines that cannot be replayed; `faults` has all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def read_histories(lines: Iterable[str], file: str) -> tuple[History, ...]:
    """Every history of a file; empty lines are left out. Raises `HistoryFaults` with the faults of all lines."""
    found, faults = [], []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reader = _Line(file, number)
            history = reader.history(line)
            found.append(history)
            faults += reader.faults
    if faults:
        raise HistoryFaults(faults)
    return tuple(history for history in found if history)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


class _Line:
    """Reads one line and collects what is wrong with it."""

    def __init__(self, file: str, number: int) -> None:
        self.file, self.number = file, number
        self.faults: list[Fault] = []

    def refuse(self, path: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, self.number, path, problem, remedy))

    def history(self, text: str) -> History | None:
        try:
            line = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            self.refuse("", f"no JSON: {error}", "write one JSON object a line")
            return None
        if not isinstance(line, dict):
            self.refuse("", "no JSON object", 'write {"id": …, "hpa": …, "syncs": […]}')
            return None
        self.misspelt("", line, LINE_KEYS)
        self.number_of("sync_seconds", line.get("sync_seconds", 15), least=Decimal("0.001"))
        name = line.get("id")
        if isinstance(name, bool) or not isinstance(name, str | int):
            self.refuse("id", "is missing" if name is None else "is no text and no whole number", "name the history")
        spec = self.hpa("hpa", line.get("hpa"))
        settings = self.settings(line)
        steps = self.steps(line.get("syncs"))
        if self.faults or spec is None or not isinstance(name, str | int):
            return None
        return History(name, spec, settings, steps)

    def misspelt(self, path: str, found: Mapping[str, Any], known: set[str]) -> None:
        """Other keys may stand beside ours; one that is nearly ours, where ours is missing, is a slip."""
        for key in found.keys() - known:
            near = difflib.get_close_matches(key, sorted(known - found.keys()), n=1, cutoff=0.8)
            if near:
                self.refuse(f"{path}{key}", "is not known", f"did you mean {near[0]}?")

    def number_of(self, path: str, value: Any, least: Decimal | int = 0) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
            self.refuse(path, f"{_shown(value)} is no number", "write a number, such as 15 or 0.1")
            return Decimal(0)
        if value < least or value > MOST_SECONDS:
            self.refuse(path, f"{_shown(value)} is out of range", f"write a number from {least} to {MOST_SECONDS}")
            return Decimal(0)
        return Decimal(value)

    def nanoseconds(self, path: str, value: Any) -> int:
        return int(self.number_of(path, value) * NANOSECONDS)

    def settings(self, line: Mapping[str, Any]) -> ControllerSettings:
        usual = ControllerSettings()
        stated = {key: line[key] for key in LINE_KEYS if line.get(key) is not None}

        def seconds(key: str, otherwise: int) -> int:
            return self.nanoseconds(key, stated[key]) if key in stated else otherwise

        return ControllerSettings(
            tolerance=float(self.number_of("tolerance", stated["tolerance"])) if "tolerance" in stated else 0.1,
            downscale_window=seconds("downscale_window_seconds", usual.downscale_window),
            cpu_initialization=seconds("cpu_initialization_seconds", usual.cpu_initialization),
            readiness_delay=seconds("readiness_delay_seconds", usual.readiness_delay),
        )

    def hpa(self, path: str, value: Any) -> HpaSpec | None:
        if not isinstance(value, dict):
            self.refuse(path, "is missing" if value is None else "is no object", "write an autoscaling/v2 spec")
            return None
        try:
            return read_hpa(value)
        except Refused as refused:
            for one in refused.refusals:
                self.refuse(f"{path}.{one.path}", one.problem, one.remedy)
            return None

    def steps(self, syncs: Any) -> tuple[Step, ...]:
        if not isinstance(syncs, list):
            self.refuse("syncs", "is missing" if syncs is None else "is no list", "write what was seen at each sync")
            return ()
        steps = []
        for index, sync in enumerate(syncs):
            if isinstance(sync, dict):
                steps.append(self.step(f"syncs[{index}].", sync))
            else:
                self.refuse(f"syncs[{index}]", "is no object", 'write {"t": …, "spec_replicas": …, …}')
        for index, (before, after) in enumerate(pairwise(steps), start=1):
            if after.seen.at < before.seen.at and not self.faults:
                self.refuse(f"syncs[{index}].t", "is before the sync above", "write syncs in the order of time")
        return tuple(steps)

    def step(self, path: str, sync: Mapping[str, Any]) -> Step:
        self.misspelt(path, sync, SYNC_KEYS)
        at = self.nanoseconds(f"{path}t", sync.get("t"))
        status = self.count(f"{path}status_replicas", sync.get("status_replicas"), MOST_PODS)
        pods: tuple[Pod, ...] = ()
        if sync.get("pods") is None:
            pods = identical_pods(status, self.count(f"{path}pods_ready", sync.get("pods_ready"), MOST_PODS))
        else:
            try:
                pods = read_pods(sync["pods"])
            except PodFault as fault:
                self.refuse(f"{path}{fault.path}", fault.problem, fault.remedy)
        seen = Observation(
            at=at,
            spec_replicas=self.count(f"{path}spec_replicas", sync.get("spec_replicas"), INT32_MAX),
            status_replicas=status,
            pods=pods,
            values=self.values(path, sync),
            otherwise=self.values_of(f"{path}metric", sync.get("metric")),
            selector=self.choice(f"{path}selector", sync.get("selector"), _SELECTORS) or "valid",
            scale_error=self.choice(f"{path}scale_error", sync.get("scale_error"), _SCALE_ERRORS),
        )
        changed = self.hpa(f"{path}hpa", sync["hpa"]) if sync.get("hpa") is not None else None
        if sync.get("restart") not in (None, True, False):
            self.refuse(f"{path}restart", f"{_shown(sync['restart'])} is no truth value", "write true, or leave it out")
        return Step(seen, changed, sync.get("restart") is True)

    def choice(self, path: str, value: Any, known: tuple[str, ...]) -> Any:
        if value in (None, ""):
            return None
        if value not in known:
            self.refuse(path, f"{_shown(value)} is not known", f"write {' or '.join(known)}, or leave it out")
            return None
        return value

    def count(self, path: str, value: Any, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            problem = "is missing" if value is None else f"{_shown(value)} is no whole number"
            self.refuse(path, problem, f"write a number from 0 to {most}")
        elif not 0 <= value <= most:
            self.refuse(path, f"{value} is out of range", f"write a number from 0 to {most}")
        else:
            return value
        return 0

    def values(self, path: str, sync: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """External and object metrics by name."""
        named = sync.get("metrics")
        if named is None:
            return {}
        if not isinstance(named, dict):
            self.refuse(f"{path}metrics", "is no object", 'write {"name": "25"}')
            return {}
        return {name: self.values_of(f"{path}metrics.{name}", value) for name, value in named.items()}

    def values_of(self, path: str, value: Any) -> tuple[int, ...]:
        """Thousandths; empty for a metric that is lost."""
        many = value if isinstance(value, list) else [] if value is None else [value]
        return tuple(self.milli(path, one) for one in many)

    def milli(self, path: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.refuse(path, f"{_shown(value)} is no quantity", 'write "25", "700m", or null where it is lost')
            return 0
        try:
            return parse(str(value)).milli()
        except ValueError as error:
            self.refuse(path, str(error).partition("; ")[0], 'write "25", "700m", or null where it is lost')
            return 0


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
