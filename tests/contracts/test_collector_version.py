"""The collector that holds the rendered configuration is of the version that is rendered."""

import re
from pathlib import Path

from headway.catalog import Catalog


def test_the_tested_collector_has_the_rendered_images_version(catalog: Catalog, repository: Path) -> None:
    required = (repository / "tools" / "otel-collector" / "go.mod").read_text(encoding="utf-8")
    versions = re.findall(r"opentelemetry-collector-contrib/receiver/prometheusreceiver v(\S+)", required)
    assert versions == [catalog.images["collector"].tag]
