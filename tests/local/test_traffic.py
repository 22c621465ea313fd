"""Counts over the lives of a gateway."""

from headway.local.samples import Samples
from headway.local.traffic import Traffic, quantile

LINE = 'headway_gateway_requests_total{{model="m",status="{}"}} {}\n'


def scraped(*lines: str) -> Samples:
    samples = Samples()
    samples.scraped("gateway", "".join(lines))
    return samples


def test_every_request_is_counted_once_in_one_of_four_ways() -> None:
    traffic = Traffic()
    counts = {"200": 7, "429": 2, "499": 1, "503": 3, "502": 4}
    broken = 'headway_gateway_broken_streams_total{model="m"} 1\n'
    traffic.take(scraped(*(LINE.format(status, count) for status, count in counts.items()), broken), 0)
    assert traffic.requests() == {"offered": 17, "served": 6, "refused": 5, "failed": 5, "left": 1}


def test_counts_go_on_when_the_gateway_is_started_again_and_what_was_in_flight_has_failed() -> None:
    traffic = Traffic()
    traffic.take(scraped(LINE.format(200, 5), 'headway_gateway_requests_in_flight{model="m"} 2\n'), 0)
    traffic.gateway_died()
    traffic.take(scraped(LINE.format(200, 1)), 1)
    assert traffic.requests() == {"offered": 8, "served": 6, "refused": 0, "failed": 2, "left": 0}


def test_a_quantile_is_interpolated_inside_its_bucket() -> None:
    assert quantile(0.5, [(1.0, 0.0), (2.0, 10.0), (float("inf"), 10.0)]) == 1.5


def test_a_quantile_of_nothing_is_not_known() -> None:
    assert quantile(0.5, [(1.0, 0.0), (float("inf"), 0.0)]) is None
