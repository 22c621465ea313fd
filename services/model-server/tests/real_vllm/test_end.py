"""How real vLLM ends under the launcher: drained, cut at its bound, or dead."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import pytest

from model_servers import MODEL, RealVllm
from model_servers.streams import Streams, session

pytestmark = pytest.mark.long
TOKENS = 900


@pytest.mark.asyncio
async def test_sigterm_refuses_new_work_and_finishes_every_open_stream() -> None:
    with RealVllm() as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=6, tokens=TOKENS)
            server.sigterm()
            began = time.monotonic()
            await asyncio.to_thread(server.wait_until, lambda: server.health() == 503, 5)
            unready = time.monotonic() - began
            async with client.post(f"{server.base_url}/v1/completions", json={"model": MODEL, "prompt": "a"}) as answer:
                refused = await answer.json()
            open_then = sum(not task.done() for task in streams.tasks)
            ended = await streams.ended()
            finished = time.monotonic() - began
        code = await asyncio.to_thread(server.ended, 60)
        print(f"drain: unready {unready:.3f} s, {open_then} streams open, finished {finished:.3f} s", end=", ")
        print(f"ended {time.monotonic() - began:.3f} s, exit {code}")
    assert unready < 1
    assert open_then > 0
    assert (answer.status, answer.headers["Retry-After"], refused["error"]["code"]) == (503, "1", 503)
    assert [(stream.whole, stream.tokens) for stream in ended] == [(True, TOKENS)] * 6
    assert code == 0


@pytest.mark.asyncio
async def test_streams_beyond_the_bound_end_with_an_error_event() -> None:
    """With the engine's own default of 0 seconds, vLLM itself leaves them open without an end."""
    with RealVllm("--shutdown-timeout", "0") as server:
        async with session() as client:
            streams = await Streams.begin(client, server.base_url, count=6, tokens=TOKENS)
            server.sigterm()
            began = time.monotonic()
            ended = await streams.ended()
            print(f"cut: streams ended {time.monotonic() - began:.3f} s after SIGTERM")
        code = await asyncio.to_thread(server.ended, 60)
    errors = [json.loads(stream.lines[-1].removeprefix("data: ")).get("error") for stream in ended]
    assert [error and error["code"] for error in errors] == [503] * 6
    assert code == 0


def test_an_engine_core_that_is_killed_turns_health_false_and_ends_the_launcher() -> None:
    with RealVllm() as server:
        os.kill(engine_core(server), signal.SIGKILL)
        began = time.monotonic()
        while server.health() == 200 and time.monotonic() - began < 30:
            time.sleep(0.02)
        unready = time.monotonic() - began
        code = server.ended(60)
        print(f"crash: unready {unready:.3f} s, ended {time.monotonic() - began:.3f} s, exit {code}")
        event = server.event("engine_ended_by_itself")
    assert unready < 10
    assert code != 0
    assert event is not None
    assert event["last_lines"]


def engine_core(server: RealVllm) -> int:
    """Process id of vLLM's engine core, a child of its API server."""
    started = server.event("engine_started")
    assert started is not None
    children = Path(f"/proc/{started['pid']}/task/{started['pid']}/children").read_text().split()
    named = {int(pid): Path(f"/proc/{pid}/comm").read_text() for pid in children}
    return next(pid for pid, name in named.items() if name.startswith("VLLM::EngineCor"))
