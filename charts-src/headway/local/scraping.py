"""The collector's work: each target's `/metrics` at the rendered interval, in the cluster's time."""

import re

import anyio

from headway.local.clock import Clock
from headway.local.collector import Pipeline
from headway.local.http import fetch
from headway.local.samples import Samples

LEAST_SECONDS = 0.4
"""Real seconds between two scrapes of a target at any speed: a scrape costs a few milliseconds of a small machine."""
ENGINE = re.compile(rb"^vllm:num_requests_(?:running|waiting)\b[^_].*$", re.M)
GATEWAY = re.compile(
    rb"^headway_gateway_(?:requests_held|requests_in_flight|requests_total|errors_total|broken_streams_total"
    rb"|surveys_total|ttft_seconds_bucket)\b.*$",
    re.M,
)
"""Series that triggers and the control room read; the rest of an exposition is not parsed."""
EVERYTHING = Pipeline()
_NAME = re.compile(r"[{ ]")


async def scrape(
    samples: Samples, clock: Clock, target: str, url: str, wanted: re.Pattern[bytes], pipeline: Pipeline = EVERYTHING
) -> None:
    """One scrape of a target; what the pipeline drops does not arrive."""
    status, body = await fetch(url, seconds=2)
    if status == 200:
        lines = [line.decode() for line in wanted.findall(body)]
        arrived = [line for line in lines if pipeline.passes(_NAME.split(line, 1)[0])]
        samples.scraped(target, "\n".join(arrived) + "\n")
    else:
        samples.failed(target, clock.real())


async def pause(clock: Clock, interval_seconds: float) -> None:
    """Until the next scrape."""
    await anyio.sleep(max(LEAST_SECONDS, interval_seconds / clock.speed))
