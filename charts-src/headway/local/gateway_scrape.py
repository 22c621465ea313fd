"""The scrape of the gateway: its metrics for whoever asks, its counters for the run's counts."""

import re

from headway.local.clock import Clock
from headway.local.samples import Samples
from headway.local.scraping import scrape
from headway.local.traffic import Traffic

TARGET = "gateway"


class GatewayScrape:
    """Reads the gateway's `/metrics` across its lives."""

    def __init__(self, samples: Samples, clock: Clock, url: str, traffic: Traffic, series: re.Pattern[bytes]) -> None:
        self._samples, self._clock, self._url, self._traffic = samples, clock, url, traffic
        self._series = series

    async def once(self) -> None:
        """One scrape. Only a life's own answer is counted: samples stay for a while after a scrape that failed."""
        deaths = self._traffic.deaths
        await scrape(self._samples, self._clock, TARGET, self._url, self._series)
        if self._samples.answered(TARGET) and self._traffic.deaths == deaths:
            self._traffic.take(self._samples, self._clock.real())
