"""Scalers that ask for something that exists, in words KEDA understands, and do not empty a fleet."""

from collections.abc import Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.rule import Hit, rule
from headway.policies.scalers import Scaler, scalers
from headway.scaling import Problem, check_formula, check_target

COLD_START_SECONDS = 142
"""Demand to serving in the one breakdown measured on EKS: node 47 s, image 44 s, engine 51 s."""
COOLDOWN_SECONDS = 300
STABILIZATION_SECONDS = 300
"""Defaults of KEDA and of the HPA."""


@rule(
    "formula-not-compilable",
    traps=("S1", "S2"),
    severity="error",
    proves="Every scalingModifiers formula is expr-lang over names of its own triggers, and its target a number above 0.",
    needs="The ScaledObject.",
    remedy="use expr-lang's functions and the names of the triggers",
)
def formula_not_compilable(index: Index) -> Iterator[Hit]:
    """KEDA's webhook compiles the formula when it is applied, runs it with -1 for every trigger, and refuses it; where the
    webhook is absent or fails open, the scaler never becomes ready. `clamp_min` and other PromQL functions do not exist in
    expr-lang: write `max(x, 1)`. A name in the formula is the `name` of a trigger, and it must be an identifier: letters,
    digits, underscores. What KEDA accepts and computes otherwise than it reads is a warning; a formula that uses parts of
    expr-lang which the check does not know is not judged."""
    for scaler in index.derive(scalers):
        formula, target = scaler.modifiers.at("formula"), scaler.modifiers.at("target")
        text = formula.text()
        if not text or _filled_in_later(text):
            continue
        for problem in check_formula(text, _trigger_names(scaler)):
            yield from _problem(formula, f"formula {text!r}", problem)
        stated = target.scalar()
        if stated is not None and not _filled_in_later(stated):
            for problem in check_target(stated, has_fallback=False):
                yield Hit(target, problem.problem, problem.remedy, "warning" if problem.outcome == "misread" else None)


def _trigger_names(scaler: Scaler) -> set[str]:
    """Names that a formula may use: those of all triggers but CPU and memory, which the HPA reads by itself."""
    return {trigger.name for trigger in scaler.triggers if trigger.name and trigger.type not in ("cpu", "memory")}


def _filled_in_later(text: str) -> bool:
    return "{{" in text or "${" in text


def _problem(place: Field, what: str, problem: Problem) -> Iterator[Hit]:
    if problem.outcome == "not understood":
        return
    column = f", column {problem.position + 1}" if problem.position else ""
    severity: Severity | None = "warning" if problem.outcome == "misread" else None
    yield Hit(place, f"{what}{column}: {problem.problem}", problem.remedy, severity)


@rule(
    "formula-without-running-term",
    traps=("S3",),
    severity="warning",
    proves="No model server is scaled by its queue alone.",
    needs="The ScaledObject and its queries, or the HorizontalPodAutoscaler.",
    remedy="add a trigger on the running requests and scale on running + waiting * 10",
)
def formula_without_running_term(index: Index) -> Iterator[Hit]:
    """A queue drains as soon as replicas come, so a scaler that sees only the queue falls to its minimum while every replica
    is still answering, and rises again: it oscillates. The running requests keep what is busy. Scalers that also watch
    anything else (running requests, the gateway, CPU) are not judged."""
    waiting = ("num_requests_waiting", "num_queue_reqs")
    for scaler in index.derive(scalers):
        asked = [metric for trigger in scaler.triggers for metric in trigger.metrics]
        others = [trigger for trigger in scaler.triggers if not trigger.metrics and trigger.type != "cron"]
        if asked and not others and all(metric.endswith(waiting) for metric in asked):
            place = scaler.modifiers.at("formula") or scaler.spec.at("triggers")
            yield Hit(
                place, f"scales on {', '.join(dict.fromkeys(asked))} alone, which is 0 while replicas still answer"
            )
    for hpa in index.of_kind("HorizontalPodAutoscaler"):
        stated = hpa.each("spec", "metrics")
        names = [
            m.text(kind, "metric", "name") for m in stated for kind in ("pods", "external", "object") if m.at(kind)
        ]
        plain = [(name or "").removesuffix("|gauge") for name in names]
        if plain and len(plain) == len(stated) and all(name.endswith(waiting) for name in plain):
            message = f"scales on {', '.join(dict.fromkeys(plain))} alone, which is 0 while replicas still answer"
            yield Hit(hpa.at("spec", "metrics"), message, "add a metric on the running requests")


