"""The collector's work: each target's `/metrics` at the rendered interval, in the cluster's time."""

import re
from collections.abc import Iterable

import anyio

from headway.local.clock import Clock
from headway.local.collector import Pipeline
from headway.local.faults import CannotRun
from headway.local.http import fetch
from headway.local.rendered import Law
from headway.local.samples import Samples
from headway.policies.engine_metrics import is_exported

LEAST_SECONDS = 0.4
"""Real seconds between two scrapes of a target at any speed: a scrape costs a few milliseconds of a small machine."""
PAGE = frozenset(
    {
        "vllm:num_requests_running",
        "vllm:num_requests_waiting",
        "headway_gateway_requests_held",
        "headway_gateway_requests_in_flight",
        "headway_gateway_requests_total",
        "headway_gateway_errors_total",
        "headway_gateway_broken_streams_total",
        "headway_gateway_surveys_total",
        "headway_gateway_ttft_seconds_bucket",
    }
)
"""Metrics that the control room and the summary read."""
EVERYTHING = Pipeline()
_NAME = re.compile(r"[{ ]")


def wanted(laws: Iterable[Law]) -> re.Pattern[bytes]:
    """Series that triggers and the control room read; the rest of an exposition is not parsed.

    Raises `CannotRun` where a trigger asks for a metric that nothing here exposes.
    """
    asked = {name for law in laws for trigger in law.triggers for name in trigger.query.names}
    for name in sorted(asked):
        if not (name.startswith("headway_gateway_") or (name.startswith("vllm:") and is_exported(name))):
            raise CannotRun(
                f"a trigger asks for {name}, which neither vLLM nor the gateway exposes",
                "a local run scrapes those two; headway check names metrics that exist",
            )
    names = "|".join(re.escape(name) for name in sorted(asked | PAGE))
    return re.compile(rf"^(?:{names})[{{ ].*$".encode(), re.M)


async def scrape(
    samples: Samples, clock: Clock, target: str, url: str, series: re.Pattern[bytes], pipeline: Pipeline = EVERYTHING
) -> None:
    """One scrape of a target; what the pipeline drops does not arrive."""
    status, body = await fetch(url, seconds=2)
    if status == 200:
        lines = [line.decode() for line in series.findall(body)]
        arrived = [line for line in lines if pipeline.passes(_NAME.split(line, 1)[0])]
        samples.scraped(target, "\n".join(arrived) + "\n")
    else:
        samples.failed(target, clock.real())


async def pause(clock: Clock, interval_seconds: float) -> None:
    """Until the next scrape."""
    await anyio.sleep(max(LEAST_SECONDS, interval_seconds / clock.speed))
