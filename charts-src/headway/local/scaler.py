"""KEDA's operator and metrics server, and the HPA: the pure functions of `headway.scaling` on scraped values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headway.local.clock import Clock
from headway.local.rendered import Law
from headway.local.samples import Samples
from headway.scaling.hpa import Decision, Observation, State, decide, identical_pods
from headway.scaling.keda import COMPOSITE, KedaState, Reading, Seen, answer, poll

SYNC_SECONDS = 15.0
"""The HPA's period; EKS keeps the controller manager's default."""


@dataclass(frozen=True)
class Change:
    """Replicas that are wanted from now on, and why."""

    replicas: int
    by: str
    keda: str
    hpa: str = "asleep"
    limits: str = ""


@dataclass
class Scaler:
    """One ScaledObject's state."""

    law: Law
    clock: Clock
    samples: Samples
    keda: KedaState = field(init=False)
    hpa: State = field(default_factory=State)
    readings: dict[str, float | None] = field(default_factory=dict)
    """What each trigger's query last answered, by the trigger's name."""

    def __post_init__(self) -> None:
        self.keda = KedaState(created=self.clock.nanoseconds())

    def poll(self, replicas: int, ready: int) -> Change:
        """One poll of KEDA's operator, which wakes and puts to sleep."""
        before = self.keda.last_active
        polled = poll(self.law.keda, self.keda, self._seen(replicas, ready), self.law.formula)
        self.keda = polled.state
        said = f"{self.keda.reason or 'ScalerNotActive'}, value {self._value_text()}"
        if polled.replicas == 0 and replicas > 0 and before is not None:
            idle = self.clock.now() - before / 1e9
            said += f", inactive for {idle:.0f} s of a cooldown of {self.law.keda.cooldown_seconds} s"
        if polled.failed:
            said += ", a trigger fails"
        return Change(polled.replicas, "KEDA", said)

    def sync(self, replicas: int, ready: int) -> Change:
        """One sync of the HPA that KEDA wrote."""
        seen = self._seen(replicas, ready)
        values: dict[str, tuple[int, ...]] = {}
        for metric in self.law.hpa.metrics:
            asked = answer(self.law.keda, self.keda, seen, metric.name, self.law.formula)
            self.keda = asked.state
            values |= {name: (milli,) for name, milli in (asked.values or {}).items()}
        pods = identical_pods(replicas, ready)
        decision = decide(self.law.hpa, self.hpa, Observation(seen.at, replicas, replicas, pods, values))
        self.hpa = decision.state
        keda = f"{self.keda.reason}, fallback" if self.keda.falling_back else self.keda.reason
        return Change(decision.replicas, "HPA", keda, _said(decision, values), _limits(decision))

    def value(self) -> float | None:
        """The formula on the last readings; `None` while a trigger has no answer."""
        if self.law.formula is None or any(self.readings.get(t.name) is None for t in self.law.triggers):
            return None
        return self.law.formula(self.readings)

    def _value_text(self) -> str:
        value = self.value()
        return "unknown" if value is None else f"{value:g}"

    def _seen(self, replicas: int, ready: int) -> Seen:
        return Seen(self.clock.nanoseconds(), replicas, self._read(), ready_pods=ready)

    def _read(self) -> Mapping[str, Reading]:
        found = {}
        for trigger in self.law.triggers:
            value = trigger.query(self.samples.series)
            if value is None and trigger.ignores_nothing:
                value = 0.0
            self.readings[trigger.name] = value
            found[trigger.metric] = Reading(value)
        return found


def _said(decision: Decision, values: Mapping[str, tuple[int, ...]]) -> str:
    asked = ", ".join("nothing" if one is None else str(one) for one in decision.proposals) or "nothing"
    composite = values.get(COMPOSITE)
    told = f"was told {composite[0] / 1000:g}, " if composite else ""
    return f"{told}metrics ask for {asked}, {decision.reasons['AbleToScale']}"


def _limits(decision: Decision) -> str:
    limited = decision.state.conditions.scaling_limited
    return limited.reason if limited is not None and limited.status else ""