@rule(
    "scaler-value-overshoots",
    traps=("S4",),
    severity="warning",
    proves="No model server is scaled by the metric type Value.",
    needs="The ScaledObject of a model server.",
    remedy="metricType: AverageValue",
)
def scaler_value_overshoots(index: Index) -> Iterator[Hit]:
    """With `Value` the HPA multiplies the ready pods by the ratio, and pods that still load their weights are not ready:
    every 15 seconds of a two-minute start it asks for as many again, up to the maximum. `AverageValue` divides the total
    by the target, whatever is ready."""
    for scaler in index.derive(scalers):
        if not scaler.serves:
            continue
        places = [scaler.modifiers.at("metricType")] if scaler.modifiers.at("formula") else []
        places = places or [trigger.at.at("metricType") for trigger in scaler.triggers]
        for place in places:
            if place.text() == "Value":
                yield Hit(
                    place,
                    "scales by metricType Value: pods that still start do not count, so it asks for more",
                )


@rule(
    "scale-to-zero-cannot-wake",
    traps=("S6",),
    severity="error",
    proves="A workload that may have no replica is woken by something that exists without replicas.",
    needs="The ScaledObject and its queries.",
    remedy="minReplicaCount: 1, or a trigger on requests that the gateway holds",
)
def scale_to_zero_cannot_wake(index: Index) -> Iterator[Hit]:
    """At zero pods nobody exports the engine's metrics; the query is empty, which is 0, and it stays at zero for ever.
    KEDA's default for `minReplicaCount` is 0. A trigger that exists without pods (a gateway's queue, a schedule, a message
    queue) wakes it; triggers whose metrics the rule does not know are believed to be such."""
    for scaler in index.derive(scalers):
        if scaler.least == 0 and scaler.triggers and all(trigger.asks_engine for trigger in scaler.triggers):
            metrics = ", ".join(dict.fromkeys(m for trigger in scaler.triggers for m in trigger.metrics))
            yield Hit(
                scaler.least_place, f"may fall to 0 replicas and wakes on {metrics}, which only running pods export"
            )


@rule(
    "lost-metrics-read-as-idle",
    traps=("S7",),
    severity="warning",
    proves="No model server is scaled down because its metrics were lost.",
    needs="The ScaledObject of a model server.",
    remedy='ignoreNullValues: "false" in the trigger, with fallback behavior currentReplicasIfHigher',
)
def lost_metrics_read_as_idle(index: Index) -> Iterator[Hit]:
    """An empty answer of Prometheus counts as 0 unless `ignoreNullValues` is "false": an outage of the scraper then scales
    the fleet to its minimum under full load. `or vector(0)` in the query says the same. Workloads that cannot be scaled
    down (minimum equal to maximum) and fixed answers are not judged."""
    for scaler in index.derive(scalers):
        if not scaler.serves or scaler.least >= scaler.most:
            continue
        for trigger in scaler.triggers:
            if trigger.type != "prometheus" or not trigger.metrics:
                continue
            stated = trigger.at.at("metadata", "ignoreNullValues")
            if stated.scalar() != "false":
                message = "reads lost metrics as 0: ignoreNullValues is true" + ("" if stated else " by default")
                yield Hit(stated if stated else trigger.at.at("metadata"), message)


@rule(
    "fallback-ignored",
    traps=("S8",),
    severity="error",
    proves="Where a formula has a fallback, its target is one KEDA can use for it.",
    needs="The ScaledObject.",
    remedy='state the target as a whole number: target: "25"',
)
def fallback_ignored(index: Index) -> Iterator[Hit]:
    """With scalingModifiers, KEDA parses the target as an integer when it decides whether a fallback is valid. "25.5" and
    "25.0" are not, and the fallback is ignored without any message: lost metrics then leave the fleet to the HPA."""
    for scaler in index.derive(scalers):
        target = scaler.modifiers.at("target")
        text = target.scalar()
        if text is None or "$" in text or not scaler.modifiers.at("formula") or not scaler.spec.at("fallback"):
            continue
        for problem in check_target(text, has_fallback=True):
            if "S8" in problem.traps:
                yield Hit(target, problem.problem, problem.remedy)


