"""Counts over the lives of a gateway that dies under the run, read over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import anyio
import pytest

from headway.local.clock import Clock
from headway.local.gateway_scrape import GatewayScrape
from headway.local.ports import claim
from headway.local.samples import Samples
from headway.local.scraping import wanted
from headway.local.traffic import Traffic

FIRST_LIFE = """\
headway_gateway_requests_total{model="m",status="200"} 5
headway_gateway_surveys_total{outcome="stored"} 2
headway_gateway_ttft_seconds_bucket{model="m",le="1.0"} 5
headway_gateway_ttft_seconds_bucket{model="m",le="+Inf"} 5
"""
SECOND_LIFE = """\
headway_gateway_requests_total{{model="m",status="200"}} {0}
headway_gateway_ttft_seconds_bucket{{model="m",le="1.0"}} {0}
headway_gateway_ttft_seconds_bucket{{model="m",le="+Inf"}} {0}
"""


@contextmanager
def gateway(port: int, exposition: str) -> Iterator[None]:
    """What answers `/metrics` like one life of a gateway."""

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(exposition.encode())

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", port), Metrics) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield
        finally:
            server.shutdown()
            serving.join()


class Lives:
    """A gateway's port and the run's counts."""

    def __init__(self) -> None:
        self.port = claim("127.0.0.1", None)
        self.traffic = Traffic()
        metrics = f"http://127.0.0.1:{self.port}/metrics"
        self._scrape = GatewayScrape(Samples(), Clock(1), metrics, self.traffic, wanted([]))

    def scrape(self) -> None:
        anyio.run(self._scrape.once)


@pytest.fixture
def lives() -> Lives:
    """A gateway that answered 5 requests, died, and did not answer a scrape before it is started again."""
    lives = Lives()
    with gateway(lives.port, FIRST_LIFE):
        lives.scrape()
    lives.traffic.gateway_died()
    lives.scrape()
    return lives


def test_a_scrape_that_fails_after_a_death_counts_nothing_twice(lives: Lives) -> None:
    assert lives.traffic.requests()["offered"] == 5
    assert lives.traffic.surveys() == {"submitted": 2, "acknowledged": 2}


def test_the_next_life_goes_on_from_the_counts_of_the_last(lives: Lives) -> None:
    with gateway(lives.port, SECOND_LIFE.format(1)):
        lives.scrape()
    assert lives.traffic.requests()["served"] == 6


def test_ttft_is_known_again_as_soon_as_the_next_life_has_answered(lives: Lives) -> None:
    for answered in (0, 3):
        with gateway(lives.port, SECOND_LIFE.format(answered)):
            lives.scrape()
    assert lives.traffic.ttft_seconds("m")["p50"] == 0.5
