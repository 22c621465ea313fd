"""One sync of the HorizontalPodAutoscaler controller: what it sees in, what it leaves out.

Upstream's behaviour is the authority: k8s.io/kubernetes v1.35.0, pkg/controller/podautoscaler. `make test-hpa` runs the two
side by side; nothing here reads a clock.
"""

from dataclasses import dataclass, replace

from headway.scaling.hpa.limits import limited, remembered
from headway.scaling.hpa.observation import Observation
from headway.scaling.hpa.replica_count import ControllerSettings, MetricUnavailable, Tolerances, proposal, tolerances
from headway.scaling.hpa.spec import HpaSpec
from headway.scaling.hpa.state import Condition, Conditions, Recommendation, State

_SELECTOR_REASONS = {"missing": "InvalidSelector", "invalid": "InvalidSelector", "ambiguous": "AmbiguousSelector"}


@dataclass(frozen=True)
class Decision:
    """What one sync leaves behind."""

    replicas: int
    """`spec.replicas` of the target after the sync."""
    state: State
    """Goes into the next sync, conditions included."""
    proposals: tuple[int | None, ...] = ()
    """What each metric asked for; `None` for a metric without an answer. Empty where no metric was asked."""

    @property
    def conditions(self) -> Conditions:
        """The HPA's conditions after the sync."""
        return self.state.conditions

    @property
    def reasons(self) -> dict[str, str | None]:
        """Reason by condition type, `None` for a condition that was never set."""
        return self.state.conditions.reasons()


def decide(spec: HpaSpec, state: State, seen: Observation, settings: ControllerSettings | None = None) -> Decision:
    """One sync. `state` is what the sync before left, `State()` for a new HPA under a new controller."""
    settings = settings or ControllerSettings()
    if seen.scale_error == "get":
        return Decision(seen.spec_replicas, _with(state, able_to_scale=Condition(False, "FailedGetScale")))
    state = _with(state, able_to_scale=Condition(True, "SucceededGetScale"))
    if not state.recommendations:
        state = replace(state, recommendations=(Recommendation(seen.spec_replicas, seen.at),))
    if seen.spec_replicas == 0 and spec.min_replicas != 0:
        return Decision(0, _with(state, scaling_active=Condition(False, "ScalingDisabled")))
    if seen.spec_replicas > spec.max_replicas:
        return _rescale(spec, state, seen, spec.max_replicas)
    if seen.spec_replicas < spec.min_replicas:
        return _rescale(spec, state, seen, spec.min_replicas)
    return _by_metrics(spec, state, seen, settings)


def _by_metrics(spec: HpaSpec, state: State, seen: Observation, settings: ControllerSettings) -> Decision:
    if seen.selector != "valid":
        failed = Condition(False, _SELECTOR_REASONS[seen.selector])
        return Decision(seen.spec_replicas, _with(state, scaling_active=failed))
    proposals = _proposals(spec, seen, tolerances(spec, settings), settings)
    wanted = _highest(proposals)
    lost = [metric for metric, answer in zip(spec.metrics, proposals, strict=True) if answer is None]
    if len(lost) == len(proposals) or (lost and wanted < seen.spec_replicas):
        failed = Condition(False, f"FailedGet{lost[0].source}Metric")
        return Decision(seen.spec_replicas, _with(state, scaling_active=failed), proposals)
    result = limited(spec, state, seen.spec_replicas, max(0, wanted), seen.at, settings.downscale_window)
    state = _with(
        replace(state, recommendations=result.recommendations),
        able_to_scale=result.able_to_scale,
        scaling_active=Condition(True, "ValidMetricFound"),
        scaling_limited=result.scaling_limited,
    )
    if result.replicas == seen.spec_replicas:
        return Decision(result.replicas, state, proposals)
    return replace(_rescale(spec, state, seen, result.replicas), proposals=proposals)


def _proposals(
    spec: HpaSpec, seen: Observation, tolerated: Tolerances, settings: ControllerSettings
) -> tuple[int | None, ...]:
    found: list[int | None] = []
    for metric in spec.metrics:
        try:
            found.append(proposal(metric, seen, tolerated, settings))
        except MetricUnavailable:
            found.append(None)
    return tuple(found)


def _highest(proposals: tuple[int | None, ...]) -> int:
    """The highest answer; one that follows a 0 replaces it even when it is below."""
    highest = 0
    for answer in proposals:
        if answer is not None and (highest == 0 or answer > highest):
            highest = answer
    return highest


def _rescale(spec: HpaSpec, state: State, seen: Observation, replicas: int) -> Decision:
    if seen.scale_error == "update":
        failed = _with(state, able_to_scale=Condition(False, "FailedUpdateScale"))
        return Decision(seen.spec_replicas, failed)
    ups, downs = remembered(spec.behavior, state, seen.spec_replicas, replicas, seen.at)
    done = _with(replace(state, ups=ups, downs=downs), able_to_scale=Condition(True, "SucceededRescale"))
    return Decision(replicas, done)


def _with(state: State, **conditions: Condition) -> State:
    return replace(state, conditions=replace(state.conditions, **conditions))