@rule(
    "fallback-blind-to-external-scaler",
    traps=("S9",),
    severity="warning",
    proves="No fallback rests on KEDA noticing that an external scaler is gone.",
    needs="The ScaledObject.",
    remedy="use a prometheus trigger for the metric, or alert on the scaler being unreachable",
)
def fallback_blind(index: Index) -> Iterator[Hit]:
    """When the gRPC server of an `external` or `external-push` trigger cannot be reached, KEDA does not count failures and
    the fallback never comes (kedacore/keda 8056); nor does a fallback lift 0 to 1 (7239). An alert that names the scaler
    in the set makes it a note."""
    alerted = any("scaler" in str(m.value).lower() for m in index.of_kind("PrometheusRule"))
    for scaler in index.derive(scalers):
        fallback = scaler.spec.at("fallback")
        external = [trigger for trigger in scaler.triggers if trigger.type in ("external", "external-push")]
        if fallback and external:
            message = f"states a fallback, and trigger type {external[0].type} never makes it happen while unreachable"
            yield Hit(fallback, message, severity="note" if alerted else None)


@rule(
    "scale-down-before-cold-start",
    traps=("S13", "S15"),
    severity="warning",
    proves="No model server is scaled away faster than a replica starts.",
    needs="The ScaledObject of a model server; the measured cold start of 142 s.",
    remedy="cooldownPeriod and stabilizationWindowSeconds of 300 or more",
)
def scale_down_before_cold_start(index: Index) -> Iterator[Hit]:
    """A window shorter than a cold start deletes replicas that have just loaded and starts them again at the next request.
    `cooldownPeriod` acts only on the way to zero (and goes straight there from any number of replicas), so it is judged
    only where the minimum is 0; above it the HPA's scale-down window is."""
    for scaler in index.derive(scalers):
        if not scaler.serves:
            continue
        cooldown = scaler.spec.at("cooldownPeriod")
        seconds = cooldown.integer()
        if scaler.least == 0 and seconds is not None and seconds < COLD_START_SECONDS:
            yield Hit(
                cooldown, f"goes to 0 after {seconds} s, a replica takes about {COLD_START_SECONDS} s to come back"
            )
        window = scaler.behavior.at("scaleDown", "stabilizationWindowSeconds")
        seconds = window.integer()
        if seconds is not None and seconds < COLD_START_SECONDS and scaler.most > 1:
            yield Hit(
                window, f"scales down after {seconds} s, a replica takes about {COLD_START_SECONDS} s to come back"
            )


@rule(
    "new-scaler-empties-fleet",
    traps=("S16",),
    severity="warning",
    proves="A new ScaledObject does not scale a loading model server to zero.",
    needs="The ScaledObject of a model server.",
    remedy="initialCooldownPeriod: 300",
)
def new_scaler_empties_fleet(index: Index) -> Iterator[Hit]:
    """`initialCooldownPeriod` is 0 by default and `cooldownPeriod` does not count before the first activity: a rollout of
    the scaler scales its Deployment to zero at once, replicas that are just loading included. Judged where the minimum
    is 0."""
    for scaler in index.derive(scalers):
        stated = scaler.spec.at("initialCooldownPeriod")
        seconds = 0 if not stated else stated.integer()
        if scaler.serves and scaler.least == 0 and seconds is not None and seconds < COLD_START_SECONDS:
            message = f"initialCooldownPeriod is {seconds}: a new scaler empties the fleet at once"
            yield Hit(stated if stated else scaler.least_place, message)


@rule(
    "node-budget-forbids-all",
    traps=("S14",),
    severity="warning",
    proves="Every NodePool lets Karpenter replace nodes at some time.",
    needs="The NodePool.",
    remedy="give the budget a schedule and a duration, or allow at least one node",
)
def node_budget_forbids_all(index: Index) -> Iterator[Hit]:
    """A budget of 0 nodes without a schedule holds always, not "while scaling": budgets know the clock and never the load.
    Drifted and empty nodes stay, so old images and idle GPUs do. Expiry and interruptions go on regardless. Use a schedule,
    or `karpenter.sh/do-not-disrupt` on the pods that must stay."""
    for pool in index.of_kind("NodePool"):
        for budget in pool.each("spec", "disruption", "budgets"):
            none = budget.scalar("nodes") in ("0", "0%")
            if none and not budget.at("schedule") and not budget.each("reasons"):
                yield Hit(
                    budget.at("nodes"), f"allows {budget.scalar('nodes')} nodes at all times: none is ever replaced"
                )
