"""Under which addresses the pages work, and what they are told there."""

import json
import urllib.request
from pathlib import Path

import pytest

from headway.local.addresses import Addresses
from headway.local.faults import CannotRun
from headway.local.keys import Keys
from headway.local.page_origin import stated_origin
from local_run import OPENER, LocalRun, local_run

NAME = "laptop.test"
STATED = "http://laptop.test:8000"


def addresses(stated: str | None, names: tuple[str, ...] = ()) -> Addresses:
    origin = stated_origin(stated, 8000, 8001) if stated else None
    return Addresses("192.168.1.20", 8000, 8001, 8002, 8003, Keys(), names, origin)


def test_a_stated_address_is_an_origin_and_its_pages_ask_the_gateway_by_the_same_name() -> None:
    found = addresses(STATED)
    assert STATED in found.origins
    assert found.opened_at("laptop.test:8000").gateway == "http://laptop.test:8001"
    assert "http://laptop.test:8001" in found.servers
    assert found.audience_url.startswith(f"{STATED}/#key=")


@pytest.mark.parametrize(
    ("stated", "origin", "gateway"),
    [
        ("http://laptop.test", STATED, "http://laptop.test:8001"),
        ("http://Laptop.test:8000/", STATED, "http://laptop.test:8001"),
        ("http://laptop.test:80", "http://laptop.test", "http://laptop.test:8001"),
        ("http://[fd00::1]:8000", "http://[fd00::1]:8000", "http://[fd00::1]:8001"),
        ("https://show.test", "https://show.test", ""),
        ("https://show.test:8443", "https://show.test:8443", ""),
    ],
)
def test_a_stated_address_becomes_an_origin_as_browsers_send_it(stated: str, origin: str, gateway: str) -> None:
    found = stated_origin(stated, 8000, 8001)
    assert (found.url, found.gateway) == (origin, gateway)


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ("laptop.test:8000", "neither http:// nor https://"),
        ("http://", "names no host"),
        ("http://laptop.test:port", "could not be cast to integer"),
        ("http://laptop.test/quiz", "at the root"),
        ("http://laptop.test/#key=k", "at the root"),
        ("http://me@laptop.test", "at the root"),
    ],
)
def test_an_address_that_is_no_origin_is_refused_with_the_fault(stated: str, fault: str) -> None:
    with pytest.raises(CannotRun, match=fault) as refused:
        stated_origin(stated, 8000, 8001)
    assert stated in str(refused.value)


def test_a_page_that_was_opened_by_another_name_gets_the_address_of_the_links() -> None:
    assert addresses(STATED).opened_at("elsewhere.test").url == "http://192.168.1.20:8000"


def test_every_name_of_this_machine_is_an_origin() -> None:
    assert "http://laptop.local:8000" in addresses(None, ("laptop", "laptop.local")).origins


def test_a_page_by_the_stated_name_may_call_the_gateway_that_it_is_told_of(tmp_path: Path) -> None:
    with local_run(tmp_path, "--audience-url", f"http://{NAME}") as run:
        run.told("this run listens on 127.0.0.1 alone; with --lan (make demo LAN=1)", 5)
        authority = run.reach["control"].replace("http://127.0.0.1", NAME)
        runtime = _runtime(run, authority)
        assert runtime["api"] == run.reach["gateway"].replace("127.0.0.1", NAME)
        assert runtime["audience_url"].startswith(f"http://{authority}/#key=")
        asked = urllib.request.Request(
            f"{run.reach['gateway']}/v1/models",
            headers={"Origin": f"http://{authority}", "Authorization": f"Bearer {run.reach['audience_key']}"},
        )
        with OPENER.open(asked, timeout=10) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == f"http://{authority}"
        assert _runtime(run, "127.0.0.1:1")["api"] == run.reach["gateway"]
        assert runtime["run"] == _runtime(run, authority)["run"] != ""


def _runtime(run: LocalRun, host: str) -> dict[str, str]:
    asked = urllib.request.Request(f"{run.reach['control']}/runtime.json", headers={"Host": host})
    with OPENER.open(asked, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
        return found
