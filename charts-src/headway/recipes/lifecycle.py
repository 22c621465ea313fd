"""Probe budgets, drain and deadlines of a model server, all computed from its cold start.

A pod that is killed while it loads never serves; a pod that is killed while it streams loses an answer. Both follow
from a number that somebody guessed, so none is guessed here.
"""

import math
from dataclasses import dataclass

from headway.recipes.cold_start import ColdStart

PROBE_PERIOD_SECONDS = 5
PRE_STOP_SECONDS = 10
"""Pause before SIGTERM in which gateways stop sending: endpoint removal plus a watch."""
EXIT_SECONDS = 5
"""From the end of the drain to the process's exit."""
SPOT_NOTICE_SECONDS = 120
"""Warning before EC2 takes a spot machine back (trap C7)."""
SPOT_RESERVE_SECONDS = 10
"""Part of the notice that passes before Karpenter has evicted the pod. Estimate."""
LEAST_STABILIZATION_SECONDS = 300
"""The HPA's own default for scale-down."""
MOST_STABILIZATION_SECONDS = 3600
"""The API's limit."""


@dataclass(frozen=True)
class Lifecycle:
    """Times of a model server, in whole seconds."""

    startup_budget_seconds: int
    """Container start to first success; twice the worst predicted load, because a restart begins it anew."""
    progress_deadline_seconds: int
    """How long a rollout may take before it counts as failed: the whole cold start, twice."""
    pre_stop_seconds: int
    shutdown_seconds: int
    """Time that running streams get; on spot what the notice allows."""
    grace_seconds: int
    """Above preStop plus shutdown, so that the kubelet never cuts a drain."""
    stabilization_seconds: int
    """Scale-down window of the HPA: outlasts one cold start."""
    cooldown_seconds: int
    """Last activity to zero replicas: outlasts a cold start and the longest stream (traps S13, S15, S16)."""
    streams_cut_on_spot: bool
    """Whether the longest stream is longer than a spot notice lets it be."""

    @property
    def startup_failures(self) -> int:
        """Failed startup probes that are tolerated."""
        return math.ceil(self.startup_budget_seconds / PROBE_PERIOD_SECONDS)


def plan_lifecycle(cold_start: ColdStart, longest_stream_seconds: int, may_be_spot: bool) -> Lifecycle:
    """Every budget from the worst predicted cold start and the longest stream."""
    on_spot = SPOT_NOTICE_SECONDS - SPOT_RESERVE_SECONDS - PRE_STOP_SECONDS - EXIT_SECONDS
    shutdown = min(longest_stream_seconds, on_spot) if may_be_spot else longest_stream_seconds
    total = math.ceil(cold_start.worst_seconds)
    return Lifecycle(
        startup_budget_seconds=_round_up(2 * cold_start.worst_of("load", "compile", "ready"), PROBE_PERIOD_SECONDS),
        progress_deadline_seconds=max(600, 2 * total),
        pre_stop_seconds=PRE_STOP_SECONDS,
        shutdown_seconds=shutdown,
        grace_seconds=PRE_STOP_SECONDS + shutdown + EXIT_SECONDS,
        stabilization_seconds=min(MOST_STABILIZATION_SECONDS, max(LEAST_STABILIZATION_SECONDS, total)),
        cooldown_seconds=max(LEAST_STABILIZATION_SECONDS, total, longest_stream_seconds),
        streams_cut_on_spot=may_be_spot and longest_stream_seconds > on_spot,
    )


def _round_up(seconds: float, step: int) -> int:
    return math.ceil(seconds / step) * step
