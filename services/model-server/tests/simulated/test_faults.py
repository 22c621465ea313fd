"""Every fault of the catalogue, seen from the client's side of a real connection."""

import gzip
import json
import time
from typing import Any

import httpx2
import pytest

from headway_model_server.simulated import NoSuchFault, SimulatedEngine, running_in_thread
from headway_model_server.simulated.faults.catalogue import KINDS
from headway_model_server.simulated.faults.plan import FaultPlan, parse_fault
from simulated.builders import CHAT, chat_request, connection, listens, options, read_all, read_until
from simulated.waiting import until

STREAM = {"stream": True, "max_tokens": 6, "ignore_eos": True}


def switch(client: httpx2.Client, **faults: Any) -> None:
    """Switches faults on through the admin path; underscores stand for dashes."""
    stated = {name.replace("_", "-"): value for name, value in faults.items()}
    assert client.put("/simulated/faults", json=stated).status_code == 200


def ask(client: httpx2.Client, **fields: Any) -> httpx2.Response:
    return client.post("/v1/chat/completions", json={**CHAT, **STREAM, **fields})


def running(engine: SimulatedEngine) -> int:
    core = engine.simulation.driver.engine
    return core.running + core.waiting


def test_an_engine_may_die_before_the_first_byte(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, die_before_first_byte=True)
    with connection(engine.url, chat_request(**STREAM)) as opened, pytest.raises(ConnectionResetError):
        opened.recv(1)


def test_an_engine_may_die_after_some_events(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, die_mid_stream=3)
    with connection(engine.url, chat_request(**STREAM)) as opened:
        assert read_until(opened, b"finish_reason").count(b"data: ") <= 3
        with pytest.raises(ConnectionResetError):
            read_all(opened)


def test_dying_mid_stream_frees_the_request(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, die_mid_stream={"value": 2, "count": 1})
    with connection(engine.url, chat_request(**{**STREAM, "max_tokens": 900})) as opened:
        with pytest.raises(ConnectionResetError):
            read_all(opened)
        until(lambda: running(engine) == 0)


def test_an_engine_may_hang_before_headers(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, hang_before_headers=True)
    with connection(engine.url, chat_request(**STREAM)) as opened:
        opened.settimeout(0.5)
        with pytest.raises(TimeoutError):
            opened.recv(1)


def test_an_engine_may_fall_silent_in_a_stream(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, stall_mid_stream=True)
    with connection(engine.url, chat_request(**STREAM)) as opened:
        read_until(opened, b'"token_ids"')
        opened.settimeout(0.5)
        with pytest.raises(TimeoutError):
            read_all(opened)


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_engine_says_when_to_come_back(client: httpx2.Client, status: int) -> None:
    switch(client, overloaded={"value": status, "count": 1})
    answer = ask(client)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]["code"]) == (status, "7", status)


def test_a_fault_for_one_request_spares_the_next(client: httpx2.Client) -> None:
    switch(client, overloaded={"count": 1})
    assert [ask(client).status_code for _ in range(2)] == [503, 200]


def test_an_event_may_be_cut_in_the_middle_of_its_json(client: httpx2.Client) -> None:
    switch(client, bad_json=2)
    events = ask(client).text.split("\n\n")
    with pytest.raises(json.JSONDecodeError):
        json.loads(events[1].removeprefix("data: "))
    assert events[-2] == "data: [DONE]"


def test_an_event_may_carry_a_megabyte(client: httpx2.Client) -> None:
    switch(client, huge_chunk=True)
    events = ask(client).text.split("\n\n")
    assert len(json.loads(events[1].removeprefix("data: "))["choices"][0]["delta"]["content"]) > 1_000_000


def test_a_stream_may_end_without_saying_so(client: httpx2.Client) -> None:
    switch(client, no_done=True)
    answer = ask(client).text
    assert ('"finish_reason":"length"' in answer, "[DONE]" in answer) == (True, False)


def test_an_answer_may_have_the_wrong_content_type(client: httpx2.Client) -> None:
    switch(client, wrong_content_type=True)
    assert ask(client).headers["content-type"] == "text/html"


