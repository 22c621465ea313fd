"""The OpenAPI document is true: cases made from it find no undocumented answer over the gateway's process.

A short form runs with the tests; `make gateway-api-fuzz` runs the long one (HEADWAY_FUZZ_CASES for each operation) and
prints how many cases got which status.
"""

import json
import os
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

from api.process import KEY, GatewayProcess
from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.app import create_app

CASES = int(os.environ.get("HEADWAY_FUZZ_CASES", "60"))
"""For each operation but a draw, which reads the whole bucket."""
DRAWS = 8
DRAW = "POST /api/survey/winners"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
RELAYED = ("/v1/chat/completions", "/v1/completions", "/generate")
JUDGED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


def document(gateway: GatewayProcess) -> dict[str, Any]:
    asked = urllib.request.Request(gateway.url + "/openapi.json", headers=AUTHORIZED)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        plain: dict[str, Any] = json.load(answer)
    return plain


@pytest.fixture(scope="session")
def answered() -> Iterator[Counter[str]]:
    """Counts answers; says how many at the end."""
    counted: Counter[str] = Counter()
    yield counted
    if CASES > 60:
        print(f"\ngateway-api-fuzz: {counted.total()} cases, by status: {dict(sorted(counted.items()))}")


def name_a_model(body: object) -> None:
    """One that is served, where the case has any valid name; else hardly a case would reach the model server."""
    if isinstance(body, dict) and isinstance(stated := body.get("model"), str) and len(stated) <= 256:
        body["model"] = "tiny"


SCHEMA = schemathesis.openapi.from_dict(create_app(GatewaySettings()).openapi())
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_documented(operation: str, gateway: GatewayProcess, answered: Counter[str]) -> None:
    @settings(
        max_examples=DRAWS if operation == DRAW else CASES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[operation].as_strategy() | OPERATIONS[operation].as_strategy(GenerationMode.NEGATIVE))
    def judge(case: schemathesis.Case) -> None:
        if case.path in RELAYED and answered.total() % 4:
            name_a_model(case.body)
        response = case.call(base_url=gateway.url, headers=AUTHORIZED, timeout=20)
        answered[str(response.status_code)] += 1
        case.validate_response(response, checks=JUDGED)

    judge()


def test_the_document_served_is_the_one_that_was_tried(gateway: GatewayProcess) -> None:
    assert document(gateway) == SCHEMA.raw_schema


def test_every_operation_states_what_the_doors_refuse(gateway: GatewayProcess) -> None:
    for path, operations in document(gateway)["paths"].items():
        for operation in operations.values():
            public = path == "/config"
            assert {"400", "413", "503"} <= operation["responses"].keys()
            assert ("401" in operation["responses"]) != public
            assert "422" not in operation["responses"]
            assert ("security" in operation) != public


@pytest.mark.parametrize("path", RELAYED)
def test_a_relayed_operation_states_its_body_and_every_status(gateway: GatewayProcess, path: str) -> None:
    operation = document(gateway)["paths"][path]["post"]
    assert {"200", "400", "401", "404", "408", "413", "429", "502", "503", "504"} == operation["responses"].keys()
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["additionalProperties"] is False
    assert {"prompt", "messages"} & set(body["required"])
    assert "$ref" not in json.dumps(body)
    assert "retry-after" in operation["responses"]["429"]["headers"]