def test_a_character_may_be_split_over_two_writes(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, split_utf8=True)
    parts = []
    with connection(engine.url, chat_request(**STREAM)) as opened:
        while b"[DONE]" not in (parts[-1] if parts else b""):
            parts.append(opened.recv(65536))
    assert "🚂" in ask(client).text
    assert any(part.count(b"\xf0\x9f") != part.count("🚂".encode()) for part in parts)


def test_an_answer_may_be_compressed_though_nobody_asked(engine: SimulatedEngine, client: httpx2.Client) -> None:
    switch(client, gzip=True)
    with connection(engine.url, chat_request(**STREAM)) as opened:
        head, _, body = read_until(opened, b"\r\n0\r\n\r\n").partition(b"\r\n\r\n")
    chunks = b"".join(_chunks(body))
    assert b"content-encoding: gzip" in head
    assert gzip.decompress(chunks).endswith(b"data: [DONE]\n\n")


def _chunks(body: bytes) -> list[bytes]:
    """The parts of a chunked body."""
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    return parts


@pytest.mark.parametrize("fault", ["bad_json", "wrong_content_type", "die_mid_stream"])
def test_bodies_without_a_stream_are_spoiled_too(client: httpx2.Client, fault: str) -> None:
    switch(client, **{fault: True})
    try:
        answer = ask(client, stream=False)
        spoiled = answer.headers["content-type"] == "text/html" or not answer.content.endswith(b"}")
    except httpx2.TransportError:
        spoiled = True
    assert spoiled


def test_a_draining_engine_refuses_new_requests_and_stays_healthy(client: httpx2.Client) -> None:
    switch(client, drain=True)
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "InternalServerError")
    assert client.get("/health").status_code == 200


def test_a_slow_replica_takes_so_many_times_as_long(client: httpx2.Client) -> None:
    def seconds() -> float:
        began = time.perf_counter()
        ask(client, stream=False, max_tokens=400)
        return time.perf_counter() - began

    usual = seconds()
    switch(client, slow=6)
    assert seconds() > 3 * usual


def test_refused_connections_come_back_after_the_stated_time() -> None:
    with running_in_thread(options(allow_faults=True)) as engine, httpx2.Client(base_url=engine.url) as client:
        switch(client, refuse={"value": 0.3})
        until(lambda: not listens(engine.url))
        until(lambda: listens(engine.url))
        assert httpx2.get(f"{engine.url}/health").status_code == 200


def test_a_crashed_engine_ends_streams_with_an_error_and_health_with_503() -> None:
    with running_in_thread(options(allow_faults=True, speed=5.0)) as engine:
        with (
            httpx2.Client(base_url=engine.url) as client,
            connection(engine.url, chat_request(stream=True, max_tokens=900, ignore_eos=True)) as opened,
        ):
            read_until(opened, b"data: ")
            switch(client, engine_crash=True)
            end = read_until(opened, b"[DONE]")
            assert client.get("/health").status_code == 503
        assert b'"type":"InternalServerError"' in end
        until(lambda: engine.exit_code == 1)


def test_a_fault_nobody_knows_is_refused_and_changes_nothing(client: httpx2.Client) -> None:
    switch(client, slow=2)
    answer = client.put("/simulated/faults", json={"slwo": 3})
    assert (answer.status_code, answer.json()["error"]) == (400, "no fault 'slwo'; did you mean slow?")
    assert list(client.get("/simulated/faults").json()["active"]) == ["slow"]


def test_faults_cannot_be_changed_where_that_was_not_allowed() -> None:
    with running_in_thread(options()) as engine:
        assert httpx2.put(f"{engine.url}/simulated/faults", json={}).status_code == 404


def test_the_same_seed_gives_the_same_faults() -> None:
    draws = [
        [bool(plan.draw()) for _ in range(50)] for plan in (FaultPlan(7, ["no-done,probability=0.5"]) for _ in "ab")
    ]
    assert draws[0] == draws[1]
    assert 10 < sum(draws[0]) < 40


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_fault_can_be_stated_at_the_start(name: str) -> None:
    assert parse_fault(f"{name}=2,count=3,probability=0.5").shown() == {"value": 2.0, "count": 3, "probability": 0.5}


@pytest.mark.parametrize("text", ["nothing", "slow=x", "slow,colour=3", "no-done,probability=2", "no-done,count=-1"])
def test_a_fault_stated_wrongly_is_refused(text: str) -> None:
    with pytest.raises(NoSuchFault):
        parse_fault(text)
